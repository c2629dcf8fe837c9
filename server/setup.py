"""Bringing a deployment up to date: folder, schema, regions, institutions, CA, demo officers."""

from dataclasses import dataclass

from hardware.worker import HardwareWorker
from models.database import connect, migrate
from models.geography import load_regions
from models.institution import Institution
from models.institution_file import load_institutions
from models.region import Region
from server.authority import ensure_authority, module_of
from server.demo_officers import Officer, make_demo_officers
from server.elicence import reader_of
from server.folder import ensure_folder
from server.keyring import require_ring, ring_of
from server.keys import keys_of, trail_of
from server.settings import Settings


@dataclass(frozen=True)
class SetUp:
    """What was there to do."""

    regions: int
    institutions: int
    officers: list[Officer]


async def migrated(settings: Settings) -> None:
    ensure_folder(settings.data_dir, "PORTCARD_DATA_DIR")
    ensure_folder(settings.files, "PORTCARD_STORAGE_URL")
    await migrate(settings.database, ring_of(settings, keys_of(settings)))


async def set_up(settings: Settings) -> SetUp:
    """Everything that a first start needs; a later one finds it done. Raises StartFault."""
    await migrated(settings)
    reader_of(settings)  # makes the key of a laptop's issuer
    hardware = HardwareWorker(module_of(settings))
    context = await connect(settings.database, ring_of(settings, keys_of(settings)))
    try:
        await require_ring()
        await ensure_authority(settings, hardware, keys_of(settings))
        return await _filled(settings)
    finally:
        await hardware.close()
        await context.close_connections()


async def _filled(settings: Settings) -> SetUp:
    """Production fills its institutions and officers in by itself (`portcard institution import`,
    `portcard officer add`).
    """
    regions = 0 if await Region.exists() else await load_regions()
    samples = settings.is_development and not await Institution.exists()
    institutions = await load_institutions() if samples else 0
    return SetUp(regions, institutions, await _demo_officers(settings))


async def _demo_officers(settings: Settings) -> list[Officer]:
    if not settings.is_development:
        return []
    return await make_demo_officers(settings.data_dir, trail_of(keys_of(settings)))
