"""An August in which three have not finished: 甲三 owes a book and a document, 甲七 the book, 乙五 the document."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.study import jobs, planning, rules, service
from scheduler.calendar.days import BUNDLED
from scheduler.jobs import Occurrence
from storage.choices import StudyItemKind
from storage.models.study import StudyItem
from tests import prepared
from tests.cast import NAMES, Cast, cast_of, make_branch

SHANGHAI = ZoneInfo("Asia/Shanghai")
EXEMPT = ("乙八", "丙八")
OWES = {"甲三": {"论党的自我革命", "文件一"}, "甲七": {"论党的自我革命"}, "乙五": {"文件一"}}
TITLES = {"论党的自我革命": StudyItemKind.BOOK, "文件一": StudyItemKind.DOCUMENT}


def local(text: str) -> datetime:
    """'2023-08-28 09:00', in the branch's time zone."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def plan(session: Session, cast: Cast) -> dict[str, StudyItem]:
    """Given out on 1 August, due on the 31st (a Thursday): nudged on Monday the 28th and on the day itself."""
    entered, sent = local("2023-07-30 10:00"), local("2023-08-01 09:00")
    planner = cast.me(session, "丙一", entered.date())
    theme = planning.enter_theme(session, planner, "2023-08", "学思践悟强党性", entered, SHANGHAI)
    items = {
        title: planning.add_item(
            session, planner, theme, planning.Draft(kind, title, date(2023, 8, 31)), entered, SHANGHAI
        )
        for title, kind in TITLES.items()
    }
    occurrence = Occurrence("2023-08", sent.date(), sent, rules.grace_end("2023-08", SHANGHAI, BUNDLED))
    jobs.send_prompt(session, cast.branch_id, occurrence, sent, SHANGHAI)
    session.flush()
    _study(session, cast, items)
    return items


def prepared_plan(session: Session, now: datetime) -> tuple[Cast, dict[str, StudyItem]]:
    """The branch and its August, as `plan` leaves them in an empty database."""
    rows = _rows(now)
    assert prepared.fits(session, rows)
    prepared.copy(session, rows, now, now)
    items = {item.title: item for item in session.scalars(select(StudyItem).order_by(StudyItem.id))}
    return cast_of(session, 1), items


@cache
def _rows(now: datetime) -> prepared.Rows:
    return prepared.made_by(lambda session: plan(session, make_branch(session, now=now)))


def _study(session: Session, cast: Cast, items: dict[str, StudyItem]) -> None:
    for name in NAMES:
        for title, item in items.items():
            if name not in EXEMPT and title not in OWES.get(name, ()):
                complete(session, cast, name, item, "2023-08-10 20:00")


def complete(session: Session, cast: Cast, name: str, item: StudyItem, when: str) -> None:
    now = local(when)
    service.complete(session, cast.me(session, name, now.date()), item.id, now, SHANGHAI)
