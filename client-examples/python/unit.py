"""The unit's side: it registers, fills the wizard in, submits, mends and submits again."""

from typing import Any

import screen
from api import Desk
from made_up import Company
from papers import paper

CONSENTS = ["TERMS", "PRIVACY"]
WHO, COLOUR = "单位", screen.UNIT


class Unit:
    def __init__(self, desk: Desk) -> None:
        self.desk, self.company = desk, Company()
        self.id = ""
        self.version = 0
        self.steps: list[dict[str, Any]] = []

    def say(self, text: str) -> None:
        screen.act(WHO, COLOUR, text)

    async def register(self) -> None:
        phone = self.company.administrator["phone"]
        captcha = (await self.desk.do("RequestCaptcha"))["captcha"]["id"]
        answer = (await self.desk.get(f"/dev/captcha/{captcha}")).text
        told = {"captchaId": captcha, "captchaAnswer": answer}
        await self.desk.do("SendSmsCode", phone=phone, purpose="REGISTRATION", **told)
        code = await self.desk.code_sent_to(phone)
        form = self.company.registration
        await self.desk.do("Register", **form, smsCode=code, consents=CONSENTS)
        self.say(f"注册 {self.company.name}（{form['unit']['unifiedSocialCreditCode']}）")
        await sign_in(self.desk, self.company.username, self.company.password)

    async def start(self) -> None:
        self._keep(await self.desk.do("Start", kind="NEW_CARDS"))
        self.say("新办申请：开始填写")

    def _keep(self, payload: dict[str, Any]) -> dict[str, Any]:
        application = payload["application"]
        self.id, self.version = application["id"], application["version"]
        self.steps = application["steps"]
        return payload

    async def save(self, operation: str, /, **input_: Any) -> dict[str, Any]:
        told = {"applicationId": self.id, "version": self.version, **input_}
        return self._keep(await self.desk.do(operation, **told))

    async def fill(self) -> None:
        await self.save_unit()
        reach = {key: self.company.legal_person[key] for key in ("phone", "email")}
        await self.save("SaveLegalCard", **reach, mediaType="USB_KEY")
        await self.upload("LEGAL_PERSON_ID", "ID of the legal person")
        await self.add_operators()
        await self.save("SaveAgent", source="LEGAL_PERSON")
        contact = {"contact": self.company.clerk["name"], "phone": self.company.clerk["phone"]}
        await self.save("SaveDelivery", method="PICKUP", **contact)

    async def save_unit(self) -> None:
        district = await self.district("北京", "朝阳")
        makers = await self.desk.ask("Makers", region=district)
        maker = next(row["id"] for row in makers if row["name"].startswith("天津"))
        place = {"regionCode": district, "street": "建国门外大街 1 号"}
        await self.save("SaveUnit", **place, makerScope="CROSS_REGION", makerId=maker)
        await self.upload("BUSINESS_LICENCE", "Business licence", sealed=False)
        detail = (await self.desk.ask("Detail", id=self.id))["unit"]
        names = {key: detail[key]["name"] for key in ("dataCentre", "maker", "issuer")}
        self.say(
            f"经营地北京朝阳，跨区通办 → 数据分中心 {names['dataCentre']}，"
            f"制卡机构 {names['maker']}，发卡机构 {names['issuer']}"
        )

    async def district(self, province: str, district: str) -> str:
        """Down the levels: province, city, district."""
        found = _called(await self.desk.ask("Provinces"), province)
        cities = await self.desk.ask("Regions", parent=found)
        return _called(await self.desk.ask("Regions", parent=cities[0]["code"]), district)

    async def add_operators(self) -> None:
        """One entered by hand, one chosen from the unit's people."""
        told = {**self.company.clerk, "mediaType": "USB_KEY", "confirm": True}
        payload = await self.save("SaveOperator", **told)
        await self.upload("OPERATOR_ID", "ID of an operator", payload["operator"]["id"])
        self.clerk = payload["operator"]["id"]
        colleague = self.company.colleague
        username = f"{self.company.username}-02"
        made = await self.desk.do("CreateOperatorAccount", username=username, **colleague)
        account = made["operatorAccount"]["id"]
        await self.save("AddExistingOperators", operatorAccountIds=[account])
        await self.upload("OPERATOR_ID", "ID of an operator", await self.newest_operator())
        self.say(
            f"操作员 {self.company.clerk['name']}（新增录入）、{colleague['name']}（选择已有）"
        )

    async def newest_operator(self) -> str:
        """The operator whose paper is still missing, as the wizard itself tells."""
        (step,) = [step for step in self.steps if step["step"] == "OPERATORS"]
        (problem,) = [p for p in step["problems"] if p["code"] == "ATTACHMENT_REQUIRED"]
        return str(problem["path"][1])

    async def upload(
        self, kind: str, text: str, operator: str | None = None, *, sealed: bool = True
    ) -> None:
        content = paper(text, sealed=sealed)
        prepared = await self.desk.do(
            "PrepareAttachment",
            applicationId=self.id,
            kind=kind,
            operatorId=operator,
            fileName=f"{kind.lower()}.png",
            contentType="image/png",
            size=len(content),
        )
        await self.desk.put(prepared["upload"], content)

    async def submit(self) -> None:
        await self.desk.do("SendSubmissionCode", applicationId=self.id)
        code = await self.desk.code_sent_to(self.company.legal_person["phone"])
        warnings = [
            p["code"] for step in self.steps for p in step["problems"] if p["severity"] == "WARNING"
        ]
        payload = await self.save(
            "Submit", declarationAccepted=True, smsCode=code, acknowledgedWarnings=warnings
        )
        self.say(f"提交，申请单号 {payload['application']['number']}")

    async def mend(self) -> None:
        """What the reasons asked for: a sealed licence, the operator's name checked."""
        detail = await self.desk.ask("Detail", id=self.id)
        self._keep({"application": detail})
        old = next(row["id"] for row in detail["attachments"] if row["kind"] == "BUSINESS_LICENCE")
        self._keep(await self.desk.do("RemoveAttachment", attachmentId=old))
        await self.upload("BUSINESS_LICENCE", "Business licence, sealed")
        told = {"operatorId": self.clerk, "name": self.company.clerk["name"], "confirm": True}
        await self.save("SaveOperator", **told)
        self.say("重新修改：补盖公章，核对操作员姓名")


async def sign_in(desk: Desk, username: str, password: str) -> None:
    payload = await desk.do("Login", username=username, password=password, consents=CONSENTS)
    desk.token = payload["session"]["token"]


def _called(rows: list[dict[str, str]], name: str) -> str:
    return next(row["code"] for row in rows if row["name"].startswith(name))
