"""What is counted of study: themes, items, pairs of person and item (S7, S14, D10)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from bot.features.study.rules import Completion, Item, StudyCounts
from bot.features.study.service import study_figures
from bot.kit.figure_words import counted, with_names
from bot.kit.figures import (
    Behaviour,
    Counting,
    Figure,
    Lacking,
    Look,
    Record,
    Section,
    Shown,
    Source,
    Together,
    codes,
    fixed,
    whole,
)
from bot.kit.group_scope import LATEST
from bot.kit.rates import percent
from bot.kit.words import quoted, short_day
from storage.models.study import MonthlyTheme, StudyItem


def _study(counting: Counting) -> StudyCounts:
    found = counting.each(_of_branches)
    latest = counting.of(LATEST)
    return found if latest is None else found.among(latest)


def _of_branches(of: Together) -> dict[int, StudyCounts]:
    return study_figures(of.session, of.counts, of.slices)


def _lacking(counting: Counting, found: StudyCounts) -> Iterable[Lacking]:
    owed = found.not_done
    for item_id, title in _titles(counting, found.item_ids).items():
        yield Lacking(f"{quoted(title)}，未完成", [person for person, items in owed.items() if item_id in items])


def _titles(counting: Counting, items: Sequence[int]) -> dict[int, str]:
    query = select(StudyItem.id, StudyItem.title).where(StudyItem.id.in_(items)).order_by(StudyItem.id)
    return {row.id: row.title for row in counting.session.execute(query)}


STUDY = Source("study", _study, _lacking)


def _themes(look: Look, rows: Sequence[int]) -> Shown:
    query = select(MonthlyTheme).where(MonthlyTheme.id.in_(rows)).order_by(MonthlyTheme.id)
    return (), [
        Record(f"{int(theme.month[5:])}月：{theme.title}（{short_day(theme.prompt_sent_on)}发送）")
        for theme in look.session.scalars(query)
        if theme.prompt_sent_on is not None
    ]


def _items(look: Look, rows: Sequence[Item]) -> Shown:
    """Each item with who has learned it and who has not."""
    found = look.counting.of(STUDY)
    titles = _titles(look.counting, [item.id for item in rows])
    called = look.called({person for person, _ in found.expected})
    return (), [
        Record("\n".join(_item(item, titles[item.id], found, called))) for item in sorted(rows, key=lambda one: one.id)
    ]


def _item(item: Item, title: str, found: StudyCounts, called: Mapping[int, str]) -> Iterable[str]:
    expected = [person for person, item_id in found.expected if item_id == item.id]
    done = [row.person_id for row in found.done if row.item_id == item.id]
    late = [row for row in found.late_rows if row.item_id == item.id]
    missing = [person for person in expected if person not in done]
    return (
        f"{quoted(title)}：{short_day(item.assigned_on)}布置，{short_day(item.due_on)}截止",
        f"　{counted(('应完成', len(expected)), ('已完成', len(done)), ('逾期完成', len(late)))}",
        *with_names(called, ("已完成", done), ("未完成", missing)),
    )


def _pair(person_id: int, item_id: int) -> str:
    """A completion is known by item and person (docs/archive.md)."""
    return f"S{item_id}/P{person_id}"


def _done(rows: Sequence[Completion]) -> Mapping[str, Sequence[str]]:
    return {"": [_pair(row.person_id, row.item_id) for row in rows]}


def _each(rows: Sequence[StudyCounts]) -> dict[int, str]:
    """应完成3项，已完成2项"""
    owed = Counter(person for found in rows for person, _ in found.expected)
    done = Counter(row.person_id for found in rows for row in found.done)
    counts = {person: (("应完成", owed[person]), ("已完成", done[person])) for person in sorted({*owed, *done})}
    return {person: "，".join(f"{word}{number}项" for word, number in of if number) for person, of in counts.items()}


of_study = partial(Figure[StudyCounts, Any], section=Section.STUDY, behaviour=Behaviour.ADDITIVE, of=STUDY)
# What stands in the brackets of the items.
_of_items = partial(of_study, beside="study.items")

FIGURES = fixed(
    of_study(
        "monthly_themes",
        "每月一主题",
        "个",
        formula="这段时间已发送学习提示的主题",
        rows=lambda found: found.theme_ids,
        behind=lambda rows: {"": codes("T", rows)},
        show=_themes,
        undivided=True,
        old="themes",
    ),
    of_study(
        "study.items",
        "自学书目和文件",
        "项",
        formula="这段时间布置且未撤回的书目和文件",
        rows=lambda found: found.assigned,
        undivided=True,
        telling=True,
        behind=lambda rows: {"": codes("S", [item.id for item in rows])},
        show=_items,
        old="items",
    ),
    _of_items(
        "study.books",
        "月读一书",
        "本",
        formula="其中的书目",
        rows=lambda found: found.book_ids,
        undivided=True,
        behind=lambda rows: {"": codes("S", rows)},
        said="月读一书{}本".format,
    ),
    _of_items(
        "study.expected_pairs",
        "应完成",
        "人次",
        formula="每项内容在布置日和截止日均在册、且截止日不免于考勤的党员",
        rows=lambda found: found.expected,
        behind=lambda rows: {"": [_pair(*pair) for pair in rows]},
        said="应完成{}人次".format,
    ),
    _of_items(
        "study.completed_pairs",
        "已完成",
        "人次",
        formula="其中统计截止前学完的",
        rows=lambda found: found.done,
        behind=_done,
        said="已完成{}人次".format,
    ),
    _of_items(
        "study.completion_rate",
        "完成率",
        "%",
        behaviour=Behaviour.RATE,
        formula="已完成除以应完成",
        rows=whole,
        value=lambda rows: rows[0].completion_rate,
        said=lambda rate: f"完成率{percent(rate)}",
        share=("study.completed_pairs", "study.expected_pairs"),
    ),
    _of_items(
        "study.late",
        "逾期完成",
        "人次",
        formula="截止日之后学完的",
        rows=lambda found: found.late_rows,
        behind=_done,
        said="逾期{}人次".format,
    ),
    of_study(
        "study.not_done",
        "未完成",
        "人",
        formula="还有内容没有学完的党员",
        rows=whole,
        value=lambda rows: {f"P{one}": sorted(codes("S", items)) for one, items in rows[0].not_done.items()},
        number=len,
        each=_each,
        shown=None,
    ),
)
