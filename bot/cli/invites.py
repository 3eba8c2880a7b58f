"""Invites for the command line: links of everybody not bound, of the secretary or of one person, and the sheet."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.features.accounts import service, sheet
from bot.features.accounts.rules import InviteKind, invite_link
from bot.kit.glossary.choices import DUTIES
from storage.choices import Duty


def make(
    session: Session, branch_id: int, bot_name: str, now: datetime, *, secretary: bool, person: str | None
) -> list[sheet.Slip]:
    """New links; those made before for the same people end here. Raises ValueError (English)."""
    if secretary:
        code = service.make_secretary_invite(session, branch_id, now)
        return [sheet.Slip(DUTIES[Duty.SECRETARY], "", invite_link(bot_name, InviteKind.SECRETARY, code))]
    if person is not None:
        found = [service.make_person_invite(session, branch_id, person, now)]
    else:
        found = service.make_invites(session, branch_id, now)
    return [sheet.Slip(name, group, invite_link(bot_name, InviteKind.PERSON, code)) for name, group, code in found]


def write_sheet(path: Path, slips: list[sheet.Slip], branch: str, now: datetime) -> str:
    """The sheet as a file that only its owner reads: every slip opens a door. What has to be written on it by hand."""
    content = sheet.draw(slips, branch, (now + service.LIFE[InviteKind.PERSON]).date())
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(content)
    return sheet.by_hand(sheet.lacking(slips, branch))
