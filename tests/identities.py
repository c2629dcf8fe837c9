"""Made-up units and people whose numbers pass every check."""

from itertools import count

from models.identifiers import organization_check, resident_check, uscc_check

_numbers = count(1)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明"


def organization_code(number: int) -> str:
    body = f"MA{number:06d}"
    return body + organization_check(body)


def uscc(number: int) -> str:
    body = f"91220101{organization_code(number)}"
    return body + uscc_check(body)


def resident_id(number: int, born: str = "19800101") -> str:
    body = f"220102{born}{number % 1000:03d}"
    return body + resident_check(body)


def mobile(number: int) -> str:
    return f"138{number:08d}"


def name(number: int) -> str:
    return SURNAMES[number % 16] + NAMES[(number // 16) % 16] + NAMES[(number // 256) % 16]


def person(number: int | None = None) -> dict[str, str]:
    """As the inputs want it; each call another one."""
    n = next(_numbers) if number is None else number
    return {
        "name": name(n),
        "idType": "RESIDENT_ID",
        "idNumber": resident_id(n, f"19{70 + n // 1000 % 25}0{n // 1000 // 25 % 9 + 1}15"),
        "idValidFrom": "20200101",
        "idValidTo": "20400101",
        "country": "CHN",
        "phone": mobile(n),
        "email": f"person{n}@example.com",
    }


def unit(number: int | None = None) -> dict[str, str]:
    """Step 1 of registering."""
    n = next(_numbers) if number is None else number
    legal = person(n + 500)
    return {
        "unifiedSocialCreditCode": uscc(n),
        "organizationCode": organization_code(n),
        "name": f"长春测试{n}号有限公司",
        "legalPersonName": legal["name"],
        **{
            key: legal[key] for key in ("idType", "idNumber", "idValidFrom", "idValidTo", "country")
        },
    }


def account(number: int | None = None) -> dict[str, str]:
    """Step 2 of registering."""
    n = next(_numbers) if number is None else number
    password = "correct horse battery"
    passwords = {"password": password, "passwordConfirmation": password}
    return {"username": f"unit{n}", **passwords, **person(n)}
