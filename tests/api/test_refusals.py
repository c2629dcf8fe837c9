"""Every refusal has a stable code, a path, and a message in two languages; none is a crash."""

from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    build_schema,
    get_named_type,
)

from models.texts import TEXTS
from schema.schema import SDL_FILE
from tests.conftest import Served

SCHEMA: GraphQLSchema = build_schema(SDL_FILE.read_text("utf-8"))
MUTATIONS = SCHEMA.mutation_type.fields if SCHEMA.mutation_type else {}
OPEN = {"requestCaptcha", "sendSmsCode", "registerEnterprise", "login"}
OPEN |= {"requestCardChallenge", "loginWithCard", "requestPasswordReset", "resetPassword"}
OPEN |= {"beginSingleWindowSignIn", "loginWithSingleWindow", "readELicence", "registerWithELicence"}
VALUES: dict[str, Any] = {"Int": 1, "Boolean": True, "DateTime": "2026-01-01T00:00:00Z"}


def _value(type_: Any, text: str) -> Any:
    """Something of that type, with everything that may be given."""
    if isinstance(type_, GraphQLNonNull):
        return _value(type_.of_type, text)
    if isinstance(type_, GraphQLList):
        return [_value(type_.of_type, text)]
    if isinstance(type_, GraphQLInputObjectType):
        return {name: _value(field.type, text) for name, field in type_.fields.items()}
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    return VALUES.get(type_.name, text)


def _document(name: str) -> tuple[str, dict[str, Any], str]:
    inputs = MUTATIONS[name].args
    if not inputs:
        return f"mutation {{ {name} {{ errors {{ code message path }} }} }}", {}, ""
    type_ = str(inputs["input"].type)
    field = f"{name}(input: $input) {{ errors {{ code message path }} }}"
    return f"mutation($input: {type_}) {{ {field} }}", {}, get_named_type(inputs["input"].type).name


async def _errors(client: Any, name: str, text: str, language: str = "") -> list[dict[str, Any]]:
    document, variables, input_type = _document(name)
    if input_type:
        variables = {"input": _value(SCHEMA.type_map[input_type], text)}
    answer = await client.post(document, variables, language=language)
    assert "errors" not in answer, (name, answer)
    found: list[dict[str, Any]] = answer["data"][name]["errors"]
    return found


@pytest.mark.parametrize("text", ["x", "9" * 30, "长" * 64, "\u202e", "a" * 5000])
async def test_no_mutation_answers_a_visitor_or_odd_input_with_a_top_level_error(
    served: Served, text: str
) -> None:
    visitor, unit = served.visitor(), await served.unit()
    officer = await served.officer("tianjin")
    for name in MUTATIONS:
        for client in (visitor, officer.client, unit.client):
            for error in await _errors(client, name, text):
                assert error["code"] in TEXTS, (name, error)
                assert isinstance(error["path"], list), (name, error)
                assert error["message"]
                assert "{" not in error["message"]


async def test_a_visitor_is_told_to_sign_in_by_everything_that_is_not_open(served: Served) -> None:
    visitor = served.visitor()
    for name in sorted(set(MUTATIONS) - OPEN):
        errors = await _errors(visitor, name, "x")
        assert [error["code"] for error in errors] == ["NOT_SIGNED_IN"], name


# fmt: off
LANGUAGES = [
    ("",                        "请先登录"),
    ("zh-CN,zh;q=0.9,en;q=0.8", "请先登录"),
    ("en-US,en;q=0.9,zh;q=0.8", "Sign in first"),
    ("en",                      "Sign in first"),
    ("fr",                      "请先登录"),
    ("*",                       "请先登录"),
    ("en;q=abc,,;",             None),
]
# fmt: on


@pytest.mark.parametrize(("language", "message"), LANGUAGES)
async def test_a_message_is_chinese_or_english_as_asked_for(
    served: Served, language: str, message: str | None
) -> None:
    (error,) = await _errors(served.visitor(), "startApplication", "x", language)
    assert error["code"] == "NOT_SIGNED_IN"
    assert message is None or error["message"] == message
