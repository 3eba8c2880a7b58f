"""What remarks say of exemptions (R36, D26): clause by clause, each understood wholly or asked about. No I/O."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from bot.features.roster_files.reading.cells import DAY_WANTED, NOTHING, Days, Unclear, spellings, text_of
from bot.features.roster_files.reading.rows import Exempt, ExemptAsk
from bot.kit.dates import arabic
from bot.kit.glossary.choices import EXEMPTIONS
from bot.kit.sheets import plain
from scheduler.calendar.days import months_after
from storage.choices import ExemptionReason

_REASONS = spellings({reason: word for reason, word in EXEMPTIONS.items() if reason is not ExemptionReason.OTHER})
_WORDS = "|".join(re.escape(word) for word in sorted(_REASONS, key=len, reverse=True))
_FIGURES = {word: at for at, word in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_FIGURE = f"\\d{{1,2}}|[{''.join(_FIGURES)}]"
_DAY_BACK = "恢复|返岗|销假|复工|返回|回国|痊愈|康复|上班|归队|取消|解除"

# All that may stand in a clause; the first that fits is read. What none of them reads was not understood.
_TOKENS: dict[str, str] = {
    "age": r"\d{2,3}岁",
    "date": r"(?P<year>(?:19|20)\d\d)(?:年|(?P<sep>[-./]))(?P<month>\d{1,2})(?!\d)"
    r"(?:(?:月|(?P=sep))(?P<day>\d{1,2})(?!\d)[日号]?|月?(?P<last>底|末)?)",
    "packed": r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:\d\d)?(?!\d)",
    "length": rf"(?P<days>\d{{1,3}})天|(?P<months>{_FIGURE})个月|半年|(?P<years>{_FIGURE})年(?P<half>半)?",
    "day_behind": r"(?P<m>\d{1,2})[-月./](?P<d>\d{1,2})(?!\d)[日号]?"
    r"|(?P<alone>\d{1,2})(?!\d)(?P<unit>月(?:底|末)?|[日号])?",
    "denied": rf"(?:非|未|无|没有|不是)休?(?={_WORDS})",
    "past": r"原(?:来|为|因)?|已?不再",
    "reason": _WORDS,
    "back": rf"(?:已经?|现已|现|并|后)?(?:正式)?(?:{_DAY_BACK})"
    r"(?:正常|上班|工作|考勤|参加组织生活|组织生活|参加活动|返岗|回国)*",
    "over": r"(?:已经?|现已|现)?(?:结束|期满|届满|到期|休完)",
    "open": r"至今|至现在",
    "to": r"截至|截止至?(?=\d)|至|到|—+|[-~－–]",
    "from": r"自|从",
    "start": r"开始|起",
    "stop": r"为止|截止|止",
    "fill": r"[\s:]+|因公|因私|因|公派|探亲|留学|定居|期间|时间|正在|目前|处于|现|在|休假|休|请|中|多病"
    r"|经批准|已(?:报备|备案|批准)|免[于予]?(?:考勤|签到)?|(?:暂时?)?不参加组织生活|包?含|已?于|已(?=[自从])",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _TOKENS.items()))
# What says when something ends, or days without a year: beside a reason it may not be passed over.
_ENDS = re.compile(f"{_DAY_BACK}|{_TOKENS['over']}|不再")
_LOOSE = re.compile(r"[\d年月日号.\-/~—－–起始至到止自从底末初上中下旬天个半约左右开一二三四五六七八九十两\s]+")
# What speaks of days off without one of the reasons, and who is ill among them.
_OFF = re.compile(
    r"免[于予]?(?:考勤|签到|参加)|不(?:再|能|便)?参加(?:组织生活|活动|会议|考勤)|因病|住院|患病|病[假重危休]"
)
_ILL = re.compile("病|住院|治疗|手术")
# What a clause with a day that was not read may speak of instead.
_LIFE = re.compile("入党|转正|转[入出]|出生|任|参加工作|毕业|退休|离休|入职|调[入来到]|入伍|获|评|表彰")
# A year of two figures is asked about; of these nobody knows the day.
_SHORT_YEAR = re.compile(r"(?<![\d.])(\d\d)(?=年\d{1,2}月|([./-])\d{1,2}\2\d{1,2}(?![\d./]))")
_ROUGH = re.compile("[上中下]旬|左右|大约|大概|约|前后|预计|拟")
_APART = re.compile(r"[，,;；。、\n\r]+")
_BRACKETS = re.compile(r"[（(\[［【]([^（）()\[\]［］【】]*)[）)\]］】]")
LONGEST = 1_000
# 不免于考勤 and 已恢复考勤 say the opposite.
_NOT_OFF = re.compile("(?:不|未|非|无|没有?)(?:需|须|再|予|得|休|因)*(?:免|住院|患病|病)")
_NOT_EXEMPT = NOTHING | {"否", "不免"}


@dataclass(frozen=True, slots=True)
class _Clause:
    """What one clause says, or several that belong together.

    whole: nothing in it was passed over. to_on: the first day that no longer counts, `sure` unless only a month tells
    it, or it was `planned` before somebody came back. ended: it is over. length: (months, days). dated: a date stands
    in it. qualifies: it is said of the one before.
    """

    said: str
    reason: ExemptionReason | None = None
    whole: bool = True
    denied: bool = False
    from_on: date | None = None
    to_on: date | None = None
    sure: bool = True
    planned: bool = False
    ended: bool = False
    open_end: bool = False
    length: tuple[int, int] | None = None
    by_month: bool = False
    dated: bool = False
    qualifies: bool = False

    @property
    def empty(self) -> bool:
        """Neither a reason nor a day nor an end."""
        return self.reason is None and not (self.dated or self.ended or self.open_end or self.length)


def exemptions(value: object, *, own_column: bool = False) -> tuple[Exempt, ...]:
    """What a remark says about attendance: 长期病休, 产假2023.08.01至2024.01.31 (last day in); several by day.

    流动 alone is a label (D5): it exempts only with a date, with 免, or in a column of its own. Whatever was not
    understood wholly is one question.
    """
    clauses = [_read(said, qualifies) for said, qualifies in _clauses(value)]
    named = [one for one in clauses if one.reason is not None and not one.denied]
    if own_column and not any(one.reason for one in clauses) and plain(value) not in _NOT_EXEMPT:
        known = [EXEMPTIONS[reason] for reason in dict.fromkeys(_REASONS.values())]
        raise Unclear("one of " + " ".join(known), "、".join(known) + "之一")
    if all(one.reason is ExemptionReason.FLOATING_MEMBER for one in named) and not own_column:
        of_days = (one for one in clauses if one.reason or one.whole)
        says_off = "免" in plain(value) or any(one.whole and _OFF.search(one.said) for one in clauses)
        named = named if says_off or any(one.dated or one.ended for one in of_days) else []
    if not named:
        return _without_reason(clauses)
    found = _spells(clauses)
    if found is None:
        # Of several the question is about all that is written, and about the first that is understood.
        first = next((one for one in named if one.whole), named[0])
        said = first.said if len(named) == 1 and not first.whole else text_of(value, LONGEST)
        return (_whether(first, said, clauses),)
    return tuple(found)


def _without_reason(clauses: Sequence[_Clause]) -> tuple[Exempt, ...]:
    """因病免于考勤, 暂不参加组织生活: somebody is out of attendance, and why is not said in a word of ours."""
    off = [one for one in clauses if _OFF.search(one.said) and not (one.denied or _NOT_OFF.search(one.said))]
    if not off:
        return ()
    told = [one for one in clauses if one in off or (one.reason is None and (one.ended or one.dated or one.length))]
    told = [one for one in told if one in off or one.whole or not _LIFE.search(one.said)]
    clear = all(one in off or one.whole for one in told)
    said = "，".join(one.said for one in told)
    reason = ExemptionReason.LONG_SICK_LEAVE if _ILL.search(said) else ExemptionReason.OTHER
    clause = replace(off[0], said=said, reason=reason)
    return (_whether(clause, said, told) if clear else Exempt(reason, asks=ExemptAsk.WHETHER, said=said),)


def _whether(clause: _Clause, said: str, clauses: Sequence[_Clause]) -> Exempt:
    """The question, with the days of its clause as far as they were understood, unless another clause has days too."""
    assert clause.reason is not None
    others = [one for one in clauses if one.whole and one.said not in clause.said]
    days = {} if any(one.dated or one.ended for one in others) else _days_among(clause.said)
    spell = _with_length(_Clause(said, clause.reason, **days))
    return Exempt(clause.reason, spell.from_on, spell.to_on, ExemptAsk.WHETHER, said)


def _clauses(value: object) -> Iterator[tuple[str, bool]]:
    """(words, whether they qualify those before them, in brackets)."""
    text = re.sub(r"出国[(（]境[)）]", "出国境", value if isinstance(value, str) else plain(value))
    # What is in brackets may itself be several clauses.
    for inside, piece in _by_brackets(text):
        for said in _APART.split(piece):
            if said.strip():
                yield said.strip(), inside
                inside = False


def _by_brackets(text: str) -> Iterator[tuple[bool, str]]:
    for at, part in enumerate(_BRACKETS.split(text)):
        yield at % 2 == 1, part


# --- one clause ------------------------------------------------------------------------------------------------------

_Token = tuple[str, re.Match[str]]


def _read(said: str, qualifies: bool) -> _Clause:
    tokens, whole = _tokens(arabic(plain(said)))
    kinds = {kind for kind, _ in tokens}
    reasons = [_REASONS[found.group()] for kind, found in tokens if kind == "reason"]
    clause = _Clause(
        said,
        next(iter(reasons), None),
        denied="denied" in kinds,
        ended=bool(kinds & {"past", "back", "over"}),
        open_end="open" in kinds,
        dated="date" in kinds or (whole and "packed" in kinds) or any(_is_month_day(*token) for token in tokens),
        qualifies=qualifies,
    )
    days = None
    try:
        days = _days(tokens, "back" in kinds, "over" in kinds) if whole and len(set(reasons)) <= 1 else None
    except Unclear:
        # A day that no calendar has, of an exemption; in any other remark it is nobody's business.
        if reasons:
            raise
    return replace(clause, whole=False) if days is None else replace(clause, **days)


def _is_month_day(kind: str, found: re.Match[str]) -> bool:
    """9月1日, 9月起: a day without its year."""
    return kind == "day_behind" and "月" in found.group()


def _tokens(text: str) -> tuple[list[_Token], bool]:
    """What stands in a text, and whether that is all of it."""
    found: list[_Token] = []
    whole, at = True, 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            whole, at = False, at + 1
            continue
        kind = next(name for name in _TOKENS if token[name] is not None)
        found += [] if kind in ("fill", "age") else [(kind, token)]
        at = token.end()
    return found, whole


def _days(tokens: Sequence[_Token], back: bool, over: bool) -> dict[str, Any] | None:
    """From when to when; None where the dates of a clause do not say it for certain."""
    begins: Days | None = None
    ends: Days | None = None
    returned: Days | None = None
    length = None
    # 自2026年7月1日起恢复 is the first day back.
    is_return = back and sum(kind in ("date", "packed") for kind, _ in tokens) == 1
    is_return = is_return and all(kind != "reason" for kind, _ in tokens)
    for at, (kind, found) in enumerate(tokens):
        before = tokens[at - 1][0] if at else ""
        after = tokens[at + 1][0] if at + 1 < len(tokens) else ""
        if kind == "length":
            if length is not None:
                return None
            length = _length(found)
        if kind not in ("date", "packed", "day_behind"):
            continue
        day = _behind(found, begins) if kind == "day_behind" else _day(kind, found)
        is_end = before == "to" or after == "stop"
        is_begin = after == "to" or (not is_return and (before == "from" or after == "start")) or not (back or over)
        taken = ends if is_end else begins if is_begin else returned
        if day is None or taken is not None or (kind == "day_behind" and before != "to"):
            return None
        if is_end:
            ends = day
        elif is_begin and kind == "date" and found["last"]:
            return None
        elif is_begin:
            begins = day
        else:
            returned = day
    if (ends and (returned or length)) or (returned and length):
        return None
    to_on, sure = ends.after if ends else None, not (ends and back)
    if returned is not None:
        # The first day back, or the last one out; of a month the latest that may be.
        to_on, sure = returned.first if back else returned.after, returned.after - returned.first == timedelta(days=1)
    return {
        "from_on": begins.first if begins else None,
        "to_on": to_on,
        "sure": sure,
        "planned": ends is not None and back,
        "length": length,
        "by_month": begins is not None and begins.after - begins.first > timedelta(days=1),
    }


def _day(kind: str, found: re.Match[str]) -> Days:
    if kind == "packed":
        text = found.group()
        return _covering(int(text[:4]), int(text[4:6]), int(text[6:]) if text[6:] else None)
    return _covering(int(found["year"]), int(found["month"]), int(found["day"]) if found["day"] else None)


def _behind(found: re.Match[str], begins: Days | None) -> Days | None:
    """8月31日, 31日, 8月底 behind a day with its year; a month before the first one's is one of the next year."""
    if begins is None:
        return None
    first, whole_month = begins.first, begins.after - begins.first > timedelta(days=1)
    month, day = (int(found["m"]), int(found["d"])) if found["m"] else (None, None)
    if found["alone"]:
        number, of_month = int(found["alone"]), (found["unit"] or "").startswith("月")
        if not found["unit"]:
            of_month = whole_month
        month, day = (number, None) if of_month else (first.month, number)
        if whole_month and not of_month:
            return None
    return _covering(first.year + ((month or 0) < first.month), month or 0, day)


def _covering(year: int, month: int, day: int | None) -> Days:
    try:
        first = date(year, month, day or 1)
    except ValueError:
        raise Unclear(*DAY_WANTED) from None
    return Days(first, first + timedelta(days=1) if day else months_after(first, 1))


def _length(found: re.Match[str]) -> tuple[int, int]:
    """(months, days)"""
    if found["days"]:
        return 0, int(found["days"])
    if found["months"]:
        return _number(found["months"]), 0
    return (12 * _number(found["years"]) + (6 if found["half"] else 0), 0) if found["years"] else (6, 0)


def _number(word: str) -> int:
    return _FIGURES.get(word) or int(word)


def _days_among(said: str) -> dict[str, Any]:
    """The days among words that were not understood: {} where they may be others."""
    text = _SHORT_YEAR.sub(r"20\1", arabic(plain(said)))
    tokens, _ = _tokens(text)
    kinds = {kind for kind, _ in tokens}
    if _ROUGH.search(text) or len({found.group() for kind, found in tokens if kind == "reason"}) > 1:
        return {}
    try:
        return _days(tokens, "back" in kinds, "over" in kinds) or {}
    except Unclear:
        return {}


# --- the clauses together --------------------------------------------------------------------------------------------


def _spells(clauses: Sequence[_Clause]) -> list[Exempt] | None:
    """The exemptions in the order of their days; None where the clauses together do not say them for certain."""
    spells: list[_Clause] = []
    waiting: list[_Clause] = []
    for at, one in enumerate(clauses):
        if one.denied and one.whole:
            continue
        if not one.whole:
            before = clauses[at - 1].reason if at else None
            if one.reason or _ENDS.search(one.said) or _LOOSE.fullmatch(one.said) or (one.qualifies and before):
                return None
            if (one.dated and not _LIFE.search(one.said)) or _is_other(one, clauses):
                return None
        elif one.reason is not None:
            spells.append(one)
            for early in waiting:
                if (joined := _joined(spells[-1], early)) is None:
                    return None
                spells[-1] = joined
            waiting = []
        elif not one.empty and not spells:
            waiting.append(one)
        elif not one.empty:
            if (joined := _joined(spells[-1], one)) is None:
                return None
            spells[-1] = joined
    return _in_order(_following([*map(_with_length, spells)])) if spells else None


def _following(spells: Sequence[_Clause]) -> list[_Clause]:
    """产假2026年3月1日至8月31日，哺乳假至2027年2月: what has an end only begins where the one before ended."""
    found: list[_Clause] = []
    for one in spells:
        before = found[-1] if found else one
        goes_on = before.reason is one.reason and before.to_on and one.to_on and before.to_on < one.to_on
        follows = goes_on and one.from_on is None and not (before.ended or one.ended)
        found.append(replace(one, from_on=before.to_on) if follows else one)
    return found


def _is_other(one: _Clause, clauses: Sequence[_Clause]) -> bool:
    """Whether a clause speaks of days off for illness, where no reason is one; or of days off with figures."""
    if _OFF.search(one.said) and re.search(r"\d", plain(one.said)):
        return True
    ill = {ExemptionReason.LONG_SICK_LEAVE, ExemptionReason.FRAIL_RETIRED}
    return bool(_OFF.search(one.said) and _ILL.search(one.said)) and not any(each.reason in ill for each in clauses)


def _joined(spell: _Clause, more: _Clause) -> _Clause | None:
    """A clause of days or of an end with the reason that it belongs to; None where they contradict each other."""
    said = f"{spell.said}，{more.said}"
    if not more.ended:
        ends = [one.to_on or one.length or one.open_end for one in (spell, more)]
        if (spell.from_on and more.from_on) or all(ends):
            return None
        return replace(
            spell,
            said=said,
            from_on=spell.from_on or more.from_on,
            to_on=spell.to_on or more.to_on,
            length=spell.length or more.length,
            by_month=spell.by_month or more.by_month,
            open_end=spell.open_end or more.open_end,
        )
    if more.from_on or more.length or (spell.to_on and more.to_on and more.to_on > spell.to_on):
        return None
    if more.to_on is None:
        # 至8月31日，已返岗: nothing says that it was not before.
        return replace(spell, said=said, ended=True, sure=False, planned=bool(spell.to_on or spell.length))
    return replace(spell, said=said, ended=True, to_on=more.to_on, sure=more.sure, open_end=False, length=None)


def _with_length(spell: _Clause) -> _Clause:
    """三个月 from its day; without one, and of days from a month only, nobody can say when it ends."""
    if spell.length is None:
        return spell
    months, days = spell.length
    if spell.from_on is None or (days and spell.by_month):
        return replace(spell, whole=False)
    to_on = months_after(spell.from_on, months) if months else spell.from_on + timedelta(days=days)
    return replace(spell, to_on=to_on)


def _in_order(spells: list[_Clause]) -> list[Exempt] | None:
    if not all(one.whole for one in spells):
        return None
    bare = [one for one in spells if not (one.from_on or one.to_on or one.ended or one.open_end)]
    told = [one for one in spells if one not in bare]
    if not told:
        return [_exempt(bare[0])]
    if any(one.reason not in {each.reason for each in told} for one in bare):
        return None
    found = sorted(map(_exempt, told), key=lambda one: one.from_on or date.min)
    apart = all(one.to_on and then.from_on and one.to_on <= then.from_on for one, then in pairwise(found))
    return found if len(found) == 1 or (apart and not any(one.asks for one in found)) else None


def _exempt(spell: _Clause) -> Exempt:
    assert spell.reason is not None
    if spell.ended and not (spell.to_on and spell.sure):
        return Exempt(spell.reason, spell.from_on, spell.to_on, ExemptAsk.LAST_DAY, spell.said, planned=spell.planned)
    return Exempt(spell.reason, spell.from_on, spell.to_on)
