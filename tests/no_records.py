"""A database without any records, for what a branch has before it records anything."""

from functools import cache

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from storage.models.everything import METADATA


@cache
def no_records() -> Session:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    return Session(engine)
