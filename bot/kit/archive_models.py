"""Records of an archive as pydantic models: what each field may be, said once, and faults as the house says them.

A field that is missing is read as null, so that every fault has one form: path, what was found, what it should be.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError

from bot.kit.archive_checks import NAME_LENGTH, OUTSIDE, Check
from bot.kit.sheets import visible

# What pydantic itself finds wrong of the shape of a document.
_SHAPES = {"model_type": "a record", "list_type": "a list", "dict_type": "a record", "bool_type": "true or false"}
_HOUSE = "house"


@dataclass(frozen=True, slots=True)
class Named:
    """What records may name, by the collection's own ids; and the time zone of their days.

    ids: by what a reference is to ("person", "group", ...).
    """

    tz: tzinfo
    ids: Mapping[str, Collection[str]] = field(default_factory=dict)


class Record(BaseModel):
    """Further fields are kept (`model_extra`)."""

    model_config = ConfigDict(extra="allow", validate_default=True, validate_by_alias=True)

    @property
    def further(self) -> dict[str, Any]:
        return dict(self.model_extra or {})

    def as_said(self) -> dict[str, Any]:
        """The fields that the document says, as JSON has them."""
        found: dict[str, Any] = _as_json(self.model_dump(exclude_unset=True, by_alias=True))
        return found


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value.isoformat() if isinstance(value, date) else value


R = TypeVar("R", bound=Record)


def unsaid(usual: Any = None, *, alias: str | None = None) -> Any:
    """The default of a field whose validator says what it is where nothing is said, or that it is needed."""
    return Field(default=usual, alias=alias)


def named_of(info: ValidationInfo) -> Named:
    """What `records` was given, for a validator."""
    found: Named | None = info.context
    assert found is not None
    return found


def records(check: Check, name: str, value: Any, model: type[R], named: Named) -> list[tuple[str, R]]:
    """The records of a collection with the path of each; their faults go to `check`."""
    found = []
    for path, row in check.rows(name, value):
        one = record(check, path, row, model, named)
        if one is not None:
            found.append((path, one))
    return found


def record(check: Check, path: str, row: Any, model: type[R], named: Named) -> R | None:
    """One record; None where it has a fault."""
    try:
        return model.model_validate(row, context=named)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            where = path + "".join(_part(model, part) for part in one["loc"])
            if one["type"] == _HOUSE:
                check.faults.append(f"{where}{one['ctx']['said']}")
            else:
                check.fault(where, one["input"], _SHAPES.get(one["type"], one["msg"]))
        return None


def _part(model: type[Record], part: int | str) -> str:
    """Of the path of a fault; a field that is missing is named as the document would."""
    if isinstance(part, int):
        return f"[{part}]"
    known = model.model_fields.get(part)
    return f".{known.alias if known is not None and known.alias else part}"


def wrong(found: Any, wanted: str, at: str = "") -> PydanticCustomError:
    """A fault, to be raised by a validator; at: of which field, where the validator is of the whole record."""
    check = Check()
    check.fault(f".{at}" if at else "", found, wanted)
    return PydanticCustomError(_HOUSE, "{said}", {"said": check.faults[0]})


def _checked(read: Callable[[Check, Any], Any]) -> Callable[[Any], Any]:
    """A validator of what the checks of archives read; null is null."""

    def validate(value: Any) -> Any:
        check = Check()
        found = read(check, value)
        if check.faults:
            raise PydanticCustomError(_HOUSE, "{said}", {"said": check.faults[0]})
        return found

    return validate


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


_day = _checked(lambda check, value: check.day("", value))
_instant = _checked(lambda check, value: check.instant("", value))

Day = Annotated[date, PlainValidator(_day)]
MaybeDay = Annotated[date | None, PlainValidator(_or_none(_day))]
Instant = Annotated[datetime, PlainValidator(_instant)]
MaybeInstant = Annotated[datetime | None, PlainValidator(_or_none(_instant))]


def _key(value: Any) -> str:
    if not isinstance(value, str) or not value or value.startswith(OUTSIDE) or len(value) > NAME_LENGTH:
        raise wrong(value, "an id: a short text, unique within its collection")
    return value


Key = Annotated[str, PlainValidator(_key)]


def text(longest: int, *, needed: bool = False) -> PlainValidator:
    """A text; "" where nothing, or null, is said."""

    def validate(value: Any) -> str:
        if value is not None and not isinstance(value, str):
            raise wrong(value, "a text")
        if len(value or "") > longest:
            raise wrong(value, f"at most {longest} characters")
        if needed and not (value or "").strip():
            raise wrong(value, "a text")
        return value or ""

    return PlainValidator(validate)


def choice(kind: type[StrEnum], usual: StrEnum | None = None, *, optional: bool = False) -> PlainValidator:
    """One of a closed list; `usual`: where nothing is said."""

    def validate(value: Any) -> StrEnum | None:
        if value is None and (usual is not None or optional):
            return usual
        try:
            return kind(value)
        except ValueError:
            raise wrong(value, "one of " + " ".join(kind)) from None

    return PlainValidator(validate)


def whole(least: int, most: int, usual: int | None = None, *, optional: bool = False) -> PlainValidator:
    """A whole number."""

    def validate(value: Any) -> int | None:
        if value is None and (usual is not None or optional):
            return usual
        if type(value) is not int or not least <= value <= most:
            raise wrong(value, f"a whole number from {least} to {most}")
        return value

    return PlainValidator(validate)


def tenths(most: int) -> PlainValidator:
    """A number with one decimal at most; 0 where nothing is said."""

    def validate(value: Any) -> Decimal:
        said = 0 if value is None else value
        if isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said <= most:
            found = Decimal(str(said))
            if found * 10 == int(found * 10):
                return found.quantize(Decimal("0.1"))
        raise wrong(value, f"a number from 0 to {most}, with one decimal at most")

    return PlainValidator(validate)


def reference(what: str, *, optional: bool = False, outside: bool = False) -> PlainValidator:
    """The id of another record; outside: or EXT: and a name."""

    def validate(value: Any, info: ValidationInfo) -> str | None:
        if value is None and optional:
            return None
        if outside and isinstance(value, str) and value.startswith(OUTSIDE):
            name = value.removeprefix(OUTSIDE)
            if name.strip() and visible(name) == name and len(name) <= NAME_LENGTH:
                return value
            raise wrong(value, f"{OUTSIDE} and a name of at most {NAME_LENGTH} characters")
        if isinstance(value, str) and value in named_of(info).ids.get(what, ()):
            return value
        raise wrong(value, f"the id of {'an' if what[0] in 'aeiou' else 'a'} {what} of this archive")

    return PlainValidator(validate)


def _listed(value: Any) -> Any:
    return [] if value is None else value


# Before the type of a list: null is an empty one.
Listed = BeforeValidator(_listed)
