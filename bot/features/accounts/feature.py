"""Accounts: invites, binding, groups, the welcome and the help."""

from bot.features.accounts import handlers, jobs, waiting
from bot.kit.feature import Feature

FEATURE = Feature(
    name="accounts",
    handlers=handlers.HANDLERS,
    jobs=jobs.build,
    waiting=waiting.waiting,
    # Who writes from which account, and where a branch is written to, is counted nowhere.
    idle=(
        "invite_made", "invites_made", "invite_revoked", "reinvited", "secretary_invited", "group_invited",
        "binding_asked", "binding_decided", "bound person", "unbound person", "account_moved person",
        "group_asked", "group_decided", "group_tied", "change group_chat", "reachable_changed",
    ),
)  # fmt: skip
