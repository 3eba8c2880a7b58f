"""What a correction is about, beside the person whose record it is, as notes and the ledger say it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy.orm import Session

from bot.features.closes import corrections
from bot.features.closes.contents import fields
from storage.models.close import Correction


@dataclass(frozen=True, slots=True)
class About:
    """of: 9月27日9月警示教育; 指导（甲支部）次数. values: of a field what stood in it and what stands there now."""

    of: str = ""
    values: tuple[str, str] | None = None


NOTHING = About()


def of_each(session: Session, branch_id: int, rows: Iterable[Correction], tz: tzinfo) -> dict[int, About]:
    """By the number of the correction."""
    listed = list(rows)
    found = {number: About(of) for number, of in corrections.about(session, listed, tz).items()}
    told = fields.in_words(session, branch_id, listed, tz)
    return found | {number: About(one.about, (one.old, one.new)) for number, one in told.items()}
