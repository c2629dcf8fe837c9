"""Where the bytes of papers are kept: a port, and files under the data folder."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import anyio


class Storage(Protocol):
    """Keeps bytes under a key. A half-written key is never seen."""

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Store all of `chunks`, or nothing when the iterator raises. OSError when it is full."""
        ...

    def read(self, key: str) -> AsyncIterator[bytes]:
        """The bytes in chunks. FileNotFoundError when there are none."""
        ...

    async def delete(self, key: str) -> None:
        """Forget the key; no error when it is not there."""
        ...


CHUNK = 256 * 1024


class FileStorage:
    """Files in one folder, written beside their place and renamed into it."""

    def __init__(self, folder: Path) -> None:
        self._folder = anyio.Path(folder)

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        await self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f"{key}.part"
        try:
            async with await anyio.open_file(partial, "wb") as file:
                async for chunk in chunks:
                    await file.write(chunk)
                await file.flush()
                await anyio.to_thread.run_sync(os.fsync, file.wrapped.fileno())
            await partial.rename(self._folder / key)
        finally:
            await partial.unlink(missing_ok=True)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        async with await anyio.open_file(self._folder / key, "rb") as file:
            while chunk := await file.read(CHUNK):
                yield chunk

    async def delete(self, key: str) -> None:
        await (self._folder / key).unlink(missing_ok=True)
