"""What a malformed request or a bug of ours looks like from outside."""

import pytest
from graphql import get_introspection_query

from tests.conftest import Served


async def test_a_syntax_error_is_told_as_one(served: Served) -> None:
    answer = await served.visitor().post("{")
    assert "Syntax Error" in answer["errors"][0]["message"]


async def test_a_bug_is_masked_with_a_reference(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("schema.query.catalogue", broken)
    query = "{ returnReasonCatalogue { code } }"
    answer = await served.visitor().post(query, language="en")
    (error,) = answer["errors"]
    reference = error["extensions"]["reference"]
    assert error["message"] == f"Internal error, reference {reference}"
    assert "42" not in str(answer)
    assert reference in caplog.text


async def test_a_document_too_deep_too_long_or_with_too_many_aliases_is_refused(
    served: Served,
) -> None:
    deep = "{ institutions { nodes { issuer " + "{ issuer " * 12 + "{ id }" + " }" * 12 + "} } }"
    wide = "{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(150)) + "}"
    long = "{" + "viewer { name } " * 1200 + "}"
    for document in (deep, wide, long):
        answer = await served.visitor().post(document)
        assert answer.get("data") is None
        assert answer["errors"]


HOSTILE = {
    "1,000 aliases": ("{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(1000)) + "}", ""),
    "5,000 fields": ("{" + "viewer { name } " * 5000 + "}", ""),
    "300 lists": ("{" + "applications { nodes { id } } " * 300 + "}", "overlaps"),
    "980 viewers": ("{" + "viewer { name } " * 980 + "}", "overlaps"),
    "2,000 fragments": (
        "{ viewer { ...F0 } }"
        + " ".join(f"fragment F{n} on Viewer {{ ...F{n + 1} }}" for n in range(1999))
        + " fragment F1999 on Viewer { name }",
        "",
    ),
    "fragments that double": (
        "{ viewer { ...F0 } }"
        + " ".join(f"fragment F{n} on Viewer {{ ...F{n + 1} ...F{n + 1} }}" for n in range(50))
        + " fragment F50 on Viewer { name }",
        "too big",
    ),
    "a circle": ("{ viewer { ...A } } fragment A on Viewer { ...A }", "within itself"),
    "inline fragments within": ("{" + "... on Query {" * 100 + "__typename" + "}" * 101, "nesting"),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_hostile_document_is_refused_before_it_costs_anything(
    served: Served, what: str
) -> None:
    document, reason = HOSTILE[what]
    answer = await served.visitor().post(document)
    assert "data" not in answer
    assert reason in answer["errors"][0]["message"]


async def test_a_document_of_many_fragments_that_share_a_field_is_no_hostile_one(
    served: Served,
) -> None:
    spreads = " ".join(f"...F{n}" for n in range(30))
    fragments = " ".join(f"fragment F{n} on Region {{ code name }}" for n in range(30))
    answer = await served.visitor().post(f"{{ regions {{ {spreads} }} }} {fragments}")
    assert answer["data"]["regions"]


async def test_the_whole_schema_can_be_asked_for(served: Served) -> None:
    answer = await served.visitor().post(get_introspection_query(input_value_deprecation=True))
    assert answer["data"]["__schema"]


@pytest.mark.parametrize(
    "arguments", ['after: "x"', "first: -1", "first: 100000", 'after: "p99999999999999999999"']
)
async def test_a_malformed_page_keeps_its_code(served: Served, arguments: str) -> None:
    answer = await served.visitor().post(f"{{ institutions({arguments}) {{ totalCount }} }}")
    assert answer["errors"][0]["extensions"]["code"] in {"CURSOR_INVALID", "PAGE_SIZE"}


async def test_a_page_is_never_longer_than_a_hundred(served: Served) -> None:
    page = (await served.visitor().query("{ institutions(first: 1000) { nodes { id } } }"))[
        "institutions"
    ]
    assert 0 < len(page["nodes"]) <= 100


ODD = """
query($s: String, $t: String!) {
  institutions(search: $s) { totalCount }
  regions(parentCode: $s) { code }
  makers(regionCode: $t, scope: WITHIN_PROVINCE) { id }
  applications(filter: { search: $s }) { totalCount }
}
"""
TEXTS = ["\x00", "%", "_", "'", "\\", "长春\x00", "'; DROP TABLE", "长" * 300]


@pytest.mark.parametrize("text", TEXTS)
async def test_odd_words_find_nothing_and_break_nothing(served: Served, text: str) -> None:
    answer = await served.visitor().post(ODD, {"s": text, "t": text})
    assert "errors" not in answer
