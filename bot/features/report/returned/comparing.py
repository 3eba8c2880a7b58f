"""What was changed in a report that comes back: of the secretary's own text, to be taken; of the rest, to be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.features.register.kinds.report import ISSUE, PARAGRAPH, PLAN_ITEM
from bot.features.report.returned import messages
from bot.features.report.returned.aligning import aligned
from bot.features.report.returned.marks import Mark, Paper, Under
from bot.features.report.returned.points import unpointed
from bot.features.report.rules import bare
from bot.features.report.service import Mine, Report
from bot.features.report.text import ISSUES, PLANS_HEAD, last_chapter, parts
from bot.kit.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Change:
    """Of an entry of a kind (entry_id None: a new one), old to new ("": it is taken out). section: of a paragraph."""

    kind: str
    entry_id: int | None
    old: str
    new: str
    section: str = ""


@dataclass(slots=True)
class Differences:
    """changes: what can be taken. figures: lines made of figures that were changed or taken out, old and new. unread:
    lines that belong nowhere. stale: whether the records have changed since the file was made.
    """

    changes: list[Change] = field(default_factory=list)
    figures: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    stale: bool = False


def compare(report: Report, paper: Paper) -> Differences:
    """Raises Refusal for the report of somebody or something else, and for headings that cannot be read."""
    mark = _mark(report, paper)
    under = _headings(report, paper, mark)
    found = Differences()
    if paper.title and _bare(paper.title) != _bare(report.title):
        _told(found, report.title, paper.title)
    opening = [one for one in paper.parts if one.level < 2 and one is not under.get(last_chapter())]
    _of_figures(found, mark, [report.opening], [line for one in opening for line in one.lines])
    for part in report.parts:
        there = under.get(part.word)
        _of_section(found, mark, part.word, part.said, part.own, there.lines if there is not None else [])
    mine = {part.word for part in report.parts}
    for one in paper.parts:
        if one.level == 2 and one.word not in mine:
            _of_section(found, mark, one.word, [], [], one.lines)
    last = under.get(last_chapter())
    _of_points(found, mark, report, last.lines if last is not None else [])
    return found


def _bare(text: str) -> str:
    return "".join(text.split())


def _mark(report: Report, paper: Paper) -> Mark:
    """Whose it is, by what the file says, else by its title."""
    here = report.found
    if paper.mark is None:
        if _bare(paper.title) != _bare(report.title):
            raise Refusal(messages.not_this(report.title))
        return Mark(here.counting.branch_id, here.period.code)
    if paper.mark.branch_id != here.counting.branch_id:
        raise Refusal(messages.OTHER_BRANCH)
    if paper.mark.period != here.period.code:
        raise Refusal(messages.other_period(paper.mark.period, report.when))
    return paper.mark


# --- headings --------------------------------------------------------------------------------------------------------


def _headings(report: Report, paper: Paper, mark: Mark) -> Mapping[str, Under]:
    """What stands under each heading; every heading that the file had is there, once, in its order."""
    expected = [heading for heading, _ in parts(report) if heading and mark.had(heading)]
    words = [_word(one) for one in expected]
    there = [one.word for one in paper.parts if one.word]
    for one in there:
        if there.count(one) > 1:
            raise Refusal(messages.doubled(one))
    for word, heading in zip(words, expected, strict=True):
        if word not in there:
            raise Refusal(messages.missing(heading))
    if [one for one in there if one in words] != words:
        raise Refusal(messages.REORDERED)
    known = {_word(heading) for heading, _ in parts(report) if heading} | {last_chapter()}
    for part in paper.parts:
        if part.level == 1 and part.word not in known and not mark.untouched(part.word):
            raise Refusal(messages.unknown(part.word))
    return {one.word: one for one in paper.parts if one.word}


def _word(heading: str) -> str:
    """思想政治建设 of （一）思想政治建设"""
    return heading.split("、", 1)[-1] if heading[:1] != "（" else heading.split("）", 1)[-1]


# --- what is made of figures -----------------------------------------------------------------------------------------


def _of_figures(found: Differences, mark: Mark, said: Sequence[str], lines: Sequence[str]) -> None:
    there = [one for one in said if _had(found, mark, [one])]
    lines = _touched(found, mark, there, lines)
    for old, new in aligned(there, lines):
        if old is None and new is not None:
            found.unread.append(lines[new])
        elif old is not None:
            _told(found, there[old], lines[new] if new is not None else "")


def _told(found: Differences, old: str, new: str) -> None:
    if _bare(old) != _bare(new):
        found.figures.append((old, new))


def _had(found: Differences, mark: Mark, lines: Sequence[str]) -> bool:
    """Whether the file had these; what came since was neither changed nor taken out in it."""
    had = all(map(mark.had, lines))
    found.stale = found.stale or not had
    return had


def _touched(found: Differences, mark: Mark, old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The lines without those that are as they were made and stand so no longer: the records have changed since."""
    here = {_bare(one) for one in old}
    gone = [one for one in new if mark.untouched(one) and _bare(one) not in here]
    found.stale = found.stale or bool(gone)
    return [one for one in new if one not in gone]


# --- what the secretary has written ----------------------------------------------------------------------------------


def _of_section(
    found: Differences, mark: Mark, word: str, said: Sequence[str], own: Sequence[Mine], lines: Sequence[str]
) -> None:
    """Lines of figures are told; the others are those of paragraphs, or a new one for each run of them."""
    own = [one for one in own if _had(found, mark, _lines(one))]
    owned: list[tuple[str, Mine | None]] = [
        (line, None) for one in said for line in one.splitlines() if _had(found, mark, [line])
    ]
    owned += [(line, mine) for mine in own for line in _lines(mine)]
    old = [line for line, _ in owned]
    new = _touched(found, mark, old, lines)
    kept: dict[int, list[str]] = {mine.entry_id: [] for mine in own}
    added: list[list[str]] = []
    last: Mine | None = None
    pairs = aligned(old, new)
    for at, (i, j) in enumerate(pairs):
        mine = owned[i][1] if i is not None else None
        if i is not None and mine is None:
            _told(found, old[i], new[j] if j is not None else "")
        elif i is not None and mine is not None and j is not None:
            kept[mine.entry_id].append(new[j])
        elif i is None and j is not None and last is not None and _goes_on(owned, pairs[at + 1 :], last):
            kept[last.entry_id].append(new[j])
        elif i is None and j is not None:
            if at and pairs[at - 1][0] is None and added:
                added[-1].append(new[j])
            else:
                added.append([new[j]])
        last = mine if i is not None else last
    found.changes += _changes(own, kept)
    found.changes += [Change(PARAGRAPH.name, None, "", "\n".join(one), word) for one in added]


def _lines(mine: Mine) -> list[str]:
    return [one for one in map(str.strip, mine.text.splitlines()) if one]


def _goes_on(
    owned: Sequence[tuple[str, Mine | None]], after: Sequence[tuple[int | None, int | None]], mine: Mine
) -> bool:
    """Whether the next line that was there before is of the same paragraph: then it was put into that."""
    following = next((i for i, _ in after if i is not None), None)
    return following is not None and owned[following][1] is mine


def _changes(own: Sequence[Mine], kept: Mapping[int, Sequence[str]]) -> Iterator[Change]:
    for one in own:
        before, after = "\n".join(_lines(one)), "\n".join(kept[one.entry_id])
        if before != after:
            yield Change(one.kind, one.entry_id, one.text, after, one.section)


def _of_points(found: Differences, mark: Mark, report: Report, lines: Sequence[str]) -> None:
    """存在问题 and plans: each its run of lines, cut into its points."""
    texts: dict[str, list[str]] = {ISSUE.name: [], PLAN_ITEM.name: []}
    kind = ""
    for line in lines:
        kind = ISSUE.name if line.startswith(ISSUES) else PLAN_ITEM.name if PLANS_HEAD.match(line) else kind
        if kind:
            texts[kind].append(line)
        else:
            found.unread.append(line)
    for kind, own, word in ((ISSUE.name, report.own_issues, "存在问题"), (PLAN_ITEM.name, report.own_plans, "计划")):
        said = "\n".join(texts[kind])
        bare = said.removeprefix(ISSUES) if kind == ISSUE.name else PLANS_HEAD.sub("", said, count=1)
        _of_kind(found, mark, kind, own, unpointed(bare, word, [one.text for one in own]))


def _of_kind(found: Differences, mark: Mark, kind: str, own: Sequence[Mine], new: Sequence[str]) -> None:
    own = [one for one in own if _had(found, mark, [one.text])]
    old = [bare(one.text) for one in own]
    new = _touched(found, mark, old, new)
    for i, j in aligned(old, new):
        if i is None and j is not None:
            found.changes.append(Change(kind, None, "", new[j]))
        elif i is not None:
            after = new[j] if j is not None else ""
            if after != old[i]:
                found.changes.append(Change(kind, own[i].entry_id, own[i].text, after))
