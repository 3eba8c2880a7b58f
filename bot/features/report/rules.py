"""What a report says of figures (domain 4.4): sentences as data, and the text that is made of them and of the facts.

Nothing is invented: a clause stands only where every figure and name in it is there and is not zero; what is left out
is told to the secretary. 各, 全覆盖 and 另 are clauses of their own, with the condition under which they are true.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bot.kit.rates import plain

_GAP = re.compile(r"\{(~?)([^{}?~]+)(\??)\}")
_NUMERALS = "〇一二三四五六七八九十"
_ENDS = "。．.;；，,、 \n"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report may speak of.

    values: figures by their paths (study.items), and what is made of them. names: lists of names, which stand in a
    clause joined by 、. many: what there are several of, each with figures and names of its own (exams).
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    many: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def within(self, one: Mapping[str, Any]) -> "Facts":
        """The same, with what one of several says before all others."""
        return Facts({**self.values, **one}, self.names, {})

    def said(self, name: str) -> str:
        """As it is written; "" where there is none of it."""
        if name in self.names:
            return "、".join(self.names[name])
        value = self.values.get(name)
        if value is True:
            return "全覆盖"
        if value in (None, 0, "", [], ()) or isinstance(value, Mapping):
            return ""
        return plain(value) if isinstance(value, Decimal | int) else str(value)


Condition = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence: 党员大会{by_type.members_meeting.count}次.

    lead: stands before the first of the neighbours that share it. glue: what parts it from what stands before. of:
    it is said of each of several. when: a condition beside that all of it is there. or_: what is said in its place
    where it cannot be. also: names that have to be there without being said.
    """

    text: str
    lead: str = ""
    glue: str = "；"
    of: str = ""
    when: Condition | None = None
    or_: "Clause | None" = None
    also: Sequence[str] = ()

    @property
    def gaps(self) -> list[str]:
        return [*needed(self.text), *self.also]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Clauses that stand together; head: how it begins, if any of them stands. further: said where there is something
    of it, and not missed where there is not.
    """

    clauses: Sequence[Clause]
    head: str = ""
    further: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the first chapter: its word, and its paragraphs of sentences."""

    name: str
    word: str
    paragraphs: Sequence[Sequence[Sentence]]


@dataclass(frozen=True, slots=True)
class Said:
    """A text and the names of the figures in it, in their order."""

    text: str
    gaps: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A section as it came out: its paragraphs, and the clauses that were left out."""

    section: Section
    paragraphs: Sequence[Said]
    dropped: Sequence[Clause]


def alone(sentence: Sentence, facts: Facts) -> str:
    """A sentence that is no part of a section."""
    return _sentence(sentence, facts, []).text


def written(section: Section, facts: Facts) -> Written:
    """Its paragraphs, without those of which nothing stands."""
    dropped: list[Clause] = []
    paragraphs = [_paragraph(one, facts, dropped) for one in section.paragraphs]
    return Written(section, [one for one in paragraphs if one.text], dropped)


def _paragraph(sentences: Iterable[Sentence], facts: Facts, dropped: list[Clause]) -> Said:
    said = [one for sentence in sentences if (one := _sentence(sentence, facts, dropped)).text]
    return Said("".join(one.text for one in said), [gap for one in said for gap in one.gaps])


def _sentence(sentence: Sentence, facts: Facts, dropped: list[Clause]) -> Said:
    text, lead = "", ""
    gaps: list[str] = []
    for clause in sentence.clauses:
        standing = list(_clauses(clause, facts))
        if not standing and not sentence.further:
            dropped.append(clause)
        for one, here in standing:
            begun = clause.lead if clause.lead != lead else ""
            text += (clause.glue if text else "") + begun + filled(one.text, here)
            lead = clause.lead
            gaps += one.gaps
    return Said(f"{filled(sentence.head, facts)}{text}。", gaps) if text else Said("")


def by_clauses(text: str, facts: Facts) -> str:
    """A unit's own phrase without the clauses (at ，and ；) in which a figure is not there or zero (kinds 3)."""
    said = ""
    for part in re.findall(r"([^，；]+)([，；]?)", text.strip().strip(_ENDS)):
        words, glue = part
        if all(facts.said(gap) for gap in needed(words)):
            said += filled(words, facts) + glue
    return said.rstrip("，；")


def needed(text: str) -> list[str]:
    """The names in its gaps without which it does not stand."""
    return [name for _, name, perhaps in _GAP.findall(text) if not perhaps]


def filled(text: str, facts: Facts) -> str:
    """A text with its gaps filled; a number behind ~ stands in an idiom: 两名, 两大类."""
    return _GAP.sub(lambda gap: _idiom(facts.said(gap[2])) if gap[1] else facts.said(gap[2]), text)


def _idiom(said: str) -> str:
    return before_measure(int(said)) if said.isdecimal() and int(said) < 100 else said


def _clauses(clause: Clause, facts: Facts) -> Iterator[tuple[Clause, Facts]]:
    """The clause, or what stands for it, with what it is said of; once for each of several."""
    for here in [facts.within(one) for one in facts.many.get(clause.of, ())] if clause.of else [facts]:
        found: Clause | None = clause
        while found is not None and not _stands(found, here):
            found = found.or_
        if found is not None:
            yield found, here


def _stands(clause: Clause, facts: Facts) -> bool:
    return all(facts.said(gap) for gap in clause.gaps) and (clause.when is None or clause.when(facts))


# --- conditions ------------------------------------------------------------------------------------------------------


def equal(one: str, other: str) -> Condition:
    """Two figures are the same: then 各N."""
    return lambda facts: facts.values.get(one) == facts.values.get(other)


def is_true(name: str) -> Condition:
    """A figure says so itself: 全覆盖 only where it is."""
    return lambda facts: facts.values.get(name) is True


# --- points ----------------------------------------------------------------------------------------------------------


def numeral(number: int) -> str:
    """一, 十二, 二十: up to 99."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _NUMERALS[ones]
    return f"{_NUMERALS[tens] if tens > 1 else ''}十{_NUMERALS[ones] if ones else ''}"


def before_measure(number: int) -> str:
    """As it stands before a measure word: 两项, 四项."""
    return "两" if number == 2 else numeral(number)


def points(texts: Sequence[str]) -> str:
    """一是…；二是…。 One alone is not numbered; where one of them is of several sentences, each ends as one."""
    listed = [bare(text) for text in texts]
    if len(listed) < 2:
        return "".join(f"{one}。" for one in listed)
    glue = "。" if any("。" in text for text in listed) else "；"
    return glue.join(f"{numeral(at)}是{text}" for at, text in enumerate(listed, 1)) + "。"


def bare(text: str) -> str:
    """Without the marks at its ends, as it stands among points."""
    return text.strip().strip(_ENDS)
