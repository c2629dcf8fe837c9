"""What an administrator does from the command line."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from hardware.authority import Authority
from hardware.worker import HardwareWorker
from models.card import Certificate
from models.database import connect, migrate
from models.enums import RevocationReason
from models.institution_file import fill_in, read_institutions
from resolvers.officers import add_officer, institution_called, reset_officer
from resolvers.passwords import Passwords
from resolvers.revoking import certificates_called, revoke_certificate
from resolvers.trail import COMMAND_LINE, Deed, Trail
from server.audit_head import keep_head
from server.authority import ensure_authority, known_authority, module_of
from server.faults import StartFault
from server.folder import ensure_folder
from server.keyring import ring_of
from server.keys import keys_of, trail_of
from server.settings import Settings


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[None]:
    """Open for one command."""
    context = await connect(settings.database, ring_of(settings, keys_of(settings)))
    try:
        yield
        await keep_head(settings.data_dir)
    finally:
        await context.close_connections()


@contextmanager
def on_record(settings: Settings, command: str) -> Iterator[Trail]:
    """The trail in which what is done now is this command's doing."""
    trail = trail_of(keys_of(settings))
    with trail.during(Deed(command, COMMAND_LINE)):
        yield trail


async def add(settings: Settings, name: str, password: str, institution: str | None) -> None:
    """Add an officer. Raises Refused, StartFault when there is no such institution."""
    async with database(settings):
        row = await institution_called(institution) if institution else None
        if institution and row is None:
            raise StartFault(f"no institution has the code or name {institution}")
        with on_record(settings, "officer add") as trail:
            await add_officer(trail, Passwords(), name, password, row)


async def reset(settings: Settings, name: str, password: str | None) -> None:
    """Take an officer's second factor away, and set a password if there is one. Raises Refused."""
    async with database(settings):
        with on_record(settings, "officer reset") as trail:
            await reset_officer(trail, Passwords(), name, password)


async def import_institutions(settings: Settings, file: Path) -> int:
    """Raises InstitutionFileError."""
    lines = read_institutions(file)
    async with database(settings):
        with on_record(settings, "institution import") as trail:
            async with trail.recorded():
                await fill_in(lines)
    return len(lines)


async def revoke(settings: Settings, text: str, reason: RevocationReason) -> list[Certificate]:
    """Revoke what a serial number or a card's number names. Raises StartFault if nothing does."""
    async with database(settings):
        found = await certificates_called(text)
        if not found:
            raise StartFault(f"no certificate has the serial number {text}, and no card the number")
        return [await _revoked(settings, row.id, reason) for row in found]


async def _revoked(settings: Settings, row: int, reason: RevocationReason) -> Certificate:
    with on_record(settings, "card revoke") as trail:
        return await revoke_certificate(trail, row, reason)


def export_authority(settings: Settings, folder: Path) -> None:
    """Write the certificates of the CA that is there. Raises StartFault when there is none."""
    found = known_authority(settings)
    if found is None:
        raise StartFault(f"there is no CA in {settings.data_dir}: make one by `portcard ca init`")
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"root": found.root_pem, "issuing": found.issuing_pem, "ca": found.chain_pem}
    for name, text in texts.items():
        (folder / f"{name}.pem").write_text(text, "ascii")


async def authority(settings: Settings) -> Authority:
    """The CA, made where it is missing."""
    ensure_folder(settings.data_dir, "PORTCARD_DATA_DIR")
    was_there = known_authority(settings) is not None
    if not was_there:
        await migrate(settings.database, ring_of(settings, keys_of(settings)))
    hardware = HardwareWorker(module_of(settings))
    try:
        made = await ensure_authority(settings, hardware, keys_of(settings))
    finally:
        await hardware.close()
    if not was_there:
        await record(settings, "ca init")
    return made


async def record(settings: Settings, command: str) -> None:
    """The row of what is done outside the database, after it: there is no transaction for both."""
    async with database(settings):
        with on_record(settings, command) as trail:
            await trail.write(trail.deed.entry())
