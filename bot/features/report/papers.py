"""The file of a report: its text and its annex, from one tally."""

from datetime import date

from sqlalchemy.orm import Session

from bot.features.report import annex, document
from bot.features.report.service import Report
from bot.features.tally import pictures


def made(session: Session, report: Report, day: date) -> bytes:
    """docx; day: which it bears."""
    found = report.found
    behind = document.Behind(annex.lines(found), annex.sources(session, found), pictures.of_report(session, found))
    return document.made(report, behind, day)
