"""What the person who runs the bot is told when something goes wrong."""

from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from bot.kit.redact import redact
from bot.settings import BadSettings
from storage import faults
from storage.lock import StorageBusy
from storage.revision import BadBackup, OldSchema

TOKEN_REFUSED = "Telegram does not accept BOT_TOKEN: it was changed, withdrawn or mistyped."


class CannotReceive(Exception):
    """Running makes no sense until somebody changes something; the text (English) says what."""


# These were raised with a text for the person at the command line.
NAMED = (BadBackup, BadSettings, CannotReceive, OldSchema, StorageBusy)
OURS = (*NAMED, ValueError)


def explain(error: Exception) -> str:
    """One English text for an error, without secrets and without background."""
    if isinstance(error, OURS):
        text = str(error)
    elif isinstance(error, SQLAlchemyError):
        hint = " (branch-bot doctor looks closer)" if isinstance(error, DatabaseError) else ""
        text = f"The database says: {faults.words(error)}{hint}"
    elif isinstance(error, OSError):
        text = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
    else:
        text = f"Unexpected: {faults.words(error)} (LOG_LEVEL=DEBUG shows where)"
    return redact(text)


def background(error: Exception) -> str:
    """The traceback without secrets; empty for what was raised with a text for people."""
    if isinstance(error, NAMED):
        return ""
    return redact(f"{faults.trace(error)}\n")
