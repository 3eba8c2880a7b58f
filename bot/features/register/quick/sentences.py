"""A sentence as an entry: 8月11日甲支部到基地1指导, 晨报8月16日刊登《……》. Patterns as data; no I/O.

What is read is the text of each field, for the reader of its question to make a value of. What is not understood is
named, and what may mean two things is read twice: nobody guesses.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from bot.features.register.kinds.kind import Kind, Type
from bot.kit.names import name_key
from bot.kit.numerals import folded
from bot.kit.written_days import Against, day_at

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Pattern:
    """How the commonest entries of a kind are said.

    verb: without it a text is no such entry. on: the field of the day; title: of what is quoted; a field of rows is
    written recipients.who. forms: with ! for the verb, 到 and 与 also for what means the same, {field} for a name,
    {one|other} for a name of either. amounts: by field, the number is the first group. people: the field of members
    who are named anywhere; choice: the field one of whose words may stand anywhere.
    """

    kind: str
    verb: str
    on: str
    forms: tuple[str, ...]
    title: str = ""
    needs_title: bool = False
    amounts: Mapping[str, str] = field(default_factory=dict)
    people: str = ""
    choice: str = ""

    @property
    def slots(self) -> list[str]:
        """The fields of its forms."""
        return [key for form in self.forms for slot in re.findall(r"\{([^}]+)\}", form) for key in slot.split("|")]

    @property
    def rows(self) -> str:
        """Of which rows the entry has its first one."""
        return next((one.partition(".")[0] for one in (self.on, *self.slots) if "." in one), "")


_NUMBER = r"(\d+(?:\.\d+)?|[一二两三四五六七八九十]+)"
PATTERNS = (
    Pattern(
        kind="guidance",
        verb=r"指导(?![员思意书性])(?:工作)?[了过]?",
        on="on",
        forms=("到{site}!{org}", "{org}到{site}!", "!{org}到{site}", "到{org|site}!", "!{org}", "{org}!", "!"),
    ),
    Pattern(
        kind="article",
        verb="(?:刊登|刊发|刊载|登载|发表)",
        on="placements.on",
        title="title",
        needs_title=True,
        forms=("!到{placements.platform}", "到{placements.platform}!", "{placements.platform}!", "!"),
    ),
    Pattern(
        kind="volunteer_service",
        verb="(?:开展|参加|组织|进行)?志愿服务(?![队者站])(?:活动)?",
        on="on",
        forms=("到{place}!", "!"),
        amounts={
            "hours": rf"(?<![共计])(?:每人|人均|各)?{_NUMBER}\s*个?(?:小时|学时)",
            "beneficiaries": rf"服务(?:群众|居民|师生|老人)?{_NUMBER}\s*(?:人次|人|名)",
        },
        people="participants",
        choice="kind",
    ),
    Pattern(
        kind="condolence",
        verb="(?:走访慰问|慰问|走访看望)(?![信品金物])了?",
        on="on",
        forms=("!(?:困难|生病|老)?(?:党员)?{recipients.who}", "!"),
        people="visitors",
        choice="occasion",
    ),
    Pattern(
        kind="cobuild_event",
        verb="(?:开展|进行)?(?:对标|结对)?共建(?:活动)?",
        on="on",
        forms=("与{partner}!", "!{partner}", "!"),
        choice="form",
    ),
    Pattern(
        kind="award",
        verb="(?:表彰|授予)(?![大会])",
        on="issued_on",
        title="title",
        needs_title=True,
        forms=("(?:荣?获得?|受到?){issuer}!", "{issuer}!", "!"),
    ),
)


@dataclass(frozen=True, slots=True)
class Known:
    """Names that are known: of members; of units and sites by their type, and of texts by their field (of_field)."""

    members: Sequence[str] = ()
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def has(self, key: str, name: str) -> bool:
        return name_key(name) in map(name_key, self.names.get(key, ()))

    def has_elsewhere(self, key: str, name: str) -> bool:
        return any(self.has(one, name) for one in self.names if one != key)


def of_field(what: Type, key: str) -> str:
    """Under what the names of a field are known: a unit is one in whatever field it stood."""
    return what.value if what in (Type.ORG, Type.SITE) else key


@dataclass(frozen=True, slots=True)
class Said:
    """One meaning of a sentence: the text of each field, and what was not understood. rows: whose first row it has."""

    kind: str
    texts: Mapping[str, str]
    rows: str = ""
    left: tuple[str, ...] = ()


# Relative days, which may be the beginning of a name.
_NO_DAYS = ("今日头条", "明日之星")
_TITLE = re.compile(r"《([^《》]+)》")
_SEPARATORS = re.compile(r"[\s,;。、:：.!()“”]+")
# Says nothing of the entry.
_FILLING = re.compile(
    r"(?:请|帮我|登记|记一下|记录|一下|我们?|我?支部|本支部|同志|党员|稿件|文章|一文|题为|了|的|并|已|共|并?开展|"
    r"于|在|由|对|与|和|及|人员|参加人员|参加|获|上)+"
)
_SYNONYMS = {"到": "(?:前往|到|在|去|赴|于)", "与": "(?:与|和|同|跟)"}
_LIKE_A_UNIT = re.compile(r".*(?:支部|总支|党委|党组)")
_LIKE_A_SITE = re.compile(r".*(?:基地|纪念馆|展览馆|公园|故居|旧址|社区|广场)\d*")


# Beside a verb these say that the text is of another feature, or asks: who was there, what is called off, sought.
_ELSEWHERE = re.compile(
    r"没有?(?:来|到|参加)|未(?:到|参加)|缺席|取消|撤[销回]|签[到道]|请.{0,2}假|补学|学完|已阅|改期|推迟|不办了|"
    r"^(?:请|帮我|我要|想)*(?:收到|查|搜|看(?!望))|[?？]|吗$|谁|几点|什么|怎么|多少"
)


def is_sentence(text: str) -> bool:
    """Whether a text may be an entry: it says what was done, and on which day or with which title, and nothing that
    other words mean.
    """
    flat = folded(text.strip())
    if "\n" in flat or not 4 <= len(flat) <= LONGEST:
        return False
    rest = _TITLE.sub(lambda found: " " * len(found[0]), flat)
    acts = any(re.search(one.verb, rest) for one in PATTERNS) and _ELSEWHERE.search(rest) is None
    return acts and (rest != flat or _day(rest, date(2024, 1, 1)) is not None)


def read(text: str, today: date, known: Known, kinds: Mapping[str, Kind]) -> list[Said]:
    """What a sentence may mean of these kinds; none: nothing, two: ask."""
    if not is_sentence(text):
        return []
    line = " ".join(text.split())
    return [said for one in PATTERNS if one.kind in kinds for said in _read(one, line, today, known, kinds[one.kind])]


# --- one pattern -----------------------------------------------------------------------------------------------------


class _Line:
    """A line of which pieces are taken away; what is left keeps its place."""

    def __init__(self, line: str) -> None:
        self.line, self.flat = line, folded(line)

    def take(self, start: int, end: int, ends: bool = False) -> str:
        """The piece as it was typed. ends: nothing before it goes together with what is behind it."""
        self.flat = self.flat[:start] + (";" if ends else " ") * (end - start) + self.flat[end:]
        return self.line[start:end]


@dataclass(frozen=True, slots=True)
class _Fit:
    """One way in which a form fits. score: by how many names that are known in their fields, the fewest left over."""

    texts: Mapping[str, str]
    left: tuple[str, ...]
    score: tuple[int, int, int]


def _read(pattern: Pattern, line: str, today: date, known: Known, kind: Kind) -> list[Said]:
    rest, texts = _Line(line), dict[str, str]()
    title = _TITLE.search(rest.flat)
    if title is not None and pattern.title:
        texts[pattern.title] = rest.take(*title.span())[1:-1]
    if re.search(pattern.verb, _TITLE.sub("", rest.flat)) is None:
        return []
    for key, amount in pattern.amounts.items():
        found = re.search(amount, rest.flat)
        if found is not None:
            texts[key] = found[1]
            rest.take(*found.span())
    day = _day(rest.flat, today)
    if day is not None:
        texts[pattern.on] = rest.take(*day)
    if not texts.get(pattern.title) and (pattern.needs_title or pattern.on not in texts):
        return []
    texts |= _choice(pattern, kind, rest)
    fits = list(_fits(pattern, kind, rest, known))
    best = max((one.score for one in fits), default=None)
    meant = [({**texts, **one.texts}, one.left) for one in fits if one.score == best]
    return [Said(kind.name, filled, _rows(pattern, filled), left) for filled, left in meant]


def _rows(pattern: Pattern, texts: Mapping[str, str]) -> str:
    """Where nothing is said of a row the entry alone is meant, unless the row is what the verb is about."""
    return pattern.rows if pattern.needs_title or any("." in key for key in texts) else ""


def _day(flat: str, today: date) -> tuple[int, int] | None:
    """Where the day stands: one with its month before 今日, which may be of a name."""
    found = []
    for at in range(len(flat)):
        if (at and flat[at - 1].isdigit()) or flat.startswith(_NO_DAYS, at):
            continue
        day = day_at(flat, at, Against(today))
        if day is not None:
            found.append((not flat[at].isdigit(), at, day.end))
    return min(found)[1:] if found else None


def _choice(pattern: Pattern, kind: Kind, rest: _Line) -> dict[str, str]:
    """The word of a choice, wherever it stands beside the verb."""
    declared = kind.field(pattern.choice) if pattern.choice else None
    verb = re.search(pattern.verb, rest.flat)
    for word in declared.options.values() if declared is not None else ():
        at = rest.flat.find(word)
        inside = verb is not None and verb.start() <= at < verb.end()
        if at >= 0 and word != "其他" and not inside:
            rest.take(at, at + len(word))
            return {pattern.choice: word}
    return {}


def _fits(pattern: Pattern, kind: Kind, rest: _Line, known: Known) -> Iterator[_Fit]:
    for order, form in enumerate(pattern.forms):
        for names, compiled in _compiled(form, pattern.verb):
            found = compiled.search(rest.flat)
            if found is None:
                continue
            piece = _Line(rest.line)
            piece.flat = rest.flat
            texts = {key: rest.line[slice(*found.span(group))].strip() for group, key in names.items()}
            piece.take(*found.span(), ends=True)
            people, left = _people(pattern, piece, known)
            score = sum(_trust(kind, key, name, known) for key, name in texts.items())
            yield _Fit({**texts, **people}, left, (score, -len(left), -order))


def _trust(kind: Kind, key: str, name: str, known: Known) -> int:
    """1: the name is one of that field; -1: it is one of another; 0: nobody knows it."""
    declared = kind.field(key)
    what = of_field(declared.type, key) if declared is not None else key
    if known.has(what, name):
        return 1
    if known.has_elsewhere(what, name):
        return -1
    looks = Type.ORG if _LIKE_A_UNIT.fullmatch(name) else Type.SITE if _LIKE_A_SITE.fullmatch(name) else None
    return 0 if declared is None or looks is None else 1 if declared.type is looks else -1


def _people(pattern: Pattern, piece: _Line, known: Known) -> tuple[dict[str, str], tuple[str, ...]]:
    """The members who are named in what is left, and what is left without them."""
    members, named, left = set(map(name_key, known.members)), [], []
    for start, end in _pieces(piece.flat):
        text = piece.line[start:end]
        if pattern.people and name_key(text.removesuffix("同志")) in members:
            named.append(text)
        elif not _FILLING.fullmatch(text):
            left.append(text)
    return ({pattern.people: "、".join(named)} if named else {}), tuple(left)


def _pieces(flat: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _SEPARATORS.finditer(flat):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < len(flat):
        yield start, len(flat)


@lru_cache
def _compiled(form: str, verb: str) -> list[tuple[dict[str, str], re.Pattern[str]]]:
    """A form as patterns, one for each choice of what its names are; with the field of each group."""
    slots = re.findall(r"\{([^}]+)\}", form)
    choices: list[list[str]] = [[]]
    for slot in slots:
        choices = [[*before, key] for before in choices for key in slot.split("|")]
    parts = [part for part in re.split(r"(\{[^}]+\}|!|^到|(?<=\})到|(?<=!)到|^与)", form) if part]
    made = []
    for keys in choices:
        pattern, number = "", 0
        for at, part in enumerate(parts):
            if part.startswith("{"):
                lazy = "?" if at + 1 < len(parts) else ""
                pattern += rf"(?P<s{number}>[^\s,;。、:]+{lazy})\s*"
                number += 1
            else:
                pattern += (verb if part == "!" else _SYNONYMS.get(part, part)) + r"\s*"
        made.append(({f"s{at}": key for at, key in enumerate(keys)}, re.compile(pattern)))
    return made
