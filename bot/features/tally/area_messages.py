"""Every word of the pages of the areas: their figures beside those before, by party group, by person, and what they
mean.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from bot.features.tally import periods, pictures
from bot.features.tally.buttons import ShowArea, ShowFormulas, ShowGroups, ShowPeople, ShowPictures
from bot.features.tally.messages import (
    NOTHING,
    FigureLine,
    beside_of,
    none_of,
    of_a_group,
    of_area,
    open_figure,
    rolls,
    settling,
    title,
    to_the_area,
    to_the_tally,
    unsettled,
    versions_read,
)
from bot.features.tally.service import Counted, Tally
from bot.kit.doors import OpenRecord
from bot.kit.figures import Area
from bot.kit.lists import PEOPLE, Page, clamp, filled, label, page_of, two_a_row
from bot.kit.owing import Waiting, Waits
from bot.kit.replies import PAGE, Choice, Message, Pages
from bot.kit.versions import DRAFT
from bot.kit.words import cut, units
from storage.audience import Me

# Of an area on a page: six rows of two buttons; in UTF-16 units, and so many more of what each is compared with: that
# leaves room for what stands around them.
FIGURES, LONGEST, LONGEST_BEFORE = 12, 1400, 130
# Party groups on a page, and what each says at most, in UTF-16 units.
GROUPS, LONGEST_GROUP = 4, 900
WHOLE_BRANCH = "只列能分到党小组的数据，均按本组党员计算。"
BY_GROUP, BY_PERSON, FORMULAS, PICTURES = "按党小组", "按党员", "口径", "图表"
# What waits belongs to the page whose figures it changes.
_WAITS = {
    Area.MEETINGS: frozenset({Waits.ROLL, Waits.LEAVE, Waits.MAKEUP}),
    Area.STUDY: frozenset({Waits.PIECE, Waits.SELF_CHECK}),
}

# The tallies that one is compared with, by their words (上季度).
Earlier = Sequence[tuple[str, Tally]]


class _Before:
    """What the figures of an area were before."""

    def __init__(self, earlier: Earlier, which: Area) -> None:
        found = [(word, one, {line.counted.figure.path: line for line in of_area(one, which)}) for word, one in earlier]
        self._of: Sequence[tuple[str, Tally, Mapping[str, FigureLine]]] = found

    def _there(self, line: FigureLine) -> Iterator[tuple[str, Tally, FigureLine]]:
        """Only where there was something of it."""
        for word, tally, lines in self._of:
            found = lines.get(line.counted.figure.path)
            if found is not None and not found.counted.is_empty:
                yield word, tally, found

    def words(self, line: FigureLine) -> str:
        """上季度3次，去年同期2次; 上季度出席率90%，参学率95%；去年同期…… of a line that says several things."""
        there = list(self._there(line))
        if any(one.more.startswith("，") for _, _, one in there):
            said = "；".join(f"{word}{one}" for word, _, one in there)
        else:
            said = "，".join(f"{word}{one.value}{one.more}" for word, _, one in there)
        return cut(said, LONGEST_BEFORE)

    def which(self, lines: Sequence[FigureLine]) -> list[str]:
        """对比：上季度为2023年第二季度（第1版），去年同期为2022年第三季度（未定稿）。"""
        found = {word: _called(word, tally) for line in lines for word, tally, _ in self._there(line)}
        said = [found[word] for word, _, _ in self._of if word in found]
        return [f"对比：{'，'.join(said)}。"] if said else []


def _called(word: str, tally: Tally) -> str:
    """上季度为2023年第二季度（第1版）, 上年为2022年（第一季度第1版，……）; not of groups, of which none is kept."""
    name = periods.words(tally.period)
    if tally.only is not None:
        version = ""
    elif tally.period.quarter is not None:
        version = f"（{'未定稿' if tally.frozen is None else f'第{tally.frozen.number}版'}）"
    else:
        version = f"（{_versions(tally)}）"
    return f"{word}为{name}{version}"


def _versions(tally: Tally) -> str:
    return "未定稿" if set(tally.read.values()) <= {DRAFT} else "，".join(versions_read(tally)).rstrip("。")


# --- the page of an area ----------------------------------------------------------------------------------------------


def area(
    tally: Tally, which: Area, me: Me, earlier: Earlier = (), waits: Sequence[Waiting] = (), at: int = 0
) -> Message:
    """First what is not settled yet, then its figures by part, each with a button that opens the records behind it for
    those who may; at the end what there was none of.
    """
    found, before = of_area(tally, which), _Before(earlier, which)
    page = _page(found, at)
    of_area_waits = [one for one in waits if one.kind in _WAITS.get(which, ())]
    calls = which is Area.MEETINGS
    texts = [
        f"{title(tally)}\n【{which.word}】{page.words}",
        *versions_read(tally),
        *(unsettled(tally, of_area_waits, rolls=calls)),
        *before.which(page.things if page.more else [*page.things, *_empty(found)]),
        *_by_part(which, page.things, before),
    ]
    if not page.more:
        texts += none_of(tally, _empty(found), lambda line: f"（{was}）" if (was := before.words(line)) else "")
    opens = [
        Choice(label(f"{line.label}{line.value}"), open_figure(tally, line.counted))
        for line in page.things
        if line.counted.figure.show is not None and line.counted.figure.opens_to(me)
    ]
    turn = page.turn(lambda other: ShowArea(tally.period.code, which, other))
    rows = [
        *(rolls(tally, me) if calls else ()),
        *two_a_row(opens),
        turn,
        _further(tally, which, me),
        [*_explained(tally, which, page), *_drawn(tally, which), *settling(me, of_area_waits)],
        [to_the_tally(tally)],
    ]
    return Message(cut("\n".join(texts), PAGE), filled(*rows))


def _empty(found: Sequence[FigureLine]) -> list[FigureLine]:
    return [line for line in found if line.empty]


def _page(found: Sequence[FigureLine], at: int) -> Page[FigureLine]:
    """As many as fit, in their order; whatever they are compared with."""
    pages: list[list[FigureLine]] = [[]]
    length = 0
    for line in found:
        if line.empty:
            continue
        more = units(f"{line}\n")
        if pages[-1] and (len(pages[-1]) == FIGURES or length + more > LONGEST):
            pages.append([])
            length = 0
        pages[-1].append(line)
        length += more
    number = clamp(at, len(pages), 1)
    return Page(number, pages[number], number + 1 < len(pages), len(pages))


def _by_part(which: Area, listed: Sequence[FigureLine], before: _Before) -> Iterator[str]:
    """The lines, those of each part under its word where that is not the area's own."""
    for part, each in groupby(listed, lambda line: line.counted.figure.section):
        if part.word != which.word:
            yield f"{part.word}："
        for line in each:
            was = before.words(line)
            yield f"{line}；{was}" if was else str(line)


def _further(tally: Tally, which: Area, me: Me) -> list[Choice]:
    """按党小组 where there are several, 按党员 where a figure says something of each."""
    code = tally.period.code
    groups = [Choice(BY_GROUP, ShowGroups(code, which, 0))] if len(tally.groups) > 1 else []
    return [*groups, *([Choice(BY_PERSON, ShowPeople(code, which, 0))] if _each(tally, which, me) else [])]


def _explained(tally: Tally, which: Area, page: Page[FigureLine]) -> list[Choice]:
    return [Choice(FORMULAS, ShowFormulas(tally.period.code, which, page.number))] if page.things else []


def _drawn(tally: Tally, which: Area) -> list[Choice]:
    """图表 where there is one."""
    return [Choice(PICTURES, ShowPictures(tally.period.code, which))] if pictures.has_some(tally, which) else []


# --- what the words mean ----------------------------------------------------------------------------------------------


def formulas(tally: Tally, which: Area, at: int) -> list[Message]:
    """Of each figure of a page, and of those in its brackets."""
    page = _page(of_area(tally, which), at)
    lines = [f"【{which.word}{FORMULAS}】{page.words}"]
    for line in page.things:
        lines.append(f"{line.counted.figure.word}：{line.counted.figure.formula}。")
        lines += (f"　{one.figure.word}：{one.figure.formula}。" for one in beside_of(tally, line.counted))
    return [Message(text) for text in Pages().add(lines if page.things else [*lines, NOTHING]).texts]


# --- by party group, by person ----------------------------------------------------------------------------------------


def groups_of(tally: Tally, at: int) -> Page[tuple[int, str]]:
    """The party groups of a page, with their names."""
    return page_of(list(tally.groups.items()), at, GROUPS)


def by_group(tally: Tally, which: Area, page: Page[tuple[int, str]], counted: Mapping[int, Tally]) -> Message:
    """第一党小组：党小组会1次，出席率88.9%，参学率100%: what can be told apart by group, each of its own people."""
    texts = [f"{title(tally)}\n【{which.word}】{BY_GROUP}{page.words}", WHOLE_BRANCH]
    for group, name in page.things:
        found = counted[group]
        said = "，".join(words for line in of_area(found, which) if (words := of_a_group(found, line)))
        texts.append(f"{name}：{cut(said, LONGEST_GROUP) or '暂无记录'}。")
    turn = page.turn(lambda other: ShowGroups(tally.period.code, which, other))
    return _back("\n".join(texts), tally, which, [turn])


def people_of(tally: Tally, which: Area, me: Me) -> list[int]:
    """Of whom the figures of an area say something."""
    return sorted(_each(tally, which, me))


def by_person(
    tally: Tally, which: Area, me: Me, names: Mapping[int, str], may_see: Callable[[int], bool], at: int
) -> Message:
    """甲三：应参加3次，参加2次，请假1次; each with a button to the whole record, where that may be seen."""
    each = _each(tally, which, me)
    page = page_of(sorted(each), at, PEOPLE)
    lines = [f"{names[one]}：{'；'.join(each[one])}" for one in page.things]
    head = f"{title(tally)}\n【{which.word}】{BY_PERSON}{page.words}"
    taps = [Choice(label(names[one]), OpenRecord(tally.period.code, one)) for one in page.things if may_see(one)]
    turn = page.turn(lambda other: ShowPeople(tally.period.code, which, other))
    return _back("\n".join([head, *(lines or [NOTHING])]), tally, which, [*two_a_row(taps), turn])


def _each(tally: Tally, which: Area, me: Me) -> dict[int, list[str]]:
    """What the figures that `me` may open say of every single person."""
    found: dict[int, list[str]] = {}
    for one in tally.counted:
        if one.figure.section in which.sections and one.figure.opens_to(me):
            for person, said in _of_people(one).items():
                found.setdefault(person, []).append(said)
    return found


def _of_people(one: Counted) -> Mapping[int, str]:
    return (
        {} if one.figure.each is None else {person: said for person, said in one.figure.each(one.rows).items() if said}
    )


def _back(text: str, tally: Tally, which: Area, rows: Sequence[Sequence[Choice]]) -> Message:
    return Message(cut(text, PAGE), filled(*rows, [to_the_area(tally, which)]))
