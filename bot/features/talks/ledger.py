"""谈话情况: a year as two sheets: who has talked with whom (R15), and ledger 10, without a word of what was said."""

from collections.abc import Mapping, Sequence
from datetime import date, tzinfo

from sqlalchemy.orm import Session

from bot.features.talks import messages, reading
from bot.features.talks.reading import YearOf
from bot.features.talks.rules import Held
from bot.kit import back_fill
from bot.kit.closing import close_days, cut_off_on
from bot.kit.deadlines import CloseDays
from bot.kit.glossary.choices import TALK_KINDS, TALK_MODES
from bot.kit.ledgers import Cell, Column, Ledger, book
from bot.kit.lists import told_apart
from storage.models.organisation import Organisation

LEDGER = "谈心谈话台账"
# Of ledger 10, in this order; the last one is the note of the house.
HEADINGS = ("序号", "日期", "谈话人", "谈话对象", "类别", "方式", "有无书面记录", "备注")
SELF, NEVER = "—", "未谈"


def table(session: Session, branch_id: int, year: int, today: date, tz: tzinfo) -> bytes:
    of = reading.year_of(session, branch_id, year, today)
    branch = session.get_one(Organisation, branch_id).name
    return book(_matrix(of, branch, year), sheet(session, branch_id, of.talks, f"{branch}{LEDGER}（{year}年）", tz))


def _matrix(of: YearOf, branch: str, year: int) -> Ledger:
    """A line for each of the roster, a column for each of the committee: how many times, and whom the year lacks."""
    committee = of.committee
    heads = told_apart(committee, lambda one: one.name, lambda one: one.group_name, lambda one: f"{one.id}号")
    columns = [Column("序号"), Column("姓名"), Column("党小组"), *(Column(one) for one in heads), Column("本年情况")]
    rows = [
        [number, one.name, one.group_name, *(_times(of, one.id, each.id) for each in committee), _state(of, one.id)]
        for number, one in enumerate(of.members, 1)
    ]
    note = "数字为本年谈话次数；支委会委员之间、支委会委员与党员每年至少谈话1次。"
    return Ledger("谈话情况", columns, rows, title=f"{branch}{year}年谈话情况", head=[note], beside=2)


def _times(of: YearOf, one: int, other: int) -> Cell:
    return SELF if one == other else of.found.of(one, other) or None


def _state(of: YearOf, person: int) -> str:
    """未谈, or with whom of the committee not yet."""
    if person in of.found.members:
        return NEVER
    names = {one.id: one.name for one in of.members}
    lacking = [names[each] for pair in of.found.pairs if person in pair for each in pair if each != person]
    return f"{NEVER}：{'、'.join(lacking)}" if lacking else "已谈"


def sheet(session: Session, branch_id: int, talks: Sequence[Held], title: str, tz: tzinfo) -> Ledger:
    """Ledger 10 of some talks."""
    topics = reading.topics(session, branch_id, {one.campaign_id for one in talks if one.campaign_id})
    names, closes = reading.called(session, talks), close_days(session, branch_id)
    rows = [_row(number, one, names, topics, closes, tz) for number, one in enumerate(talks, 1)]
    foot = [f"共{len(rows)}次，书面记录{sum(one.written for one in talks)}份。"]
    return Ledger(LEDGER, [Column(word) for word in HEADINGS], rows, title=title, foot=foot)


def _row(
    number: int, one: Held, names: messages.Names, topics: Mapping[int, str], closes: CloseDays, tz: tzinfo
) -> list[Cell]:
    late = ""
    if one.recorded_at is not None:
        late = back_fill.mark(one.on, one.recorded_at, cut_off_on(one.on, closes, tz), tz).strip("（）")
    note = "；".join(filter(None, [topics.get(one.campaign_id or 0, ""), late]))
    return [
        number,
        one.on,
        names.get(one.talker, ""),
        messages.people(one.talkees, names),
        TALK_KINDS[one.kind],
        TALK_MODES[one.mode],
        "有" if one.written else "无",
        note,
    ]
