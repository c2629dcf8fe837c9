"""The two sides of the story, as the tests play them."""

from typing import Any

from tests.client import PNG, Client
from tests.identities import account, person, unit

CONSENTS = ["TERMS", "PRIVACY"]


class Unit:
    """A unit's administrator, and the application it is filling in."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.unit, self.account = unit(), account()
        self.id = ""
        self.version = 0

    async def captcha(self) -> dict[str, str]:
        captcha = (await self.client.ask("RequestCaptcha"))["captcha"]
        answer = await self.client.http.get(f"{self.client.url}/dev/captcha/{captcha['id']}")
        return {"captchaId": captcha["id"], "captchaAnswer": answer.text}

    async def code(self) -> str:
        phone = self.account["phone"]
        await self.client.do(
            "SendSmsCode", phone=phone, purpose="REGISTRATION", **await self.captcha()
        )
        return await self.client.code_sent_to(phone)

    async def registration(self) -> dict[str, Any]:
        return {
            "unit": self.unit,
            "account": self.account,
            "smsCode": await self.code(),
            "consents": CONSENTS,
        }

    async def register(self) -> "Unit":
        await self.client.do("Register", **await self.registration())
        await sign_in(self.client, self.account["username"], self.account["password"])
        return self

    async def start(self) -> "Unit":
        payload = await self.client.do("Start", kind="NEW_CARDS")
        return self._keep(payload)

    def _keep(self, payload: dict[str, Any]) -> "Unit":
        application = payload["application"]
        self.id, self.version = application["id"], application["version"]
        return self

    async def edit(self, name: str, /, **input_: Any) -> dict[str, Any]:
        """A change of the application at its present version."""
        payload = await self.client.do(name, applicationId=self.id, version=self.version, **input_)
        self._keep(payload)
        return payload

    async def codes(self, name: str, /, **input_: Any) -> list[str]:
        return await self.client.codes(name, applicationId=self.id, version=self.version, **input_)

    async def maker(self, name: str, region: str = "110105") -> str:
        for scope in ("WITHIN_PROVINCE", "CROSS_REGION"):
            for maker in await self.client.ask("MakersFor", region=region, scope=scope):
                if maker["name"] == name:
                    return maker["id"]
        raise AssertionError(name)

    async def choose_place(
        self, region: str = "110105", maker: str = "天津制卡中心", scope: str = "CROSS_REGION"
    ) -> dict[str, Any]:
        maker_id = await self.maker(maker, region)
        place = {"regionCode": region, "street": "建国路 1 号"}
        return await self.edit("SaveUnit", **place, makerScope=scope, makerId=maker_id)

    async def upload(
        self, kind: str, operator: str | None = None, content: bytes = PNG
    ) -> dict[str, Any]:
        name = f"{kind}.png"
        prepared = await self.prepare(kind, len(content), name, operator=operator)
        response = await self.put(prepared["upload"], content)
        assert response.status_code == 204, response.text
        return prepared["attachment"]

    async def prepare(
        self,
        kind: str,
        size: int,
        name: str = "paper.png",
        content_type: str = "image/png",
        operator: str | None = None,
    ) -> dict[str, Any]:
        return await self.client.do(
            "PrepareAttachment",
            applicationId=self.id,
            kind=kind,
            operatorId=operator,
            fileName=name,
            contentType=content_type,
            size=size,
        )

    async def put(self, upload: dict[str, Any], content: bytes) -> Any:
        headers = {header["name"]: header["value"] for header in upload["headers"]}
        url = self.client.url + upload["url"]
        return await self.client.http.put(url, content=content, headers=headers)

    async def add_operator(self, **changes: Any) -> str:
        told = {**person(), "mediaType": "USB_KEY", "confirm": True, **changes}
        payload = await self.edit("SaveOperator", **told)
        operator = payload["operator"]["id"]
        await self.upload("OPERATOR_ID", operator)
        return operator

    async def fill(self, operators: int = 1, **place: str) -> "Unit":
        """Every step complete."""
        await self.choose_place(**place)
        await self.upload("BUSINESS_LICENCE")
        reach = {"phone": self.account["phone"], "email": "legal@example.com"}
        await self.edit("SaveLegalCard", **reach, mediaType="USB_KEY")
        await self.upload("LEGAL_PERSON_ID")
        for _ in range(operators):
            await self.add_operator()
        await self.edit("SaveAgent", source="LEGAL_PERSON")
        contact = {"contact": "王芳", "phone": "13900001111"}
        await self.edit("SaveDelivery", method="PICKUP", **contact)
        return self

    async def submission_code(self) -> str:
        await self.client.do("SendSubmissionCode", applicationId=self.id)
        return await self.client.code_sent_to(self.account["phone"])

    async def submit(self, **changes: Any) -> dict[str, Any]:
        code = await self.submission_code()
        told = {"declarationAccepted": True, "smsCode": code, **changes}
        return await self.edit("Submit", **told)

    async def detail(self) -> dict[str, Any]:
        return await self.client.ask("ApplicationDetail", id=self.id)

    async def refresh(self) -> dict[str, Any]:
        detail = await self.detail()
        self.version = detail["version"]
        return detail


class Officer:
    """An RA officer of one institution."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def act(self, name: str, unit: Unit, /, **input_: Any) -> dict[str, Any]:
        return await self.client.do(name, applicationId=unit.id, **input_)

    async def codes(self, name: str, unit: Unit, /, **input_: Any) -> list[str]:
        return await self.client.codes(name, applicationId=unit.id, **input_)

    async def cards(self, unit: Unit) -> list[dict[str, Any]]:
        return (await self.client.ask("ApplicationDetail", id=unit.id))["cards"]

    async def register_all_media(self, unit: Unit) -> dict[str, Any]:
        media = [
            {
                "cardId": card["id"],
                "mediaType": card["mediaType"],
                "serialNumber": f"{unit.id}-{index:02d}",
            }
            for index, card in enumerate(await self.cards(unit))
        ]
        return await self.act("RegisterMedia", unit, media=media)


async def sign_in(client: Client, username: str, password: str) -> None:
    payload = await client.do("Login", username=username, password=password, consents=CONSENTS)
    client.token = payload["session"]["token"]
