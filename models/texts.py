"""What every code says, in Chinese and in English. The codes are stable; see docs/refusals.md."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class Text(NamedTuple):
    zh: str
    en: str

    def in_(self, language: Language) -> str:
        return self.en if language is Language.EN else self.zh


# fmt: off
TEXTS: dict[str, Text] = {
    # signing in and rights
    "NOT_SIGNED_IN":         Text("请先登录", "Sign in first"),
    "FORBIDDEN":             Text("您无权进行此操作", "You may not do this"),
    "NOT_FOUND":             Text("未找到，或您无权查看", "Not found, or not yours to see"),
    "LOGIN_FAILED":          Text("用户名或密码不正确", "Username or password is wrong"),
    "LOGIN_LOCKED":          Text("尝试次数过多，请稍后再试", "Too many wrong tries: try again later"),
    "CAPTCHA_REQUIRED":      Text("请输入图片验证码", "Read a picture's code first"),
    "SECOND_FACTOR_REQUIRED": Text("请输入动态口令", "Enter the code of your authenticator"),
    "SECOND_FACTOR_WRONG":   Text("动态口令不正确或已使用过", "The authenticator's code is wrong or was used already"),
    "SECOND_FACTOR_MISSING": Text("请先启用动态口令", "Enrol an authenticator first"),
    "SECOND_FACTOR_NOT_BEGUN": Text("请先获取动态口令密钥", "Ask for an authenticator's secret first"),
    "PASSWORD_WRONG":        Text("当前密码不正确", "The present password is wrong"),
    "OFFICER_UNKNOWN":       Text("没有该工作人员账号", "There is no officer of that name"),
    "CONSENT_REQUIRED":      Text("请阅读并同意《用户服务协议》和《用户隐私政策》", "Agree to the terms of service and the privacy policy"),
    "SUBSCRIPTION_NEEDS_WEBSOCKET": Text("订阅须使用 WebSocket（graphql-transport-ws）或事件流（text/event-stream），地址相同", "Subscriptions are watched over WebSocket (graphql-transport-ws) or as text/event-stream on this path"),
    "SYSTEM_BUSY":           Text("系统繁忙，请稍后重试", "The system is busy: try again later"),
    "TOO_MANY_OPERATIONS":   Text("一个连接上的操作过多", "Too many operations on one connection"),
    # signing in by card
    "CARD_NEEDED":           Text("本单位已办理法人卡，密码登录仅可查询，请使用法人卡登录后办理", "The unit has a legal card: without it one may only query; sign in by the legal card"),
    "CARD_CHALLENGE_UNKNOWN": Text("登录质询不存在或已使用，请重新登录", "No such challenge, or it was used: ask for a new one"),
    "CARD_CHALLENGE_EXPIRED": Text("登录质询已过期，请重新登录", "The challenge has expired: ask for a new one"),
    "CARD_CHALLENGE_DIFFERS": Text("登录质询不属于本次会话，请重新登录", "The challenge was made for another session or server: ask for a new one"),
    "CARD_ORIGIN_REFUSED":   Text("请从本系统的网页使用法人卡登录", "Signing in by card is not allowed from this page's origin"),
    "CARD_CERTIFICATE_MALFORMED": Text("无法读取卡内证书", "The card's certificate cannot be read"),
    "CARD_CERTIFICATE_UNTRUSTED": Text("该证书不是本系统签发的登录证书", "The certificate is not one of this system's for signing in"),
    "CARD_CERTIFICATE_EXPIRED": Text("卡内证书不在有效期内", "The card's certificate is not valid now"),
    "CARD_CERTIFICATE_REVOKED": Text("卡内证书已吊销，或该卡已停用", "The card's certificate was revoked, or the card is not in use"),
    "CARD_NOT_LEGAL":        Text("请使用法人卡登录，操作员卡不能登录本系统", "Sign in by the legal card: an operator card does not sign in here"),
    "CARD_SIGNATURE_WRONG":  Text("卡的签名不正确，请重试", "The card's signature is wrong: try again"),
    # signing in by the Single Window
    "SINGLE_WINDOW_CLOSED":  Text("本系统未开通单一窗口登录", "Signing in by the Single Window is not open here"),
    "SINGLE_WINDOW_REDIRECT": Text("不允许返回该地址", "The Single Window may not send anybody back to this address"),
    "SINGLE_WINDOW_VISIT_UNKNOWN": Text("单一窗口登录请求不存在或已使用，请重新登录", "No such sign-in was begun, or it was used: begin again"),
    "SINGLE_WINDOW_VISIT_EXPIRED": Text("单一窗口登录请求已过期，请重新登录", "The sign-in was begun too long ago: begin again"),
    "SINGLE_WINDOW_VISIT_DIFFERS": Text("单一窗口登录请求不是由本页面发起的，请重新登录", "The sign-in was begun elsewhere: begin again on this page"),
    "SINGLE_WINDOW_AWAY":    Text("单一窗口暂时无法访问，请稍后重新登录", "The Single Window cannot be reached: begin again later"),
    "SINGLE_WINDOW_FAILED":  Text("单一窗口未能证明您的身份，请重新登录", "The Single Window did not prove who you are: begin again"),
    "SINGLE_WINDOW_UNIT_DIFFERS": Text("您的单一窗口账号所属单位与已关联的单位不一致", "The Single Window names another unit than the one that the account is of"),
    "SINGLE_WINDOW_LINKED_TO_ANOTHER": Text("本单位管理员账号已与另一个单一窗口账号关联", "The unit's administrator is linked to another account of the Single Window"),
    "SINGLE_WINDOW_DATA_MISSING": Text("单一窗口提供的资料缺少或有误（{field}），请在本系统注册后再登录", "What the Single Window tells lacks {field}, or has it wrong: register here by hand"),
    # registering by e-licence
    "ELICENCE_CLOSED":       Text("本系统未开通电子营业执照快速注册，请填写表单注册", "Registering by e-licence is not open here: fill the form in"),
    "ELICENCE_INVALID":      Text("电子营业执照凭证无效，请重新获取", "The e-licence's assertion is not valid: get a new one"),
    "ELICENCE_EXPIRED":      Text("电子营业执照凭证已过期，请重新获取", "The e-licence's assertion has expired: get a new one"),
    "ELICENCE_USED":         Text("该电子营业执照凭证已用于注册", "The e-licence's assertion has registered its unit already"),
    # shapes
    "REQUIRED":              Text("必填项", "Required"),
    "TOO_LONG":              Text("不得超过 {limit} 个字符", "No longer than {limit} characters"),
    "TOO_MANY":              Text("不得超过 {limit} 项", "No more than {limit} items"),
    "CONTROL_CHARACTER":     Text("含有不可见的控制字符", "Contains control characters"),
    # registration
    "ORGANIZATION_CODE_DIFFERS": Text("组织机构代码与统一社会信用代码第 9–17 位不一致", "The organisation code differs from characters 9–17 of the credit code"),
    "UNIT_ALREADY_REGISTERED": Text("该单位已注册管理员账号", "The unit already has an administrator account"),
    "USERNAME_TAKEN":        Text("用户名已被使用", "The username is taken"),
    "USERNAME_FORMAT":       Text("用户名须为 4–40 个字母、数字或 . _ - @，以字母或数字开头", "A username has 4–40 letters, digits or . _ - @ and starts with a letter or digit"),
    "PASSWORD_LENGTH":       Text("密码长度须为 8–128 个字符", "A password has 8–128 characters"),
    "PASSWORD_IS_USERNAME":  Text("密码不得与用户名相同或相近", "The password must be more than the username"),
    "PASSWORD_COMMON":       Text("该密码过于常见，请更换", "This password is too well known: choose another"),
    "PASSWORD_MISMATCH":     Text("两次输入的密码不一致", "The two passwords differ"),
    "CAPTCHA_WRONG":         Text("图片验证码不正确或已过期", "The picture's code is wrong or expired"),
    "PHONE_MISSING":         Text("账号没有绑定手机号码", "The account has no phone"),
    "PHONE_UNCHANGED":       Text("新手机号码与原号码相同", "The new phone is the old one"),
    "EMAIL_MISSING":         Text("账号没有电子邮箱，请携带证件到发卡机构办理", "The account has no e-mail address: go to the issuer with your papers"),
    "SMS_CODE_WRONG":        Text("短信验证码不正确", "The SMS code is wrong"),
    "SMS_CODE_EXPIRED":      Text("短信验证码已失效，请重新获取", "The SMS code is no longer valid: ask for a new one"),
    "SMS_TOO_SOON":          Text("请稍后再获取短信验证码", "Wait before asking for another SMS code"),
    "SMS_LIMIT":             Text("短信验证码发送次数过多，请稍后再试", "Too many SMS codes were sent: try again later"),
    # starting and saving
    "UNFINISHED_APPLICATION": Text("您有未办结的新办申请单，请待其办结后再提交", "The unit has an unfinished application"),
    "HAS_LEGAL_CARD":        Text("本单位已办理法人卡，只能查询申请单，不能提交新办申请", "The unit has a legal card: it may query, but not file a first application"),
    "ENTERPRISES_ONLY":      Text("仅单位管理员可以申请", "Only a unit's administrator may apply"),
    "VERSION_CONFLICT":      Text("申请单已被修改（当前版本 {current}），请刷新后重试", "The application has changed (now version {current}): reload and try again"),
    "WRONG_STATE":           Text("申请单当前状态不允许此操作", "The application's status does not allow this"),
    "STEP_NOT_SAVED":        Text("该步骤尚未暂存，无可删除的内容", "Nothing of this step has been saved"),
    "MAKER_LOCKED":          Text("已选择制卡代理点并提交，不能更改", "The bank's agency was chosen and submitted: it cannot be changed"),
    "MAKER_UNKNOWN":         Text("制卡机构不存在", "No such maker"),
    "OPERATOR_LIMIT":        Text("首次最多申请 {limit} 个操作员卡", "A first application has at most {limit} operator cards"),
    "OPERATOR_DUPLICATE":    Text("该操作员重复：同一单位名下每人仅可办理 1 个操作员卡", "This operator appears twice: one operator card a person and unit"),
    "OPERATOR_IS_LEGAL_PERSON": Text("法定代表人仅可办理法人卡，不能办理操作员卡", "The legal person gets the legal card, not an operator card"),
    "OPERATOR_HAS_CARD":     Text("该操作员已办理操作员卡", "This operator already has a card"),
    "NOTHING_CHOSEN":        Text("请选择至少一项", "Choose at least one"),
    # problems of the steps
    "REGION_UNKNOWN":        Text("行政区划不存在", "No such region"),
    "REGION_INCOMPLETE":     Text("请按省、市、区的顺序选择到最后一级", "Choose province, city and district to the last level"),
    "MAKER_OUT_OF_SCOPE":    Text("所选制卡机构与办理范围不符，请重新选择", "The maker is not in the chosen scope: choose again"),
    "ATTACHMENT_REQUIRED":   Text("请上传附件", "Upload the paper"),
    "OPERATOR_NOT_CONFIRMED": Text("“暂存”状态的操作员卡信息不能提交，请确定录入", "An operator still in draft cannot be submitted: confirm it"),
    "AGENT_OPERATOR_MISSING": Text("请指定本申请单中的操作员为经办人", "Choose an operator of this application as the agent"),
    "AGENT_PHONE_MISSING":   Text("经办人没有手机号码", "The agent has no phone number"),
    "DELIVERY_METHOD_UNAVAILABLE": Text("所选制卡机构不提供邮寄，请改为自取", "The chosen maker does not mail: choose pickup"),
    "UNIT_MISMATCH":         Text("单位信息核验未通过，请确认是否有误", "The unit could not be verified: please confirm"),
    "PERSON_MISMATCH":       Text("身份信息核验未通过，请确认是否有误", "The identity could not be verified: please confirm"),
    "LONG_TERM_BEFORE_46":   Text("未满 46 周岁的居民身份证通常不是长期有效，请确认", "An ID card is seldom valid for good before the age of 46: please confirm"),
    # identifiers
    "USCC_LENGTH":           Text("统一社会信用代码须为 18 位", "A unified social credit code has 18 characters"),
    "USCC_ALPHABET":         Text("统一社会信用代码含有不允许的字符", "The credit code has a character that is not allowed"),
    "USCC_CATEGORY":         Text("统一社会信用代码的登记管理部门或机构类别不存在", "The credit code's authority or category does not exist"),
    "USCC_CHECK_DIGIT":      Text("统一社会信用代码校验位不正确", "The credit code's check digit is wrong"),
    "ORGANIZATION_CODE_FORMAT": Text("组织机构代码须为 9 位，“-”不用录入", "An organisation code has 9 characters, without “-”"),
    "ORGANIZATION_CODE_CHECK_DIGIT": Text("组织机构代码校验位不正确", "The organisation code's check digit is wrong"),
    "RESIDENT_ID_FORMAT":    Text("证件号码须为 18 位", "The number has 18 characters"),
    "RESIDENT_ID_OLD":       Text("15 位居民身份证已停止使用", "15-digit ID cards are no longer valid"),
    "RESIDENT_ID_BIRTH_DATE": Text("证件号码中的出生日期不存在", "The birth date in the number does not exist"),
    "RESIDENT_ID_CHECK_DIGIT": Text("证件号码校验位不正确", "The number's check digit is wrong"),
    "ID_NUMBER_FORMAT":      Text("证件号码格式不正确", "The ID number's form is wrong"),
    "MOBILE_INVALID":        Text("手机号码不正确", "Not a valid mobile number"),
    "PHONE_INVALID":         Text("电话号码不正确", "Not a valid phone number"),
    "EMAIL_INVALID":         Text("电子邮箱不正确", "Not a valid e-mail address"),
    "DATE_INVALID":          Text("日期不存在，格式为 YYYYMMDD", "No such date; the form is YYYYMMDD"),
    "VALIDITY_ORDER":        Text("有效结束日期须晚于起始日期", "The end of validity must be after its start"),
    "VALIDITY_NOT_STARTED":  Text("证件尚未生效", "The document is not valid yet"),
    "ID_EXPIRED":            Text("证件已过期", "The document has expired"),
    "COUNTRY_UNKNOWN":       Text("国家/地区代码不存在", "No such country code"),
    "NAME_INVALID":          Text("姓名或名称不正确", "Not a valid name"),
    # submitting
    "STEPS_INCOMPLETE":      Text("申请单尚未填写完整", "The application is not complete"),
    "WARNINGS_UNACKNOWLEDGED": Text("信息核验有提示，请点击“确认无误”后提交", "There are warnings: confirm them before submitting"),
    "DECLARATION_REQUIRED":  Text("请勾选申请单位声明", "Tick the unit's declaration"),
    # attachments
    "ATTACHMENT_TYPE":       Text("仅接受 JPEG、PNG 或 PDF 文件", "Only JPEG, PNG or PDF files are accepted"),
    "ATTACHMENT_SIZE":       Text("文件大小须为 1 字节至 {limit_mib} MiB", "A file has 1 byte to {limit_mib} MiB"),
    "ATTACHMENT_NAME":       Text("文件名不正确", "Not a valid file name"),
    "ATTACHMENT_EXTENSION":  Text("文件扩展名与声明的类型不符", "The file's extension is not of the declared type"),
    "ATTACHMENT_OPERATOR":   Text("请指定附件所属的操作员", "Say which operator the paper belongs to"),
    "ATTACHMENT_AGENT":      Text("仅当经办人为其他人员时上传经办人证件", "An agent's paper is for an agent who is another person"),
    "ATTACHMENT_LIMIT":      Text("每类附件最多 {limit} 个", "At most {limit} papers of a kind"),
    "UPLOAD_EXPIRED":        Text("上传地址已失效，请重新获取", "The upload address is no longer valid: ask for a new one"),
    "UPLOAD_SIZE":           Text("上传内容与声明的大小不符", "The bytes are not as many as declared"),
    "UPLOAD_TYPE":           Text("文件内容与声明的类型不符", "The bytes are not of the declared type"),
    "UPLOAD_DONE":           Text("该附件已上传", "This paper has been uploaded already"),
    "UPLOAD_INCOMPLETE":     Text("上传中断，请重试", "The upload broke off: try again"),
    "UPLOAD_DAMAGED":        Text("文件已损坏，无法打开", "The file is damaged and cannot be opened"),
    "UPLOAD_TOO_LARGE_IMAGE": Text("图片像素过大，最多 {limit} 百万像素", "The picture is too large: at most {limit} megapixels"),
    "UPLOAD_ANIMATED":       Text("不接受动态图片", "Pictures that move are not accepted"),
    "UPLOAD_MIXED":          Text("文件中夹带了其他文件", "Another file rides along in this one"),
    "PDF_ENCRYPTED":         Text("不接受加密的 PDF，请去除密码后上传", "Encrypted PDFs are not accepted: remove the password"),
    "PDF_ACTIVE":            Text("不接受含脚本、自动动作、表单脚本或附件的 PDF，请打印为 PDF 后上传", "PDFs with scripts, actions or attachments are not accepted: print it as a PDF first"),
    "PDF_PAGES":             Text("PDF 须为 1 至 {limit} 页", "A PDF has 1 to {limit} pages"),
    "PDF_TOO_LARGE":         Text("PDF 内容过大或过于复杂", "The PDF is too large or too complicated inside"),
    "STORAGE_FAILED":        Text("存储暂不可用，请稍后重试", "Storage cannot be used now: try again later"),
    "STORAGE_FULL":          Text("存储空间不足，请稍后重试", "Storage is full: try again later"),
    # reviewing
    "FOUR_EYES":             Text("受理人不得审核本申请单，请由其他工作人员审核", "Who accepted it may not approve it: another officer must"),
    "CLAIMED_BY_ANOTHER":    Text("{officer}正在办理该申请单，如需办理请先接手", "{officer} is working on this application: take it over first"),
    "REASONS_REQUIRED":      Text("请至少填写一个退单原因", "Give at least one reason"),
    "REASON_UNKNOWN":        Text("退单原因代码不存在", "No such reason"),
    "REASON_PATH":           Text("退单原因所指的位置不存在", "The reason is pinned to a place that does not exist"),
    "NOTE_REQUIRED":         Text("“其他”原因须填写说明", "The reason “other” needs a note"),
    # making cards
    "CARD_UNKNOWN":          Text("该卡不属于本申请单", "No such card in this application"),
    "MEDIA_TYPE_DIFFERS":    Text("介质类型与申请不符", "The medium is of another type than applied for"),
    "MEDIA_SERIAL_FORMAT":   Text("介质序列号须为 4–40 个字母、数字或“-”", "A medium's serial number has 4–40 letters, digits or “-”"),
    "MEDIA_SERIAL_TAKEN":    Text("该介质序列号已被使用", "The medium's serial number is in use"),
    "CARDS_NOT_ISSUED":      Text("还有 {missing} 张卡未制作完成", "{missing} cards are not made yet"),
    "CARRIER_REQUIRED":      Text("填写运单号须同时填写承运商", "A tracking number needs its carrier"),
    "DATE_BEFORE_CARDS":     Text("交付时间不得早于制卡完成时间", "The cards cannot have been handed over before they were made"),
    "DATE_IN_FUTURE":        Text("交付时间不得晚于现在", "The cards cannot have been handed over in the future"),
    "DELIVERY_FACT_REQUIRED": Text("请填写承运商或交付时间", "Give the carrier, or that the cards were handed over"),
    # limits of the surface
    "OPERATION_TIMEOUT":     Text("操作超过 {seconds} 秒未完成；已开始的办理会继续进行，请稍后查询结果", "The operation took more than {seconds} seconds; an act that has begun goes on: look up later what became of it"),
    "COST_LIMIT":            Text("一次请求的内容过多（{cost}，上限 {limit}），请减少每页数量或字段", "The operation asks for too much ({cost}, the limit is {limit}): ask for shorter pages or fewer fields"),
    "RATE_LIMITED":          Text("请求过于频繁，请稍后再试", "Too many requests: try again later"),
    "DOCUMENT_UNKNOWN":      Text("未登记该查询文档", "No document is registered by this id"),
    "DOCUMENT_NOT_TRUSTED":  Text("仅接受已登记的查询文档", "Only registered documents are accepted here"),
    "INTROSPECTION_OFF":     Text("本系统不提供接口结构查询", "The schema is not told here: use the published schema.graphql"),
    "PAGE_SIZE":             Text("每页数量须在 0 至 1000 之间（一页最多返回 100 条）", "A page is asked for with 0 to 1,000 items, and has at most 100"),
    "CURSOR_INVALID":        Text("游标无效", "Not a valid cursor"),
    "SERVER_RESTARTS":       Text("服务器正在重启，请稍后从最后的游标重新订阅", "The server restarts: subscribe again after your last cursor"),
    "LAGGED":                Text("落后太多，请从游标 {cursor} 重新订阅，并重新查询当前状态", "Too far behind: subscribe again after {cursor}, and query how things stand"),
    "INTERNAL":              Text("系统内部错误，参考号 {reference}", "Internal error, reference {reference}"),
}
# fmt: on


def say(code: str, language: Language, facts: Mapping[str, str | int] | None = None) -> str:
    """The text of `code` with its facts filled in.

    Raises KeyError for a code without a text: a test walks them all.
    """
    return TEXTS[code].in_(language).format(**(facts or {}))
