"""Rows of a file as they are meant: marks behind names, groups spelled otherwise, exemptions that are left open."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.features.roster.words import full_day
from bot.features.roster_files.asking import EXEMPT, NEW, NOBODY, SAME, Answers, Question, place, place_words
from bot.features.roster_files.reading.rows import Exempt, ExemptAsk, Fault, RosterRow
from bot.kit.glossary.choices import EXEMPTIONS
from bot.kit.glossary.columns import LEDGER
from bot.kit.names import group_key, name_key, near_groups, parted
from bot.kit.words import Both
from storage.choices import ExemptionReason

DAY = timedelta(days=1)
YES, NO = "yes", "no"
_TWICE = Both("one row for each person (this name stands here twice)", "每人一行（本组内有相同的姓名）")


# --- names ---------------------------------------------------------------------------------------------------------


def names(
    rows: Sequence[RosterRow], known: Collection[str], answers: Answers
) -> tuple[list[RosterRow], list[Question]]:
    """The rows with their names as they are meant. A bracket or mark behind a name is asked about, unless the whole
    is somebody's name already (张伟（大）); a row may be left out.
    """
    whole = {name_key(name) for name in known}
    found, questions = [], []
    written = Counter(row.name for row in rows)
    for row in rows:
        base, mark = parted(row.name)
        # Two of one written name are two people: each is asked about.
        about = row.name if written[row.name] == 1 else f"{row.name}@{place(row)}"
        said = answers.of(SAME, about, (base, row.name, NOBODY).__contains__) if mark else None
        if not mark or name_key(row.name) in whole or said == row.name:
            found.append(row)
        elif said != NOBODY:
            found.append(replace(row, name=base))
            questions += [_name_question(row, about, base, mark)] if said != base else []
    return found, _once(questions)


def _name_question(row: RosterRow, about: str, base: str, mark: str) -> Question:
    ask = Both(
        f"Row {place(row)}: is {row.name} the person {base}, or is the whole a name?",
        f"文件{place_words(row)}的“{row.name}”，姓名是“{base}”吗？",
    )
    choices = (
        (base, Both(f"the name is {base}", base)),
        (row.name, Both("the whole is a name", row.name)),
        (NOBODY, Both("leave this row out", "不导入此人")),
    )
    order = (row.sheet, row.line)
    return Question(
        SAME, about, ask, choices, subject=row.name, like=mark, all_like=f"{{}}人都去掉“{mark}”", order=order
    )


def left_out(rows: Sequence[RosterRow], named: Sequence[RosterRow]) -> tuple[Both, ...]:
    """What is to be said of rows that are not taken."""
    there = {place(row) for row in named}
    gone = [row for row in rows if place(row) not in there]
    english = ", ".join(f"row {place(row)} {row.name}" for row in gone)
    chinese = "、".join(f"{place_words(row)}{row.name}" for row in gone)
    return (Both(f"Left out: {english}.", f"未导入：{chinese}。"),) if gone else ()


def _once(questions: Sequence[Question]) -> list[Question]:
    return list({question.key: question for question in reversed(questions)}.values())[::-1]


# --- groups --------------------------------------------------------------------------------------------------------


def groups(rows: Sequence[RosterRow], known: Sequence[str], answers: Answers) -> tuple[list[RosterRow], list[Question]]:
    """The rows with their groups as the branch calls them; a new one as the file calls it first, in full.

    第一小组 and 1组 are 第一党小组; of 第一党小组（机关） it is asked.
    """
    called = {group_key(name): name for name in known}
    written = list(dict.fromkeys(row.group for row in rows if row.group))
    # Plain spellings first, so that one with a bracket is asked about however early it stands.
    for name in sorted(written, key=lambda name: (bool(parted(name)[1]), "党小组" not in name)):
        if group_key(name) not in called and not near_groups(name, list(called.values())):
            called[group_key(name)] = name
    # Of two spellings of one group the first is asked about, and its answer holds for both.
    meant: dict[str, str] = {}
    questions: list[Question] = []
    asked: set[str] = set()
    for name in written:
        near = near_groups(name, list(called.values()))
        said = answers.of(SAME, name, [NEW, name, *near].__contains__)
        if group_key(name) in called:
            meant[name] = called[group_key(name)]
        elif said is not None:
            meant[name] = called[group_key(name)] = name if said == NEW else said
        elif group_key(name) not in asked:
            asked.add(group_key(name))
            questions.append(_group_question(next(row for row in rows if row.group == name), near))
    return [replace(row, group=meant.get(row.group, row.group)) for row in rows], questions


def _group_question(row: RosterRow, near: Sequence[str]) -> Question:
    ask = Both(
        f"Row {place(row)}: is the group {row.group} one that there is already ({', '.join(near)})?",
        f"文件{place_words(row)}的“{row.group}”，是否就是{'或'.join(f'“{name}”' for name in near)}？",
    )
    choices = [(name, Both(f"it is {name}", f"就是{name}")) for name in near]
    return Question(
        SAME,
        row.group,
        ask,
        (*choices, (NEW, Both("a group of its own", "另设党小组"))),
        order=(row.sheet, row.line),
    )


def spellings(rows: Sequence[RosterRow], settled: Sequence[RosterRow]) -> tuple[Both, ...]:
    """What is to be said of groups that the file spells otherwise than the roster does."""
    pairs = dict.fromkeys((was.group, now.group) for was, now in zip(rows, settled, strict=True) if was.group)
    other = [(was, now) for was, now in pairs if was != now]
    if not other:
        return ()
    english = ", ".join(f"{was} as {now}" for was, now in other)
    chinese = "、".join(f"“{was}”即{now}" for was, now in other)
    return (Both(f"Groups are read so: {english}.", f"党小组写法不一，已统一：{chinese}。"),)


def remarks(rows: Sequence[RosterRow]) -> tuple[Both, ...]:
    """What is to be said of how rows were read, the same of several people once."""
    of: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        for remark in row.remarks:
            of[str(remark), remark.chinese].append(row.name)
    return tuple(
        Both(f"{'、'.join(who)}: {english}", f"{'、'.join(who)}：{chinese.rstrip('。')}。")
        for (english, chinese), who in of.items()
    )


def twice(rows: Sequence[RosterRow]) -> tuple[Fault, ...]:
    """People who cannot be told apart once names and groups are what they mean."""
    count = Counter((name_key(row.name), row.group) for row in rows)
    return tuple(
        Fault(row.line, LEDGER["name"], row.name, _TWICE) for row in rows if count[name_key(row.name), row.group] > 1
    )


# --- exemptions ----------------------------------------------------------------------------------------------------


def exemptions(
    row: RosterRow, running: Sequence[Exempt], began: date, answers: Answers
) -> tuple[RosterRow, list[Question]]:
    """The row with its exemptions as they are meant, and what has to be asked first.

    running: those that the roster has of this person from `began` on; an end asks nothing where nothing is open.
    """
    found, questions = [], []
    for number, exempt in enumerate(row.exemptions, 1):
        about = place(row) if number == 1 else f"{place(row)}/{number}"
        same = [span for span in running if span.reason is exempt.reason]
        meant, question = _meant(row, exempt, about, same, began, answers)
        found += [meant] if meant is not None else []
        questions += [question] if question is not None else []
    return replace(row, exemption=next(iter(found), None), further=tuple(found[1:])), questions


def _meant(
    row: RosterRow, exempt: Exempt, about: str, running: Sequence[Exempt], began: date, answers: Answers
) -> tuple[Exempt | None, Question | None]:
    """One spell: as it is meant, None where it changes nothing, or what is to be asked."""
    if exempt.asks is None:
        return exempt, None
    # A reason of no list keeps its words.
    words = exempt.said if exempt.reason is ExemptionReason.OTHER else ""
    said, plain = answers.of(EXEMPT, about), replace(exempt, asks=None, said=words, column="")
    if said == NO:
        return None, None
    if exempt.asks is ExemptAsk.WHETHER:
        span = spell_of(said or "")
        if span is not None:
            plain = replace(plain, from_on=span[0], to_on=span[1] + DAY)
        return (plain, None) if said == YES or span is not None else (exempt, _whether(row, exempt, about))
    open_ = [span for span in running if exempt.to_on is None or span.to_on is None or span.to_on > exempt.to_on]
    if not open_ and (exempt.to_on is None or exempt.to_on <= began):
        return None, None
    question = _last_day(row, exempt, about, began)
    if said is None or not question.takes(said):
        return exempt, question
    return replace(plain, to_on=date.fromisoformat(said) + DAY), None


def spell_of(said: str) -> tuple[date, date] | None:
    """2026-03-01/2026-08-31: the first and the last day of an answer."""
    first, sign, last = said.partition("/")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    return days if sign and days[0] <= days[1] else None


def _whether(row: RosterRow, exempt: Exempt, about: str) -> Question:
    word = EXEMPTIONS[exempt.reason]
    ask = Both(
        f"Row {place(row)}, {row.name}: is this person out of attendance ({word})? The file says: {exempt.said}",
        f"{_remark(row, exempt)}是否免于考勤（{word}{_span(exempt)}）？"
        "有起止日期的，可以直接发送，例如：3月1日至8月31日。",
    )
    yes = "免于考勤" if exempt.to_on else "不定期免于考勤"
    choices = ((NO, Both("no", "不免于考勤")), (YES, Both(f"yes{_english(exempt) or ', without an end'}", yes)))
    return Question(EXEMPT, about, ask, choices, span=True, order=(row.sheet, row.line))


def _last_day(row: RosterRow, exempt: Exempt, about: str, began: date) -> Question:
    latest = (exempt.to_on or began) - DAY
    word = EXEMPTIONS[exempt.reason]
    ask = Both(
        f"Row {place(row)}, {row.name}: what was the last day out of attendance ({word})? The file says: {exempt.said}",
        f"{_remark(row, exempt)}免于考勤（{word}）的最后一天是哪一天？最迟{full_day(latest)}，也可以直接发送日期。",
    )
    choices = (
        (latest.isoformat(), Both(f"{latest} was the last day", f"{full_day(latest)}")),
        (NO, Both("it changes nothing", "不作变动")),
    )
    return Question(EXEMPT, about, ask, choices, latest=latest, order=(row.sheet, row.line))


def _remark(row: RosterRow, exempt: Exempt) -> str:
    return f"文件{place_words(row)}{row.name}的{exempt.column or LEDGER['notes']}“{exempt.said}”："


def _span(exempt: Exempt) -> str:
    began = f"，{full_day(exempt.from_on)}起" if exempt.from_on else ""
    return began + (f"，至{full_day(exempt.to_on - DAY)}" if exempt.to_on else "")


def _english(exempt: Exempt) -> str:
    began = f" from {exempt.from_on}" if exempt.from_on else ""
    return began + (f" up to {exempt.to_on - DAY}" if exempt.to_on else "")
