"""Decisions about accounts: how a name and a one-time code look, and which offices are a seat."""

import hashlib
import re
from enum import StrEnum

from storage.choices import Duty

# Who sits on one of these acts for the branch: the secretary gives them, so that nobody promotes oneself to them.
SEATS = frozenset({Duty.SECRETARY, Duty.DEPUTY_SECRETARY})
# 128 random bits as base64url without padding: what secrets.token_urlsafe(16) gives.
_CODE = re.compile(r"[A-Za-z0-9_-]{22}")


class InviteKind(StrEnum):
    """What a one-time code is for; the value stands in the table."""

    PERSON = "person"
    SECRETARY = "secretary"
    GROUP = "group"

    @property
    def prefix(self) -> str:
        """How the payload of /start begins."""
        return {"person": "i_", "secretary": "s_", "group": "g_"}[self.value]


def is_code(text: str) -> bool:
    """Could this be a one-time code of ours?"""
    return _CODE.fullmatch(text) is not None


def hash_code(code: str) -> str:
    """What is kept of a code: its SHA-256, in hex."""
    return hashlib.sha256(code.encode()).hexdigest()


def invite_link(bot_name: str, kind: InviteKind | str, code: str) -> str:
    """The link that hands a code to the bot: in private, or (group) while adding the bot to a group."""
    kind = InviteKind(kind)
    way = "startgroup" if kind is InviteKind.GROUP else "start"
    return f"https://t.me/{bot_name}?{way}={kind.prefix}{code}"
