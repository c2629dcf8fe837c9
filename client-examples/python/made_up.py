"""A made-up unit and made-up people, different in every run, whose numbers pass the checks."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英"
TRADES = ["国际贸易", "进出口", "供应链管理", "物流", "电子科技", "医疗器械"]

chance = random.SystemRandom()


def organization_code() -> str:
    """GB 11714: eight characters and a check digit modulo 11."""
    body = "MA" + "".join(chance.choices("0123456789", k=6))
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(mark, 36) for weight, mark in zip(weights, body, strict=True))
    return body + "0123456789X"[-total % 11]


def credit_code(organization: str) -> str:
    """GB 32100: an enterprise (91) of 北京朝阳 (110105), and a check digit modulo 31."""
    body = f"91110105{organization}"
    total = sum(USCC.index(mark) * pow(3, place, 31) for place, mark in enumerate(body))
    return body + USCC[-total % 31]


def resident_id(born: date) -> str:
    """GB 11643: region, birth date, sequence and a check digit modulo 11."""
    body = f"110105{born:%Y%m%d}{chance.randrange(1, 1000):03d}"
    total = sum(int(mark) * pow(2, 17 - place, 11) for place, mark in enumerate(body))
    return body + "10X98765432"[total % 11]


def person() -> dict[str, str]:
    """As the inputs want a person, 25 to 55 years old."""
    today = date.today()  # noqa: DTZ011 - somebody's birthday, give or take a day
    born = today - timedelta(days=chance.randrange(25 * 366, 55 * 365))
    return {
        "name": chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2)),
        "idType": "RESIDENT_ID",
        "idNumber": resident_id(born),
        "idValidFrom": f"{today.year - 2}0301",
        "idValidTo": f"{today.year + 8}0301",
        "country": "CHN",
        "phone": f"139{chance.randrange(10**8):08d}",
        "email": f"demo{chance.randrange(10**6)}@example.com",
    }


@dataclass
class Company:
    """A unit with its legal person, its administrator and two people who get operator cards."""

    organization: str = field(default_factory=organization_code)
    name: str = ""
    legal_person: dict[str, str] = field(default_factory=person)
    administrator: dict[str, str] = field(default_factory=person)
    clerk: dict[str, str] = field(default_factory=person)
    colleague: dict[str, str] = field(default_factory=person)
    password: str = ""

    def __post_init__(self) -> None:
        trade, number = chance.choice(TRADES), chance.randrange(1000, 10000)
        self.name = f"北京示例{number}{trade}有限公司"
        self.password = f"demo-{chance.randrange(10**12):012d}"

    @property
    def username(self) -> str:
        return f"demo{self.organization}"

    @property
    def registration(self) -> dict[str, dict[str, str]]:
        legal = {key: self.legal_person[key] for key in DOCUMENT}
        unit = {
            "unifiedSocialCreditCode": credit_code(self.organization),
            "organizationCode": self.organization,
            "name": self.name,
            "legalPersonName": self.legal_person["name"],
            **legal,
        }
        account = {
            "username": self.username,
            "password": self.password,
            "passwordConfirmation": self.password,
            **self.administrator,
        }
        return {"unit": unit, "account": account}


DOCUMENT = ("idType", "idNumber", "idValidFrom", "idValidTo", "country")
