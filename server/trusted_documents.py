"""Documents that were registered before: clients send their hash, and production may take no other.

A manifest is JSON: the SHA-256 of each document, in hex, and its text. A client names one by
`documentId` (GraphQL over HTTP, appendix A: `sha256:` and the hash) or as Apollo's clients do, by
`extensions.persistedQuery.sha256Hash`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLSchema, parse, print_ast, separate_operations, validate

from models.refusals import refuse
from server.faults import StartFault
from server.settings import Settings

PREFIX = "sha256:"
SETTING = "PORTCARD_TRUSTED_DOCUMENTS"


@dataclass(frozen=True)
class TrustedDocuments:
    """`only`: whether any other document is refused."""

    documents: Mapping[str, str] = field(default_factory=dict)
    only: bool = False

    def resolved(self, request: dict[str, Any]) -> dict[str, Any]:
        """The request with the text of its document.

        Raises Refused: DOCUMENT_UNKNOWN, DOCUMENT_NOT_TRUSTED.
        """
        query, named = request.get("query"), name_of(request)
        if query is None and named is not None:
            if named not in self.documents:
                raise refuse("DOCUMENT_UNKNOWN", "documentId")
            return {**request, "query": self.documents[named]}
        if self.only and isinstance(query, str) and hash_of(query) not in self.documents:
            raise refuse("DOCUMENT_NOT_TRUSTED", "query")
        return request


def name_of(request: dict[str, Any]) -> str | None:
    """The hash by which a request names its document, or None; of another kind of id, all of it."""
    told = request.get("documentId")
    extensions = request.get("extensions")
    if told is None and isinstance(extensions, dict):
        persisted = extensions.get("persistedQuery")
        told = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    return told.removeprefix(PREFIX).lower() if isinstance(told, str) else None


def hash_of(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


def trusted_documents(settings: Settings) -> TrustedDocuments:
    """Those of the manifest. Raises StartFault."""
    if settings.trusted_documents is None:
        return TrustedDocuments()
    return TrustedDocuments(_read(settings.trusted_documents), settings.only_trusted)


def _read(manifest: Path) -> dict[str, str]:
    try:
        told = json.loads(manifest.read_text("utf-8"))
    except OSError as error:
        raise StartFault(f"{manifest} cannot be read ({error.strerror}): see {SETTING}") from error
    except ValueError as error:
        raise StartFault(f"{manifest} is no JSON ({error}): see {SETTING}") from error
    if not isinstance(told, dict) or not all(isinstance(text, str) for text in told.values()):
        raise StartFault(f"{manifest} is no object of hashes and documents: see {SETTING}")
    wrong = next((name for name, text in told.items() if hash_of(text) != name), None)
    if wrong is not None:
        raise StartFault(f"{manifest}: the document of {wrong} has another hash: see {SETTING}")
    return told


def register(settings: Settings, schema: GraphQLSchema, files: list[Path]) -> Iterator[str]:
    """Add the documents of `files` to the manifest, each file as it is and, where it has several
    operations, each by itself; tells each hash. Raises StartFault, and then adds nothing.
    """
    manifest = settings.trusted_documents
    if manifest is None:
        raise StartFault(f"say by {SETTING} where the manifest is")
    known = _read(manifest) if manifest.exists() else {}
    found = [(file, *told) for file in files for told in _documents(schema, file)]
    _write(manifest, {**known, **{hash_of(text): text for _, _, text in found}})
    return (f"{PREFIX}{hash_of(text)} {file} {name}".rstrip() for file, name, text in found)


def _documents(schema: GraphQLSchema, file: Path) -> list[tuple[str, str]]:
    """The file's own text, and each of its operations with its fragments."""
    try:
        text = file.read_text("utf-8")
        document = parse(text)
        errors = validate(schema, document)
    except (OSError, UnicodeDecodeError, GraphQLError) as error:
        raise StartFault(f"{file}: {_first_line(error)}") from error
    if errors:
        raise StartFault(f"{file}: {_first_line(errors[0])}")
    parts = separate_operations(document)
    several = parts.items() if len(parts) > 1 else ()
    return [("", text), *((name, print_ast(part)) for name, part in several)]


def _first_line(error: Exception) -> str:
    return (error.message if isinstance(error, GraphQLError) else str(error)).splitlines()[0]


def _write(manifest: Path, documents: Mapping[str, str]) -> None:
    """All of it or nothing: a server may be starting."""
    draft = manifest.with_name(manifest.name + ".draft")
    try:
        draft.write_text(json.dumps(documents, ensure_ascii=False, indent=1) + "\n", "utf-8")
        draft.replace(manifest)
    except OSError as error:
        raise StartFault(
            f"{manifest} cannot be written ({error.strerror}): see {SETTING}"
        ) from error
