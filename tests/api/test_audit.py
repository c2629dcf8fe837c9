"""What leaves an audit row: every act, sign-in, refusal of a right, look at a person's data."""

import asyncio
import json
from datetime import UTC, datetime

import pyotp
import pytest
from graphql import build_schema

from models.audit import DONE, AuditRow, Entry, Who
from models.audit_check import check
from models.enums import AuditKind
from resolvers.trail import MOST_VISITORS
from schema.audited import AUDITED
from schema.schema import SDL_FILE
from server.settings import Settings
from tests.accounts import after, captcha, done, login
from tests.actors import Officer, Unit
from tests.cards import Holder, ask
from tests.conftest import Served
from tests.elicence import issuer_of, read, register
from tests.identities import person
from tests.providers import TinyProvider, claims
from tests.single_window import answer, begin, finish
from tests.trail import key_of, last, trail

CONTINUE = """mutation($token: String!) {
    continueSession(input: {token: $token}) { errors { code } } }"""
REASON = {"category": "OTHER", "code": "OTHER", "path": [], "note": "请改"}
PERSONS = "query($id: ID!) { application(id: $id) { operators { idNumber } agent { phone } } }"
LIST = """{ applications(first: 20) { nodes {
    legalCard { idNumber } operators { phone } attachments { url } } } }"""
TRAIL = """query($first: Int, $after: String, $filter: AuditFilter) {
    auditTrail(first: $first, after: $after, filter: $filter) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { id kind what subject outcome username role } } }"""


@pytest.fixture
def settings(settings: Settings, tiny: TinyProvider) -> Settings:
    return settings.model_copy(update=tiny.settings)


def test_every_mutation_has_its_line_in_the_table() -> None:
    mutations = build_schema(SDL_FILE.read_text("utf-8")).mutation_type
    assert mutations
    assert set(AUDITED) == set(mutations.fields)


async def _submitted(served: Served) -> Unit:
    unit = await (await served.unit()).start()
    await unit.fill()
    await unit.submit()
    return unit


async def _e_licence(served: Served) -> None:
    visitor = Unit(served.visitor())
    assertion = issuer_of(served).assertion(visitor.unit)
    await read(visitor.client, assertion)
    await register(visitor, assertion)
    _holds_none_of(await trail(), visitor)


async def _wizard(unit: Unit) -> None:
    await unit.start()
    await unit.fill()
    spare = await unit.add_operator()
    await unit.edit("RemoveOperator", operatorId=spare)
    named = {**person(), "username": f"person-{unit.id}"}
    made = await unit.client.do("CreateOperatorAccount", **named)
    await unit.edit("AddExistingOperators", operatorAccountIds=[made["operatorAccount"]["id"]])
    await unit.edit("ClearStep", step="DELIVERY")
    paper = (await unit.detail())["attachments"][0]["id"]
    await unit.client.do("RemoveAttachment", attachmentId=paper)
    await unit.refresh()
    await unit.client.do("Discard", applicationId=unit.id, version=unit.version)


async def _desk(served: Served, unit: Unit) -> None:
    officer = await served.officer("tianjin")
    await unit.start()
    await unit.fill(operators=0)
    await unit.submit()
    await unit.edit("Withdraw")
    await unit.submit()
    await officer.act("Return", unit, reasons=[REASON])
    await unit.refresh()
    await unit.submit()
    for name in ("claimApplication", "releaseApplication"):
        await done(officer.client, name, applicationId=unit.id)
    await officer.act("Accept", unit)
    await officer.act("Approve", unit, mediaSupply="ENTERPRISE")
    await officer.register_all_media(unit)
    await officer.act("Produce", unit)
    await officer.act("Issue", unit)
    await _made(officer, unit)
    await officer.act("Complete", unit)
    fact = {"carrier": "EMS", "trackingNumber": "EX1"}
    await done(officer.client, "recordDelivery", applicationId=unit.id, **fact)


async def _made(officer: Officer, unit: Unit) -> None:
    """Wait until the worker has made its cards."""
    async with officer.client.socket() as socket:
        progress = await socket.watch("IssuanceProgress", id=unit.id)
        while (await progress.message())["type"] != "complete":
            pass


async def _own_account(served: Served, unit: Unit) -> None:
    client, account = unit.client, unit.account
    told = {"password": account["password"], "newPhone": "13900009999"}
    await done(client, "requestPhoneChange", **told)
    codes = {
        "smsCode": await client.code_sent_to("13900009999"),
        "proofCode": await client.code_sent_to(account["phone"]),
    }
    await done(client, "changePhone", newPhone="13900009999", **codes)
    await client.query("mutation { revokeOtherSessions { revoked } }")
    other = served.visitor()
    await login(other, account["username"], account["password"])
    async with client.socket() as socket:
        asked = await socket.subscribe(CONTINUE, {"token": other.token})
        assert (await asked.next())["errors"] == []
    sessions = await client.query("{ viewer { sessions { id current } } }")
    (told_id,) = [row["id"] for row in sessions["viewer"]["sessions"] if not row["current"]]
    await done(client, "revokeSession", sessionId=told_id)
    await _passwords(served, unit)


async def _passwords(served: Served, unit: Unit) -> None:
    client, username = unit.client, unit.account["username"]
    new = {"newPassword": "another 1 Pass", "newPasswordConfirmation": "another 1 Pass"}
    old = unit.account["password"]
    payload = await done(client, "changePassword", "session { token }", password=old, **new)
    client.token = payload["session"]["token"]
    await client.ask("Logout")
    visitor = served.visitor()
    await done(visitor, "requestPasswordReset", username=username, **await captcha(visitor))
    code = await visitor.code_sent_to("13900009999")
    await done(visitor, "resetPassword", username=username, smsCode=code, **new)


async def _second_factor(served: Served) -> None:
    client = (await served.officer("beijing")).client
    payload = await done(client, "beginTotp", "secret", password=served.password("beijing"))
    code = pyotp.TOTP(payload["secret"]).at(datetime.now(UTC))
    await done(client, "confirmTotp", code=code)


async def _single_window(served: Served, tiny: TinyProvider) -> dict[str, str]:
    client, told = served.visitor(), claims(9001)
    visit = await begin(client)
    assert await finish(client, **answer(visit, tiny.sign_in(visit["url"], "a", **told))) == []
    await client.query("mutation { unlinkSingleWindow { unlinked } }")
    return told


async def test_every_mutation_leaves_its_row_and_no_personal_data(
    served: Served, card_unit: Unit, holder: Holder, tiny: TinyProvider
) -> None:
    unit = await served.unit()
    await _e_licence(served)
    await _wizard(unit)
    await _desk(served, unit)
    await _own_account(served, unit)
    await _second_factor(served)
    told = await _single_window(served, tiny)
    visitor = served.visitor()
    await visitor.do("CardLogin", **holder.answer(await ask(visitor)))
    rows = await trail(outcome=DONE)
    assert set(AUDITED) - {row.what for row in rows} == set()
    assert {row.what for row in rows} - set(AUDITED) == {
        "demo officer", "uploadAttachment", "issueCard", "personalData",
    }  # fmt: skip
    assert (await check(key_of(served))).rows == await AuditRow.all().count()
    _holds_none_of(await trail(), unit)
    text = json.dumps([row.plain() for row in await trail()], ensure_ascii=False)
    assert [value for value in told.values() if value in text] == []


def _holds_none_of(rows: list[AuditRow], unit: Unit) -> None:
    text = json.dumps([row.plain() for row in rows], ensure_ascii=False)
    told = [value for form in (unit.unit, unit.account) for value in form.values()]
    secret = set(told) - {unit.account["username"], "CHN", "RESIDENT_ID"}
    assert [value for value in secret if value and value in text] == []
    assert "王芳" not in text
    assert "13900001111" not in text


async def test_a_row_says_who_did_what_to_which_application_from_where(served: Served) -> None:
    unit, officer = await _submitted(served), await served.officer("tianjin")
    officer.client.address = "203.0.113.9"
    await officer.act("Accept", unit)
    row = await last(what="acceptApplication")
    assert (row.kind, row.outcome, row.times) == ("ACT", "DONE", 1)
    assert (row.username, row.role, row.signed_in_by) == ("tianjin", "RA_OFFICER", "PASSWORD")
    assert row.subject == unit.id
    assert row.address
    signed_in = await last(what="login", username="tianjin")
    assert (signed_in.kind, signed_in.session_id) == ("SIGN_IN", row.session_id)
    assert signed_in.subject == f"account-{row.account_id}"


async def test_what_comes_into_being_is_the_subject(served: Served) -> None:
    unit = await (await served.unit()).start()
    assert (await last(what="startApplication")).subject == unit.id
    registered = await last(what="registerEnterprise")
    assert registered.subject == f"account-{registered.account_id}"
    assert registered.username == unit.account["username"]


async def test_an_act_that_is_refused_for_what_it_says_leaves_no_row(served: Served) -> None:
    unit = await (await served.unit()).start()
    before = await AuditRow.all().count()
    assert await unit.codes("Submit", declarationAccepted=False, smsCode="1") != []
    assert await unit.client.codes("Start", kind="NEW_CARDS") != []
    assert await AuditRow.all().count() == before


async def test_a_refusal_of_a_right_is_a_row_and_the_same_again_is_counted(
    served: Served,
) -> None:
    unit, other = await _submitted(served), await served.unit()
    for _ in range(5):
        told = await other.client.codes("Withdraw", applicationId=unit.id, version=1)
        assert told == ["applicationId:NOT_FOUND"]
    (row,) = await trail(kind=AuditKind.REFUSED, username=other.account["username"])
    assert (row.what, row.subject, row.outcome) == ("withdrawApplication", unit.id, "NOT_FOUND")
    with after(seconds=61):
        await served.engine.office.trail.settle()
    rows = await trail(kind=AuditKind.REFUSED, username=other.account["username"])
    assert [row.times for row in rows] == [1, 4]


async def test_who_is_not_signed_in_or_guesses_leaves_rows(served: Served) -> None:
    visitor = served.visitor()
    assert await visitor.codes("Start", kind="NEW_CARDS") == [":NOT_SIGNED_IN"]
    assert (await last(what="startApplication")).outcome == "NOT_SIGNED_IN"
    assert await login(visitor, "tianjin", "it is not that") == ["LOGIN_FAILED"]
    row, officer = await last(what="login"), await last(what="demo officer", subject__not="")
    assert (row.kind, row.outcome, row.account_id) == ("REFUSED", "LOGIN_FAILED", None)
    assert row.subject.startswith("account-")
    assert officer.username == "command line"


async def test_a_flood_of_visitors_fills_no_disk(served: Served) -> None:
    book, before = served.engine.office.trail, await AuditRow.all().count()
    for number in range(MOST_VISITORS + 50):
        who = Who(address=f"2001:db8::{number:x}")
        await book.count(Entry(who, AuditKind.REFUSED, "login", outcome="LOGIN_FAILED"))
    assert await AuditRow.all().count() == before + MOST_VISITORS + 1
    await book.settle(every=True)
    counted = [row.times for row in await trail(kind=AuditKind.REFUSED)]
    assert sum(counted) == MOST_VISITORS + 50
    assert counted[-1] == 49


async def test_an_officer_who_reads_persons_leaves_a_row_and_the_unit_none(
    served: Served,
) -> None:
    unit, officer = await _submitted(served), await served.officer("tianjin")
    await unit.client.query(PERSONS, id=unit.id)
    await officer.client.query("query($id: ID!) { application(id: $id) { number } }", id=unit.id)
    assert await trail(kind=AuditKind.VIEW) == []
    await officer.client.query(PERSONS, id=unit.id)
    (row,) = await trail(kind=AuditKind.VIEW)
    assert (row.username, row.subject, row.what) == ("tianjin", unit.id, "personalData")


async def test_a_list_is_one_row_that_names_its_applications(served: Served) -> None:
    units = [await _submitted(served) for _ in range(3)]
    officer = await served.officer("tianjin")
    await officer.client.query(LIST)
    (row,) = await trail(kind=AuditKind.VIEW)
    assert sorted(row.subject.split()) == sorted(unit.id for unit in units)


async def test_asking_for_what_is_not_ones_own_is_a_refusal(served: Served) -> None:
    unit, other = await _submitted(served), await served.unit()
    assert (await other.client.query(PERSONS, id=unit.id))["application"] is None
    row = await last(kind=AuditKind.REFUSED)
    assert (row.what, row.subject, row.outcome) == ("application", unit.id, "NOT_FOUND")


async def test_the_platform_reads_the_trail_page_by_page(served: Served) -> None:
    unit = await _submitted(served)
    platform = (await served.officer("platform")).client
    wanted = {"filter": {"subject": unit.id, "kind": ["ACT"]}}
    first = (await platform.query(TRAIL, first=2, **wanted))["auditTrail"]
    assert [row["what"] for row in first["nodes"]] == ["submitApplication", "sendSubmissionCode"]
    assert first["pageInfo"]["hasNextPage"]
    rest = {"first": 100, "after": first["pageInfo"]["endCursor"]}
    others = (await platform.query(TRAIL, **rest, **wanted))["auditTrail"]["nodes"]
    assert len(others) == first["totalCount"] - 2
    assert others[-1]["what"] == "startApplication"
    assert {row["username"] for row in others} == {unit.account["username"]}


async def test_nobody_else_reads_the_trail(served: Served) -> None:
    unit, officer = await served.unit(), await served.officer("tianjin")
    asked = ((unit.client, "FORBIDDEN"), (officer.client, "FORBIDDEN"))
    for client, code in (*asked, (served.visitor(), "NOT_SIGNED_IN")):
        answer_ = await client.post(TRAIL)
        assert answer_["errors"][0]["extensions"]["code"] == code
    tried = await trail(what="auditTrail", outcome="FORBIDDEN")
    assert [row.username for row in tried] == [unit.account["username"], "tianjin"]


async def test_watching_what_is_not_ones_own_is_a_refusal(served: Served) -> None:
    unit, other = await _submitted(served), await served.unit()
    async with other.client.socket() as socket:
        watch = await socket.watch("ApplicationEvents", id=unit.id)
        assert (await watch.message())["type"] in ("error", "next")
    row = await last(kind=AuditKind.REFUSED)
    assert (row.what, row.subject, row.outcome) == ("subscription", unit.id, "NOT_FOUND")


async def test_acts_at_once_keep_the_chain(served: Served) -> None:
    units = [await served.unit() for _ in range(4)]
    before = await AuditRow.all().count()
    logins = [
        login(served.visitor(), unit.account["username"], unit.account["password"])
        for unit in units * 4
    ]
    await asyncio.gather(*(unit.start() for unit in units), *logins)
    assert await AuditRow.all().count() == before + 20
    assert (await check(key_of(served))).rows == before + 20
