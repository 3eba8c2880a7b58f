"""The collections `talk_campaigns` and `talks` of an archive; what was taken back is not told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.features.talks.rules import LONGEST_TOPIC, MOST
from bot.kit.archive_checks import NAME_LENGTH, OUTSIDE, Check, Fields, rest
from bot.kit.sheets import visible
from storage.choices import TalkKind, TalkMode

CAMPAIGNS, TALKS = "talk_campaigns", "talks"
_OF_CAMPAIGN = ("id", "title", "from", "to", "made_by", "made_at")
_OF_TALK = (
    "id", "date", "talker", "talkees", "kind", "mode", "written_record", "campaign", "recorded_at", "recorded_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Campaign:
    """One record; `last` counts too."""

    id: str
    topic: str
    first: date
    last: date
    made_by: str | None
    made_at: datetime | None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OneTalk:
    """One record: people by their ids in the document, or EXT: and a name."""

    id: str
    on: date
    talker: str
    talkees: tuple[str, ...]
    kind: TalkKind
    mode: TalkMode
    written: bool
    campaign: str | None
    recorded_at: datetime | None
    recorded_by: str | None
    extra: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Talks:
    """Both collections; None: the document has not got it."""

    campaigns: tuple[Campaign, ...] | None = None
    talks: tuple[OneTalk, ...] | None = None

    @property
    def empty(self) -> bool:
        return self.campaigns is None and self.talks is None

    def differing(self, mine: "Talks") -> "Talks":
        """Without what stands so already. A talk points at its campaign, so that both are laid anew together."""
        same = _sorted(mine.campaigns) == _sorted(self.campaigns if self.campaigns is not None else mine.campaigns)
        same = same and _sorted(mine.talks) == _sorted(self.talks if self.talks is not None else mine.talks)
        return Talks() if same else self


def _sorted(rows: Sequence[Campaign] | Sequence[OneTalk] | None) -> list[Any]:
    return sorted(rows or (), key=lambda one: one.id)


# --- read ------------------------------------------------------------------------------------------------------------


def read(document: Mapping[str, Any], people: Collection[str], known: Collection[str] = ()) -> tuple[Talks, list[str]]:
    """The records, and every fault of them; `people`: the ids that may be named; known: campaigns of the branch."""
    check = Check()
    found = check.rows(CAMPAIGNS, document.get(CAMPAIGNS))
    check.once(CAMPAIGNS, [check.key(path, row) for path, row in found])
    campaigns = [_campaign(check, path, row, people) for path, row in found]
    ids = {str(row.get("id")) for _, row in found} if CAMPAIGNS in document else set(known)
    rows = check.rows(TALKS, document.get(TALKS))
    check.once(TALKS, [check.key(path, row) for path, row in rows])
    talks = [_talk(check, path, row, people, ids) for path, row in rows]
    return (
        Talks(
            tuple(one for one in campaigns if one is not None) if CAMPAIGNS in document else None,
            tuple(one for one in talks if one is not None) if TALKS in document else None,
        ),
        check.faults,
    )


def _campaign(check: Check, path: str, row: Fields, people: Collection[str]) -> Campaign | None:
    topic = check.text(path, row, "title", LONGEST_TOPIC)
    if not topic.strip():
        check.fault(f"{path}.title", row.get("title"), "a text")
    first, last = check.day(f"{path}.from", row.get("from")), check.day(f"{path}.to", row.get("to"))
    by, made = _by(check, path, row, "made_by", people), _instant(check, path, row, "made_at")
    if first is None or last is None:
        return None
    if last < first:
        check.fault(f"{path}.to", row["to"], "not before `from`: the last day")
    return Campaign(str(row.get("id")), topic, first, last, by, made, rest(row, _OF_CAMPAIGN))


def _talk(check: Check, path: str, row: Fields, people: Collection[str], campaigns: Collection[str]) -> OneTalk | None:
    on = check.day(f"{path}.date", row.get("date"))
    talker = _party(check, f"{path}.talker", row.get("talker"), people)
    talkees = _talkees(check, path, row.get("talkees"), people)
    kind = check.choice(f"{path}.kind", row.get("kind", TalkKind.HEART_TO_HEART), TalkKind)
    mode, kept = _mode(check, path, row)
    written = row.get("written_record", False)
    if not isinstance(written, bool):
        check.fault(f"{path}.written_record", written, "true or false")
    of = row.get("campaign")
    campaign = check.reference(f"{path}.campaign", of, campaigns, "talk campaign") if of is not None else None
    by, at = _by(check, path, row, "recorded_by", people), _instant(check, path, row, "recorded_at")
    if on is None or talker is None or not talkees or kind is None:
        return None
    extra = {**rest(row, _OF_TALK), **kept}
    return OneTalk(str(row.get("id")), on, talker, talkees, kind, mode, written is True, campaign, at, by, extra)


def _party(check: Check, path: str, value: Any, people: Collection[str]) -> str | None:
    """Somebody of the archive, or EXT: and a name."""
    if not isinstance(value, str) or not value.startswith(OUTSIDE):
        return check.reference(path, value, people, "person")
    name = value.removeprefix(OUTSIDE)
    if not name.strip() or visible(name) != name or len(name) > NAME_LENGTH:
        check.fault(path, value, f"{OUTSIDE} and a name of at most {NAME_LENGTH} characters")
        return None
    return value


def _talkees(check: Check, path: str, value: Any, people: Collection[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST:
        check.fault(f"{path}.talkees", value, f"a list of one to {MOST} people")
        return ()
    found = [_party(check, f"{path}.talkees[{at}]", one, people) for at, one in enumerate(value)]
    check.once(f"{path}.talkees", [one for one in found if one is not None])
    return tuple(one for one in found if one is not None)


def _mode(check: Check, path: str, row: Fields) -> tuple[TalkMode, Fields]:
    """A mode that is not known is kept as text."""
    said = check.text(path, row, "mode", NAME_LENGTH) or TalkMode.IN_PERSON
    return (TalkMode(said), {}) if said in list(TalkMode) else (TalkMode.OTHER, {"mode": said})


def _by(check: Check, path: str, row: Fields, name: str, people: Collection[str]) -> str | None:
    return check.reference(f"{path}.{name}", row[name], people, "person") if row.get(name) is not None else None


def _instant(check: Check, path: str, row: Fields, name: str) -> datetime | None:
    return check.instant(f"{path}.{name}", row[name]) if row.get(name) is not None else None
