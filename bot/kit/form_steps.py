"""Which question of a form is asked, by what is filled in: the open one, the first missing, the one before."""

from collections.abc import Sequence

from bot.kit.form_fields import Field, Values
from bot.kit.form_pages import CHANGING, CONFIRM, DOUBTED, FIELD

Fields = Sequence[Field]


def held(fields: Fields, values: Values) -> Values:
    """The values without the answers to what is not asked now; it may be asked again, so they stay in the draft."""
    kept = dict(values)
    for field in fields:
        if field.key in kept and not field.when(kept):
            del kept[field.key]
    return kept


def asked(fields: Fields, values: Values) -> list[Field]:
    kept = held(fields, values)
    return [field for field in fields if field.when(kept)]


def named(fields: Fields, key: str, values: Values) -> Field | None:
    return next((field for field in asked(fields, values) if field.key == key), None)


def missing(fields: Fields, values: Values) -> Field | None:
    """The first question that is to be answered yet."""
    return next((field for field in asked(fields, values) if not field.later and not field.answered(values)), None)


def opened(fields: Fields, values: Values) -> Field | None:
    """The question of this page; None: the last page. One that is not asked any more gives way."""
    if values.get(FIELD) == CONFIRM:
        return None
    return named(fields, values.get(FIELD, ""), values) or missing(fields, values)


def before(fields: Fields, field: Field | None, values: Values) -> str | None:
    """Where 上一步 leads; None: this is the first page."""
    if values.get(DOUBTED):
        return str(field.key if field is not None else values[DOUBTED]["key"])
    if field is not None and (values.get(CHANGING) or field.later):
        return CONFIRM
    keys = [each.key for each in asked(fields, values) if not each.later]
    earlier = keys if field is None else keys[: keys.index(field.key)]
    return earlier[-1] if earlier else None


def changed(fields: Fields, order: Sequence[str], values: Values) -> list[Field]:
    """What the last page lets one change, in its order."""
    labelled = {field.key: field for field in asked(fields, values) if field.label}
    return [labelled[key] for key in order or labelled if key in labelled]
