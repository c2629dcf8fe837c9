"""Media, making the cards, handing them over."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from models.card import Issuance
from models.clock import now
from models.enums import IssuanceStep, QueueStatus
from models.queue import finish, keep, put_back, take
from tests.actors import Officer, Unit
from tests.client import Client
from tests.conftest import Served


async def _approved(
    served: Served, supply: str = "ENTERPRISE", operators: int = 1
) -> tuple[Unit, Officer]:
    unit, officer = await (await served.unit()).start(), await served.officer("tianjin")
    await unit.fill(operators)
    await unit.submit()
    await officer.act("Accept", unit)
    await officer.act("Approve", unit, mediaSupply=supply)
    return unit, officer


async def _producing(served: Served, operators: int = 0) -> tuple[Unit, Officer]:
    unit, officer = await _approved(served, "FREE", operators)
    await officer.act("Produce", unit)
    return unit, officer


async def _issued(unit: Unit, officer: Officer) -> list[dict[str, Any]]:
    async with asyncio.timeout(30):
        while True:
            cards = await officer.cards(unit)
            if all(card["status"] == "ISSUED" for card in cards):
                return cards
            await asyncio.sleep(0.1)


async def _given_up() -> Issuance:
    async with asyncio.timeout(30):
        while True:
            if job := await Issuance.get_or_none(status=QueueStatus.DEAD):
                return job
            await asyncio.sleep(0.1)


async def test_media_are_of_the_cards_and_of_their_type(served: Served) -> None:
    unit, officer = await _approved(served)
    one, other = await officer.cards(unit)
    good = {"cardId": one["id"], "mediaType": one["mediaType"], "serialNumber": "AB-0001"}
    # fmt: off
    wrong: list[tuple[list[dict[str, Any]], list[str]]] = [
        ([],                                       ["media:NOTHING_CHOSEN"]),
        ([{**good, "cardId": "crd-999999"}],       ["media.0.cardId:CARD_UNKNOWN"]),
        ([{**good, "mediaType": "IC_CARD"}],       ["media.0.mediaType:MEDIA_TYPE_DIFFERS"]),
        ([{**good, "serialNumber": "A!"}],         ["media.0.serialNumber:MEDIA_SERIAL_FORMAT"]),
        ([good, {**good, "cardId": other["id"]}],  ["media.1.serialNumber:MEDIA_SERIAL_TAKEN"]),
        ([good, {**good, "serialNumber": "AB-2"}], ["media.1.cardId:CARD_UNKNOWN"]),
    ]
    # fmt: on
    for media, codes in wrong:
        assert await officer.codes("RegisterMedia", unit, media=media) == codes
    payload = await officer.act("RegisterMedia", unit, media=[good])
    assert payload["application"]["status"] == "MEDIA_REQUIRED"
    assert await officer.codes("Produce", unit) == ["applicationId:WRONG_STATE"]
    rest = {"cardId": other["id"], "mediaType": "USB_KEY", "serialNumber": "ab-0002"}
    payload = await officer.act("RegisterMedia", unit, media=[rest])
    assert payload["application"]["status"] == "MEDIA_READY"
    assert [card["mediaSerial"] for card in await officer.cards(unit)] == ["AB-0001", "AB-0002"]


async def test_two_cards_may_swap_their_media_and_no_other_card_may_have_one(
    served: Served,
) -> None:
    unit, officer = await _approved(served)
    one, other = await officer.cards(unit)
    usual = {"mediaType": "USB_KEY"}
    serials = ["SW-0001", "SW-0002"]
    for first, second in (serials, reversed(serials)):
        media = [
            {**usual, "cardId": one["id"], "serialNumber": first},
            {**usual, "cardId": other["id"], "serialNumber": second},
        ]
        await officer.act("RegisterMedia", unit, media=media)
    assert [card["mediaSerial"] for card in await officer.cards(unit)] == serials[::-1]
    unit2, _ = await _approved(served)
    card = (await officer.cards(unit2))[0]
    taken = [{**usual, "cardId": card["id"], "serialNumber": "sw-0001"}]
    told = await officer.codes("RegisterMedia", unit2, media=taken)
    assert told == ["media.0.serialNumber:MEDIA_SERIAL_TAKEN"]


async def test_issuing_pressed_often_makes_each_card_once(served: Served) -> None:
    unit, officer = await _producing(served, operators=1)
    told = await asyncio.gather(*(officer.codes("Issue", unit) for _ in range(5)))
    assert told == [[]] * 5
    cards = await _issued(unit, officer)
    await officer.act("Issue", unit)
    assert await _issued(unit, officer) == cards
    assert len({card["certificate"]["serialNumber"] for card in cards}) == 2
    types = [line["type"] for line in (await unit.detail())["timeline"]["nodes"]]
    assert types.count("CARD_ISSUED") == 2


async def test_an_application_is_not_completed_before_its_cards_are_made(served: Served) -> None:
    unit, officer = await _producing(served)
    assert await officer.codes("Complete", unit) == ["applicationId:CARDS_NOT_ISSUED"]
    await officer.act("Issue", unit)
    await _issued(unit, officer)
    told = await officer.codes("Complete", unit, trackingNumber="SF1")
    assert told == ["carrier:CARRIER_REQUIRED"]
    await officer.act("Complete", unit, carrier="顺丰", trackingNumber="SF1")
    assert (await unit.detail())["delivery"]["trackingNumber"] == "SF1"
    assert await officer.codes("Complete", unit) == ["applicationId:WRONG_STATE"]


DELIVER = """mutation($input: RecordDeliveryInput!) { recordDelivery(input: $input) {
    application { delivery { carrier handedOverAt } } errors { code path message } } }"""


async def test_delivery_facts_are_facts(served: Served) -> None:
    unit, officer = await _producing(served)
    await officer.act("Issue", unit)
    await _issued(unit, officer)
    await officer.act("Complete", unit)

    async def told(**facts: str) -> list[str]:
        answer = await officer.client.query(DELIVER, input={"applicationId": unit.id, **facts})
        return [f"{'.'.join(e['path'])}:{e['code']}" for e in answer["recordDelivery"]["errors"]]

    assert await told() == ["carrier:DELIVERY_FACT_REQUIRED"]
    assert await told(trackingNumber="SF1") == ["carrier:CARRIER_REQUIRED"]
    assert await told(handedOverAt="2099-01-01T00:00:00Z") == ["handedOverAt:DATE_IN_FUTURE"]
    assert await told(handedOverAt="2020-01-01T00:00:00Z") == ["handedOverAt:DATE_BEFORE_CARDS"]
    moment = now().isoformat()
    for _ in range(2):
        assert await told(handedOverAt=moment) == []
        assert await told(carrier="顺丰", trackingNumber="SF1") == []
    assert await told(trackingNumber="SF2") == []
    detail = await unit.detail()
    assert datetime.fromisoformat(detail["delivery"]["handedOverAt"]) == datetime.fromisoformat(
        moment
    )
    assert detail["delivery"]["trackingNumber"] == "SF2"
    types = [line["type"] for line in detail["timeline"]["nodes"]]
    assert (types.count("SHIPPED"), types.count("HANDED_OVER")) == (2, 1)


async def test_a_card_that_was_given_up_is_made_when_issuing_is_pressed_again(
    served: Served,
) -> None:
    unit, officer = await _producing(served)
    tokens = served.engine.settings.data_dir / "tokens" / "tokens"
    away = tokens.with_name("away")
    tokens.rename(away)
    await officer.act("Issue", unit)
    assert "the token folder is gone" in (await _given_up()).last_error
    assert (await officer.cards(unit))[0]["status"] == "PRODUCING"
    trouble = {"code": "TOKEN_FOLDER_MISSING", "retryAt": None}
    assert await _trouble(officer.client, unit) == [trouble]
    assert await _trouble(unit.client, unit) == [None]
    assert await officer.codes("Complete", unit) == ["applicationId:CARDS_NOT_ISSUED"]
    away.rename(tokens)
    await officer.act("Issue", unit)
    (card,) = await _issued(unit, officer)
    assert card["certificate"]["status"] == "VALID"
    types = [line["type"] for line in (await unit.detail())["timeline"]["nodes"]]
    assert types[-2:] == ["CARD_FAILED", "CARD_ISSUED"]
    assert await _trouble(officer.client, unit) == [None]


async def _trouble(client: Client, unit: Unit) -> list[Any]:
    query = "query($id: ID!) { application(id: $id) { cards { trouble { code retryAt } } } }"
    return [
        card["trouble"] for card in (await client.query(query, id=unit.id))["application"]["cards"]
    ]


async def test_progress_counts_each_card_in_its_turn(served: Served) -> None:
    unit, officer = await _producing(served, operators=2)
    async with officer.client.socket() as socket:
        progress = await socket.watch("IssuanceProgress", id=unit.id)
        assert (await progress.next())["card"] is None
        await officer.act("Issue", unit)
        told = [await progress.next() for _ in range(3)]
        assert (await progress.message())["type"] == "complete"
    assert [step["done"] for step in told] == [1, 2, 3]
    assert len({step["card"]["id"] for step in told}) == 3


async def test_a_worker_that_lost_its_lease_writes_nothing_any_more(served: Served) -> None:
    unit, officer = await _producing(served)
    served.engine.issuing.end()
    await officer.act("Issue", unit)
    (old,) = await take(Issuance, 1, timedelta(minutes=1))
    await Issuance.filter(id=old.id).update(leased_until=now() - timedelta(seconds=1))
    assert await served.engine.issuing.drain() == 1
    done = await Issuance.get(id=old.id)
    assert not await put_back(old, "late", (1,))
    assert not await finish(old)
    assert not await keep(old, step=IssuanceStep.RESERVED, certificate=None)
    left = await Issuance.get(id=old.id)
    assert (left.step, left.status, left.certificate) == (
        IssuanceStep.WRITTEN,
        QueueStatus.DONE,
        done.certificate,
    )


async def test_two_applications_that_claim_each_others_media_never_wait_for_each_other(
    served: Served,
) -> None:
    sides = [await _approved(served) for _ in range(2)]
    serials = [["SN-1", "SN-2"], ["SN-2", "SN-1"]]

    async def claim(side: int) -> list[str]:
        unit, officer = sides[side]
        media = [
            {"cardId": card["id"], "mediaType": card["mediaType"], "serialNumber": serial}
            for card, serial in zip(await officer.cards(unit), serials[side], strict=True)
        ]
        return await officer.codes("RegisterMedia", unit, media=media)

    told = await asyncio.gather(*(claim(side) for side in range(2)))
    assert sum(codes == [] for codes in told) == 1
    assert all("TAKEN" in code for codes in told for code in codes)


async def test_only_the_maker_makes(served: Served) -> None:
    unit = await (await served.unit()).start()
    agency = {"region": "220102", "maker": "吉林省内建行制卡代理点", "scope": "WITHIN_PROVINCE"}
    await unit.fill(operators=0, **agency)
    await unit.submit()
    issuer, maker = await served.officer("changchun"), await served.officer("jilin-ccb")
    assert await maker.codes("Accept", unit) == ["applicationId:FORBIDDEN"]
    await issuer.act("Accept", unit)
    await issuer.act("Approve", unit, mediaSupply="FREE")
    assert await issuer.codes("Produce", unit) == ["applicationId:FORBIDDEN"]
    await maker.act("Produce", unit)
    assert await issuer.codes("Issue", unit) == ["applicationId:FORBIDDEN"]
    await maker.act("Issue", unit)
    await _issued(unit, maker)
    await maker.act("Complete", unit)
