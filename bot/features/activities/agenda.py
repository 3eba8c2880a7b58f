"""第一议题 (S12, D9): what is typed of an item and what is offered; one title is one item, however it is spelt."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.kit.form_fields import Doubt, Values
from bot.kit.handlers import Call
from bot.kit.lists import label
from bot.kit.names import name_key
from bot.kit.refusal import Refusal
from bot.kit.words import in_marks
from storage.choices import OFF, StudyItemKind, StudyItemState
from storage.models.activity import Activity, ActivityFirstAgendaItem, Component, FirstAgendaItem
from storage.models.organisation import Organisation
from storage.models.study import StudyItem

# Of typed lines, beside the ticked items; before the number of one, and of a document that is given out to be learned.
TYPED, ITEM, PAPER = "agenda_typed", "#", "$"
# Documents of so long ago may be studied at a meeting too.
LATELY = timedelta(days=60)
MOST_PAPERS = 4
MOST_LINES, MOST_OFFERED, LOOKED_THROUGH, LONGEST, LONGEST_SHOWN = 20, 12, 40, 200, 30
# With so much of it left two titles may be one, and so long a title has to be before it is asked.
NEAR, LONG_ENOUGH = 0.75, 4
# The marks of a book title do not tell two titles apart.
_MARKS = re.compile('[《》〈〉“”"]')
_BEHIND = re.compile(r"^(?P<title>.+?)\s*[（(](?P<source>[^（）()]*?)[，,、\s]*(?P<day>[^（）()，,、\s]+)[）)]$")
_OF_A_PAPER = re.compile(r"^(?P<title>.*》)\s*[（(](?P<source>[^（）()]{2,30}(?:报|网|刊|杂志|公众号|客户端))[）)]$")
_FIGURES = re.compile(r"\d+|[一二三四五六七八九十]+")
_DAY = re.compile(r"^(?:(\d{4})[年.\-/])?(\d{1,2})[月.\-/](\d{1,2})日?$")


@dataclass(frozen=True, slots=True)
class Item:
    """An item as it is to be kept."""

    title: str
    source: str = ""
    source_date: date | None = None


def key(title: str) -> str:
    """What two spellings of one title share."""
    return name_key(_MARKS.sub("", title)) or name_key(title)


def read(line: str, today: date) -> Item:
    """《……》（人民日报，7月20日）: source and day behind a title, where both are clear; else all of it is the title."""
    text = " ".join(line.split())[:LONGEST]
    paper = _OF_A_PAPER.match(text)
    if paper is not None:
        return Item(paper["title"], paper["source"])
    behind = _BEHIND.match(text)
    day = _day(behind["day"], today) if behind is not None else None
    return Item(behind["title"], behind["source"], day) if behind is not None and day is not None else Item(text)


def _day(said: str, today: date) -> date | None:
    """What was published is past: without a year the latest such day."""
    found = _DAY.match(said)
    if found is None:
        return None
    years = [int(found[1])] if found[1] else [today.year, today.year - 1]
    for year in years:
        try:
            day = date(year, int(found[2]), int(found[3]))
        except ValueError:
            continue
        if day <= today:
            return day
    return None


# --- the question ----------------------------------------------------------------------------------------------------


def typed(session: Session, call: Call, text: str) -> Values:
    """One a line; what was typed before gives way, what is ticked stays."""
    lines = [line.strip()[:LONGEST] for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise Refusal(f"第一议题材料最多{MOST_LINES}项，您发送了{len(lines)}项。请删减后重新发送。")
    return {"agenda": [], TYPED: lines}


def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    """What is ticked, then the latest items of the branch: first those not yet studied at such a meeting."""
    mine = select(FirstAgendaItem).where(FirstAgendaItem.branch_id == call.me.branch_id)
    ids = _ids(values)
    taken = session.scalars(mine.where(FirstAgendaItem.id.in_(ids)).order_by(FirstAgendaItem.id)).all()
    latest = mine.where(FirstAgendaItem.id.not_in(ids)).order_by(FirstAgendaItem.id.desc())
    items = session.scalars(latest.limit(LOOKED_THROUGH)).all()
    at, kinds = _studied(session, [one.id for one in items]), set(values.get("types", ()))
    rest = sorted(items, key=lambda one: bool(at[one.id] & kinds))
    papers = _papers(session, call, values)
    offered = [*taken, *rest[: max(MOST_OFFERED - len(taken) - len(papers), 0)]]
    listed = [(f"{ITEM}{one.id}", label(one.title, LONGEST_SHOWN)) for one in offered]
    return [*listed, *((f"{PAPER}{one.id}", label(one.title, LONGEST_SHOWN)) for one in papers)]


def _papers(session: Session, call: Call, values: Values) -> list[StudyItem]:
    """The documents given out lately that are no item yet: nobody types their titles again."""
    mine = (StudyItem.branch_id == call.me.branch_id, StudyItem.kind == StudyItemKind.DOCUMENT)
    lately = (StudyItem.state == StudyItemState.ASSIGNED, StudyItem.assigned_on >= call.today - LATELY)
    known = {key(title) for title in _known(session, call.me.branch_id)}
    rows = session.scalars(select(StudyItem).where(*mine, *lately).order_by(StudyItem.id.desc()).limit(MOST_PAPERS))
    ticked = _ids(values, PAPER)
    return [one for one in rows if one.id in ticked or key(one.title) not in known]


def _studied(session: Session, items: Collection[int]) -> dict[int, set[str]]:
    """The kinds of meetings at which each of these was studied or is to be."""
    link = ActivityFirstAgendaItem
    query = (
        select(link.item_id, Component.type)
        .join(Component, Component.activity_id == link.activity_id)
        .join(Activity, Activity.id == link.activity_id)
        .where(link.item_id.in_(items), Activity.status.not_in(OFF))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for item_id, kind in session.execute(query):
        found[item_id].add(kind.value)
    return found


def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
    """A typed title that is nearly that of another item."""
    known = _known(session, call.me.branch_id)
    keys = {key(title) for title in known}
    lines = [read(line, call.today).title for line in typed_lines(values)]
    return [_near(title, known) for title in lines if key(title) not in keys]


def _near(title: str, known: Iterable[str]) -> Doubt | None:
    if len(key(title)) < LONG_ENOUGH:
        return None
    like = next((one for one in known if len(key(one)) >= LONG_ENOUGH and is_near(title, one)), None)
    if like is None:
        return None
    ask = (
        f"{in_marks(title, 60)}与已有的{in_marks(like, 60)}相近，是新的议题吗？是同一项的，请重新勾选或发送原来的名称。"
    )
    return Doubt(ask, [("", "是新的议题")], again="重新选择")


def is_near(one: str, other: str) -> bool:
    """Whether two titles that are not the same may be meant to be: words are left out of one, and no letter is another
    (材料甲, 材料乙). Figures tell them apart (第1期, 第11期).
    """
    short, long = sorted((key(one), key(other)), key=len)
    letters = iter(long)
    left_out = all(letter in letters for letter in short)
    return left_out and len(short) >= NEAR * len(long) and _FIGURES.findall(short) == _FIGURES.findall(long)


def _known(session: Session, branch_id: int) -> Sequence[str]:
    query = select(FirstAgendaItem.title).where(FirstAgendaItem.branch_id == branch_id)
    return session.scalars(query.order_by(FirstAgendaItem.id.desc())).all()


def typed_lines(values: Values) -> list[str]:
    """Also those of a form that an earlier version left."""
    earlier = [str(one) for one in values.get("agenda") or () if not (_is(ITEM, str(one)) or _is(PAPER, str(one)))]
    return [*earlier, *(values.get(TYPED) or ())]


def chosen(session: Session, call: Call, values: Values) -> list[str]:
    """The titles that are ticked, those of documents too, and the lines that were typed."""
    mine = (FirstAgendaItem.branch_id == call.me.branch_id, FirstAgendaItem.id.in_(_ids(values)))
    titles = session.scalars(select(FirstAgendaItem.title).where(*mine).order_by(FirstAgendaItem.id))
    given = (StudyItem.branch_id == call.me.branch_id, StudyItem.id.in_(_ids(values, PAPER)))
    papers = session.scalars(select(StudyItem.title).where(*given).order_by(StudyItem.id))
    return [*titles, *papers, *typed_lines(values)]


def ticked(session: Session, activity_id: int) -> list[str]:
    """The items of an activity as the form has them."""
    link = ActivityFirstAgendaItem
    query = select(link.item_id).where(link.activity_id == activity_id).order_by(link.item_id)
    return [f"{ITEM}{one}" for one in session.scalars(query)]


def _ids(values: Values, of: str = ITEM) -> list[int]:
    return [int(str(one)[1:]) for one in values.get("agenda") or () if _is(of, str(one))]


def _is(of: str, value: str) -> bool:
    return value.startswith(of) and value[1:].isdecimal() and len(value) < 12


# --- the records -----------------------------------------------------------------------------------------------------


def add(session: Session, activity: Activity, line: str, now: datetime, today: date) -> FirstAgendaItem:
    """Link an item to an activity; one title is one item of the branch, however often it is studied (D9)."""
    wanted = read(line, today)
    # Of two who bring the same title at once the second finds the first one's.
    session.get_one(Organisation, activity.branch_id, with_for_update=True)
    item = find(session, activity.branch_id, line) or find(session, activity.branch_id, wanted.title)
    if item is None:
        item = FirstAgendaItem(
            branch_id=activity.branch_id,
            title=wanted.title,
            source=wanted.source,
            source_date=wanted.source_date,
            created_at=now,
        )
        session.add(item)
        session.flush()
    if wanted.source and not item.source and item.source_date is None:
        item.source, item.source_date = wanted.source, wanted.source_date
    if session.get(ActivityFirstAgendaItem, (activity.id, item.id)) is None:
        session.add(ActivityFirstAgendaItem(activity_id=activity.id, item_id=item.id))
    return item


def find(session: Session, branch_id: int, title: str) -> FirstAgendaItem | None:
    """The item of this title, letter for letter before any other spelling."""
    mine = select(FirstAgendaItem).where(FirstAgendaItem.branch_id == branch_id).order_by(FirstAgendaItem.id)
    same = session.scalars(mine.where(FirstAgendaItem.title == title)).first()
    if same is not None:
        return same
    wanted = key(title)
    return next((one for one in session.scalars(mine) if key(one.title) == wanted), None)
