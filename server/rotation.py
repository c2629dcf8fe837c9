"""Turning the key ring from the command line (docs/decisions/0010-personal-data.md)."""

from collections import Counter

from models.resealing import reseal, rows_under
from server.administration import database, record
from server.faults import StartFault
from server.keyring import FILE, Kept, RingFile, kept_in, new_key
from server.settings import Settings


def kept_of(settings: Settings) -> Kept:
    """The keys as they are kept."""
    if settings.data_keys:
        return kept_in(settings.data_keys.get_secret_value())
    file = RingFile(settings.data_dir / FILE)
    file()
    return file.read()


def _keep(settings: Settings, kept: Kept) -> str | None:
    """Write the file; a setting can only be told."""
    if settings.data_keys:
        return ",".join(f"{name}:{key}" for name, key in kept.items())
    RingFile(settings.data_dir / FILE).write(kept)
    return None


def rotate(settings: Settings) -> tuple[str, str | None]:
    """Add a key. Answers its id, and what PORTCARD_DATA_KEYS must say where it is that."""
    made = new_key()
    return next(iter(made)), _keep(settings, {**kept_of(settings), **made})


async def reseal_all(settings: Settings) -> Counter[str]:
    """Seal everything under the newest key."""
    async with database(settings):
        counted = await reseal()
    await record(settings, "keys reseal")
    return counted


async def drop(settings: Settings, name: str) -> str | None:
    """Take an old key out of the ring. Answers what PORTCARD_DATA_KEYS must say where it is that.

    Raises StartFault: it is none, the newest, or rows still need it.
    """
    kept = kept_of(settings)
    if name not in kept:
        raise StartFault(f"there is no key {name}: {', '.join(kept)}")
    if name == list(kept)[-1]:
        raise StartFault(f"{name} is the newest key: `portcard keys rotate` makes another")
    async with database(settings):
        if rows := await rows_under(name):
            raise StartFault(f"{rows} rows are sealed by {name}: `portcard keys reseal` first")
    told = _keep(settings, {other: key for other, key in kept.items() if other != name})
    await record(settings, "keys drop")
    return told
