"""How every command runs: by the settings, and what is wrong told in one line."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from server.faults import StartFault
from server.settings import Settings

T = TypeVar("T")


def settings_or_exit() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        raise click.ClickException("; ".join(_line(found) for found in error.errors())) from None


def _line(found: Any) -> str:
    name = "_".join(str(part) for part in found["loc"]).upper()
    text = found["msg"].removeprefix("Value error, ")
    return f"PORTCARD_{name}: {text}" if name else text


def done(work: Coroutine[Any, Any, T]) -> T:
    """Run it; what keeps it from starting is told in one line."""
    from tortoise.exceptions import BaseORMException

    from hardware.errors import HardwareError
    from models.database import DatabaseError

    try:
        return asyncio.run(work)
    except StartFault as fault:
        raise click.ClickException(str(fault)) from None
    except HardwareError as fault:
        raise click.ClickException(f"{fault} (see PORTCARD_PKCS11_MODULE)") from None
    except (DatabaseError, BaseORMException, sqlite3.Error) as fault:
        raise click.ClickException(
            f"the database cannot be used: {fault} (see PORTCARD_DATABASE_URL)"
        ) from None
    except OSError as fault:
        raise click.ClickException(f"cannot start: {fault}") from None


def allowed(work: Coroutine[Any, Any, T]) -> T:
    """Run an act; a refusal is told in one line."""
    from models.refusals import Refused
    from models.texts import Language, say

    try:
        return done(work)
    except Refused as refused:
        refusal = refused.refusals[0]
        raise click.ClickException(say(refusal.code, Language.EN, refusal.facts)) from None


def or_exit(work: Callable[[], T]) -> T:
    try:
        return work()
    except StartFault as fault:
        raise click.ClickException(str(fault)) from None
