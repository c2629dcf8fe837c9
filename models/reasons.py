"""The catalogue of return reasons (退单原因, manual §5.4): six categories, each with its codes."""

from dataclasses import dataclass
from typing import Any

from models.enums import ReturnCategory as Category
from models.refusals import refuse
from models.texts import Text


@dataclass(frozen=True)
class Reason:
    """A line of the catalogue: what is wrong, and how the unit mends it."""

    category: Category
    code: str
    says: Text
    hint: Text


def _(category: Category, code: str, *texts: str) -> Reason:
    zh, en, hint_zh, hint_en = texts
    return Reason(category, code, Text(zh, en), Text(hint_zh, hint_en))


M, X, A, U, R, O = Category  # noqa: E741 - one letter a category keeps the table in its columns

# fmt: off
CATALOGUE = (
    _(M, "SEAL_MISSING",           "缺公章",                 "The seal is missing",                  "请在复印件上加盖公章后重新上传",           "Stamp the copy with the unit's seal and upload it again"),
    _(M, "ENDORSEMENT_MISSING",    "缺手写签注",             "The handwritten note is missing",      "请手写“同意办理电子口岸制发卡业务”",       "Write 同意办理电子口岸制发卡业务 by hand"),
    _(M, "ENDORSEMENT_WRONG",      "签注文字不符",           "The handwritten note reads otherwise", "签注文字须为“同意办理电子口岸制发卡业务”", "The note must read 同意办理电子口岸制发卡业务"),
    _(M, "SIGNATURE_MISSING",      "缺签名",                 "The signature is missing",             "请本人手写签名",                           "The person must sign by hand"),
    _(M, "DATE_MISSING",           "缺日期",                 "The date is missing",                  "请手写签署日期",                           "Write the date of signing by hand"),
    _(M, "NOT_HANDWRITTEN",        "非手写",                 "Not written by hand",                  "签注、签名、日期须由本人手写",             "Note, signature and date must be handwritten"),
    _(M, "ONE_SIDE_ONLY",          "仅一面",                 "Only one side is shown",               "请上传证件正反两面",                       "Upload both sides of the document"),
    _(M, "UNREADABLE",             "模糊、遮挡或裁切",       "Blurred, covered or cut off",          "请在光线充足处重新拍摄或扫描",             "Photograph or scan it again in good light"),
    _(M, "FILE_DAMAGED",           "文件损坏",               "The file is damaged",                  "请重新导出并上传",                         "Export the file again and upload it"),
    _(M, "WRONG_PAPER",            "传错类型",               "This is another kind of paper",        "请上传所要求的证明材料",                   "Upload the paper that is asked for"),
    _(M, "PAPER_EXPIRED",          "证件过期",               "The document has expired",             "请上传有效期内的证件",                     "Upload a document that is still valid"),
    _(X, "UNIT_NAME",              "单位名称与材料不一致",   "The unit's name differs from the paper", "请与营业执照核对单位名称",               "Compare the name with the licence"),
    _(X, "UNIT_CODE",              "代码与材料不一致",       "The code differs from the paper",      "请与营业执照核对统一社会信用代码",         "Compare the credit code with the licence"),
    _(X, "UNIT_REGION",            "住所省市区与材料不一致", "The address differs from the paper",   "请按营业执照所载住所选择省、市、区",       "Choose province, city and district as on the licence"),
    _(X, "PERSON_NAME",            "姓名与证件不一致",       "The name differs from the document",   "请按证件填写姓名",                         "Enter the name as on the document"),
    _(X, "ID_NUMBER",              "证件号码不一致",         "The ID number differs",                "请按证件填写号码",                         "Enter the number as on the document"),
    _(X, "ID_VALIDITY",            "证件有效期不一致",       "The validity differs",                 "请按证件填写有效期",                       "Enter the validity as on the document"),
    _(X, "OPERATOR_PAPER",         "操作员与附件不符",       "The paper is another operator's",      "请为该操作员上传本人证件",                 "Upload this operator's own document"),
    _(A, "IDENTITY",               "经办人身份不符",         "The agent's identity does not match",  "请核对经办人信息或更换经办人",             "Check the agent's data or name another agent"),
    _(A, "PHONE_UNREACHABLE",      "经办人电话不通",         "The agent cannot be reached by phone", "请填写可接通的手机号码",                   "Enter a phone number that is answered"),
    _(A, "NOT_APPLYING",           "非本人申请",             "The agent did not file this",          "请由经办人本人办理",                       "The agent must file it in person"),
    _(A, "UNAUTHORIZED",           "未授权",                 "The agent is not authorised",          "请由单位授权后再办理",                     "The unit must authorise the agent first"),
    _(U, "DEREGISTERED",           "单位已注销或吊销",       "The unit is deregistered",             "请联系发卡机构",                           "Contact the issuer"),
    _(U, "CODE_UNKNOWN",           "代码不存在",             "The credit code does not exist",       "请核对统一社会信用代码",                   "Check the unified social credit code"),
    _(U, "LEGAL_PERSON_CHANGED",   "法定代表人已变更",       "The legal person has changed",         "请先更新登记信息",                         "Update the registered data first"),
    _(U, "LEGAL_ID_MISMATCH",      "法定代表人证件不符",     "The legal person's ID does not match", "请核对法定代表人证件",                     "Check the legal person's document"),
    _(R, "EMPTY",                  "备注为空",               "The remarks are empty",                "请选择领卡方式并填写联系人和电话",         "Choose the way of delivery with contact and phone"),
    _(R, "METHOD_MISSING",         "未写邮寄或自取",         "Mail or pickup is not stated",         "请选择邮寄或自取",                         "Choose mail or pickup"),
    _(R, "ADDRESS_MISSING",        "缺地址",                 "The address is missing",               "请填写收件地址",                           "Enter the delivery address"),
    _(R, "CONTACT_MISSING",        "缺联系人",               "The contact is missing",               "请填写联系人",                             "Enter the contact"),
    _(R, "PHONE_MISSING",          "缺联系电话",             "The phone number is missing",          "请填写联系电话",                           "Enter the phone number"),
    _(R, "LEGAL_CARD_ONLY",        "未注明只要一张法人卡",   "It is not stated that only a legal card is wanted", "请删除操作员或确认只要一张法人卡", "Remove the operators or confirm the legal card alone"),
    _(R, "MAIL_BY_BANK",           "邮寄却选择建行代理点",   "The bank's agency does not mail",      "建行代理点须到现场领卡，请改为自取",       "The bank's agency serves on site: choose pickup"),
    _(O, "HAS_LEGAL_CARD",         "已有法人卡",             "The unit has a legal card already",    "请使用法人卡登录办理其他业务",             "Sign in by the legal card for other businesses"),
    _(O, "OPERATOR_DUPLICATE",     "操作员重复或即法定代表人", "An operator appears twice or is the legal person", "请删除重复的操作员",           "Remove the operator"),
    _(O, "WRONG_INSTITUTION",      "选错机构",               "The wrong institution was chosen",     "请重新选择制卡机构",                       "Choose another maker"),
    _(O, "COUNTER",                "改为现场办理",           "To be handled at the counter",         "请持相关材料到现场办理",                   "Come to the counter with the papers"),
    _(O, "FRAUD",                  "虚假或冒用",             "False or stolen data",                 "请联系发卡机构",                           "Contact the issuer"),
    _(O, "MEDIA_NOT_BOUGHT",       "未购介质",               "The media were not bought",            "请先购买卡介质",                           "Buy the card media first"),
    _(O, "OTHER",                  "其他",                   "Another reason",                       "请按说明修改",                             "Mend it as the note says"),
)
# fmt: on

BY_CODE = {(reason.category, reason.code): reason for reason in CATALOGUE}


def find_reason(category: Category, code: str) -> Reason | None:
    """The catalogue's line, or None. `OTHER` serves every category (contract)."""
    return BY_CODE.get((category, code)) or (BY_CODE[O, "OTHER"] if code == "OTHER" else None)


def pinned_reason(
    category: Category, code: str, path: tuple[str, ...], note: str | None
) -> dict[str, Any]:
    """A reason as it is kept with the application and its event.

    Raises Refused: REASON_UNKNOWN, or NOTE_REQUIRED where `OTHER` comes without a note.
    """
    if find_reason(category, code) is None:
        raise refuse("REASON_UNKNOWN", "code")
    if code == "OTHER" and not (note or "").strip():
        raise refuse("NOTE_REQUIRED", "note")
    return {"category": category.value, "code": code, "path": list(path), "note": note}
