"""Imports every table, so that one metadata knows them all."""

from storage.base import Model
from storage.models import (
    activity,
    attendance,
    audit,
    calendar,
    care,
    dialog,
    draft,
    inbox,
    invite,
    notice,
    organisation,
    outbox,
    person,
    place,
    reflection,
    reminder,
    study,
)

METADATA = Model.metadata
MODULES = (
    activity,
    attendance,
    audit,
    calendar,
    care,
    dialog,
    draft,
    inbox,
    invite,
    notice,
    organisation,
    outbox,
    person,
    place,
    reflection,
    reminder,
    study,
)
