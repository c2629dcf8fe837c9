"""Columns of personal data: sealed at rest, and a keyed hash beside those that are searched."""

from collections.abc import Iterable
from typing import Any, Literal, TypeVar, overload

from tortoise import fields
from tortoise.exceptions import FieldError, ValidationError
from tortoise.fields.base import Field
from tortoise.models import Model

from models.database import key_ring
from models.keyring import MARK

HASH_DIGITS = 64
T_TEXT = TypeVar("T_TEXT", str, str | None)


class Sealed:
    """A cell as the database holds it; opened when it is first read."""

    __slots__ = ("_text", "token")

    def __init__(self, token: str) -> None:
        self.token = token
        self._text: str | None = None

    def opened(self, place: str) -> str:
        """Raises CannotOpen."""
        if self._text is None:
            self._text = key_ring().open(place, self.token)
        return self._text


class _Opening:
    """Stands in the model's class for a sealed column: who reads it gets the text."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, row: Model | None, _owner: type) -> Any:
        if row is None:
            return self
        try:
            kept = row.__dict__[self._name]
        except KeyError:
            raise AttributeError(self._name) from None
        return kept.opened(place_of(row, self._name)) if type(kept) is Sealed else kept

    def __set__(self, row: Model, value: Any) -> None:
        row.__dict__[self._name] = value


def place_of(model: Model | type[Model], column: str) -> str:
    """To what a sealed text is bound: table and column."""
    return f"{model._meta.db_table}.{column}"  # noqa: SLF001 - Tortoise's way to a table's name


def cells_of(row: Model, columns: Iterable[str]) -> dict[str, Any]:
    """Columns of a row as a query may write them: what is sealed, sealed for this row."""
    known = row._meta.fields_map  # noqa: SLF001 - Tortoise's way to its fields
    told = {name: getattr(row, name) for name in columns}
    return {
        name: Sealed(known[name].to_db_value(value, row))
        if value is not None and isinstance(known[name], SealedField)
        else value
        for name, value in told.items()
    }


class SealedField(Field[T_TEXT]):
    """A text of at most `max_length` characters, kept sealed by the key ring of the database.

    A row opens it when it is read (`row.phone`), not when it is fetched: a list pays for what it
    shows, and a text that does not open (CannotOpen) fails its reader, not the list. It is sealed
    anew when it was changed or an older key had sealed it. Queries can neither filter nor change
    it; a HashedField beside it can be filtered.
    """

    field_type = str
    indexable = False
    SQL_TYPE = "TEXT"

    @overload
    def __init__(
        self: "SealedField[str]", max_length: int, *, null: Literal[False] = False, **kwargs: Any
    ) -> None: ...
    @overload
    def __init__(
        self: "SealedField[str | None]", max_length: int, *, null: Literal[True], **kwargs: Any
    ) -> None: ...
    def __init__(self, max_length: int, **kwargs: Any) -> None:
        self.max_length = max_length
        super().__init__(**kwargs)

    @property
    def model(self) -> type[Model]:
        return self._model

    @model.setter
    def model(self, model: type[Model]) -> None:
        """Tortoise tells each class of its fields here, also those that it has from an abstract
        one, which all share this very field.
        """
        self._model = model
        if model:
            setattr(model, self.model_field_name, _Opening(self.model_field_name))

    def to_python_value(self, value: Any) -> Any:
        """A cell stays as it is until it is read; any other text is one that a program gives."""
        return Sealed(value) if type(value) is str and value.startswith(MARK) else value

    def to_db_value(self, value: Any, instance: type[Model] | Model | None) -> Any:
        """Raises FieldError in a query, ValidationError when the text is too long."""
        if value is None or type(value) is Sealed:
            return value and value.token
        if instance is None or isinstance(instance, type):
            raise FieldError(f"{self.model_field_name} is sealed: filter its hash, save its row")
        kept = instance.__dict__[self.model_field_name]
        if type(kept) is Sealed and key_ring().is_current(kept.token):
            return kept.token
        self.validate(value)
        return key_ring().seal(place_of(instance, self.model_field_name), value)

    def validate(self, value: Any) -> None:
        """Without the value, which an error would carry into a log."""
        if len(value) > self.max_length:
            raise ValidationError(f"{self.model_field_name}: longer than {self.max_length}")


class HashedField(fields.CharField[str]):
    """The keyed hash of the sealed column `of`, for equality and uniqueness.

    Saving a row takes it from that column; a filter takes the text itself, spelt as it is kept:
    `Card.filter(holder_id_number_hash=number)`.
    """

    def __init__(self, of: str, max_length: int = HASH_DIGITS, **kwargs: Any) -> None:
        self.of = of
        super().__init__(max_length, **kwargs)

    def to_db_value(self, value: Any, instance: type[Model] | Model | None) -> Any:
        """Raises FieldError when a query would set it."""
        if instance is None:
            raise FieldError(f"{self.model_field_name} is the hash of {self.of}: save its row")
        text = value if isinstance(instance, type) else getattr(instance, self.of)
        return None if text is None else key_ring().keyed_hash(place_of(instance, self.of), text)
