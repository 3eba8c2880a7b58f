"""What a branch calls the types of its activities: the usual words, and its own beside them (settings.aliases)."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.kit import branch_settings
from bot.kit.branch_settings import Aliases
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.names import name_key
from storage.choices import ActivityType

TypeWords = Mapping[ActivityType, str]


def type_words(session: Session, branch_id: int) -> TypeWords:
    """What each type is called there, in the usual order."""
    return printed(branch_settings.of_branch(session, branch_id).aliases)


def printed(aliases: Aliases) -> TypeWords:
    """Of several own words for one type the first one is printed; all of them are understood."""
    return {**ACTIVITY_TYPES, **{kind: word for word, kind in reversed(list(aliases.items()))}}


def understood(aliases: Aliases) -> Mapping[str, ActivityType]:
    """Every word for a type, by what two spellings of it share."""
    usual = {name_key(word): kind for kind, word in ACTIVITY_TYPES.items()}
    return usual | {name_key(word): kind for word, kind in aliases.items()}
