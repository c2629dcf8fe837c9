"""The closed lists of the contract."""

from enum import StrEnum

import strawberry

from models import enums

# fmt: off
DESCRIPTIONS: dict[type[StrEnum], str] = {
    enums.Role:                 "Who an account is: a unit's administrator, an officer of an RA institution, the platform's administrator.",
    enums.SignInMethod:         "How the session was opened: password, legal card, 单一窗口.",
    enums.RegisteredBy:         "How a unit was registered: by typing (FORM), by its 电子营业执照 (ELICENCE), or by what the Single Window told of it when it first signed in there (SINGLE_WINDOW).",
    enums.Consent:              "What one agrees to: 《用户服务协议》 and 《用户隐私政策》.",
    enums.SmsPurpose:           "What an SMS code is asked for by a visitor.",
    enums.RegionLevel:          "省, 市, 区.",
    enums.MakerScope:           "本省直辖市 or 跨区通办: makers of the unit's own province, or of the others.",
    enums.InstitutionRole:      "制卡机构, 发卡机构, 所属数据分中心, 建行制卡代理点.",
    enums.ApplicationKind:      "新办: the first cards of a unit.",
    enums.ApplicationStatus:    "DRAFT 暂存, SUBMITTED 已提交, IN_REVIEW 受理中, MEDIA_REQUIRED 需提供介质, MEDIA_READY 已具备介质, PRODUCING 制卡中, COMPLETED 已处理, RETURNED 已退单.",
    enums.ApplicationAction:    "What can be done to an application; the workflow says by whom and when.",
    enums.ApplicationEventType: "What happened to an application. REROUTED: submitted elsewhere than before, told to those it leaves.",
    enums.Party:                "Who one is to an application: its unit, or the institution that issues, makes or advises, or the platform's administrator, who sees and decides nothing.",
    enums.Step:                 "The steps of the wizard.",
    enums.Severity:             "An ERROR keeps a step incomplete; a WARNING must be acknowledged when submitting.",
    enums.IdType:               "居民身份证, 港澳台居民居住证, 港澳居民来往内地通行证, 台湾居民来往大陆通行证, 外国人永久居留身份证, 护照.",
    enums.MediaType:            "智能密码钥匙, 智能IC卡, 共享盾.",
    enums.MediaSupply:          "Whether the media are free or the unit provides them.",
    enums.OperatorStatus:       "DRAFT 暂存, CONFIRMED 确定录入.",
    enums.AgentSource:          "Who the agent (经办人) is: the legal person, an operator of the application, another person.",
    enums.DeliveryMethod:       "邮寄 or 自取.",
    enums.AttachmentKind:       "营业执照, 法定代表人证件, 操作员证件, 经办人证件.",
    enums.AttachmentStatus:     "PENDING: its bytes are awaited; STORED; ARCHIVED: 30 days after the last submission, no longer to be viewed.",
    enums.ReturnCategory:       "The six cases in which an application is returned (manual §5.4).",
    enums.CardKind:             "法人卡 or 操作员卡.",
    enums.CardStatus:           "PENDING: approved; PRODUCING 制卡中; ISSUED: made, with its certificate on it.",
    enums.CertificateStatus:    "Whether a certificate can be relied on now.",
    enums.VerificationOutcome:  "What the verifier said; UNAVAILABLE: it could not be asked.",
    enums.AuditKind:            "What an audit row is about: an act, signing in or out, the refusal of a right, a look at a person's data by who is not of the unit.",
}
# fmt: on

for _enum, _description in DESCRIPTIONS.items():
    strawberry.enum(_enum, description=_description)
