"""Removing papers: their rows inside an act, their bytes after it."""

from collections.abc import Iterable

from tortoise.queryset import QuerySet

from models.application import Attachment
from resolvers.office import Office


async def forget(rows: QuerySet[Attachment]) -> list[str]:
    """Delete these rows and answer the storage keys that are now nobody's."""
    papers = await rows
    await Attachment.filter(id__in=[paper.id for paper in papers]).delete()
    return [paper.storage_key for paper in papers]


async def forgotten(office: Office, keys: Iterable[str]) -> None:
    """After the commit: delete the bytes too."""
    for key in keys:
        await office.storage.delete(key)
