"""The file of a report: its text and its annex, from one tally."""

from datetime import date

from sqlalchemy.orm import Session

from bot.features.report import annex, document
from bot.features.report.service import Report


def made(session: Session, report: Report, day: date) -> bytes:
    """docx; day: which it bears."""
    return document.made(report, annex.lines(report.found), annex.sources(session, report.found), day)
