"""The answers of a form of votes, read and kept; as the vote that they make, and of a vote that stands."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import normalize

from bot.features.votes.rules import Wanted
from bot.kit.form_fields import Values
from bot.kit.numerals import number
from bot.kit.refusal import Refusal
from bot.kit.votes import Counted
from bot.kit.voting import OF_PERSONS, Ballots, Excluded, Votes
from storage.choices import Motion, Opinion, VoteExclusion

NUMBERS = re.compile(r"\d{1,5}|[零〇一二两三四五六七八九十廿]{1,4}")
# Before the name of a candidate whom nobody has entered yet.
OUTSIDE = "="
OF_VOTES = (("赞成", "同意"), ("不赞成", "反对", "不同意"), ("弃权",))
OF_BALLOTS = (("发出",), ("收回",), ("有效",))
THREE = "请按顺序发送3个数字，例如：19、0、1。"


# --- numbers ---------------------------------------------------------------------------------------------------------


def three(said: str, words: Sequence[Sequence[str]]) -> tuple[int, int, int]:
    """19、0、1, in this order; 赞成19票，反对0票，弃权1票 in any order. Raises Refusal for anything else."""
    text = normalize("NFKC", said)
    found = [many for one in NUMBERS.findall(text) if (many := number(one)) is not None]
    places = [one for one in (_place(text, each) for each in words) if one is not None]
    if len(found) != 3 or len(set(places)) not in (0, 3) or re.search(r"[-.%]", text):
        raise Refusal(THREE)
    order = [sorted(places).index(one) for one in places] or [0, 1, 2]
    first, second, third = (found[at] for at in order)
    return first, second, third


def _place(text: str, words: Sequence[str]) -> int | None:
    """Where one of these words stands, but not as a part of its contrary."""
    found = [match.start() for word in words for match in re.finditer(rf"(?<!不){word}", text)]
    return min(found) if found else None


def read_three(value: Any) -> tuple[int, int, int]:
    first, second, third = (int(one) for one in str(value).split(","))
    return first, second, third


# --- the answers as a vote -------------------------------------------------------------------------------------------


def wanted(values: Values) -> Wanted:
    """What the answers come to; what is not asked now is not among them."""
    motion, secret, subject = Motion(values["motion"]), is_secret(values), str(values.get("subject") or "")
    excluded = {int(one): _why(values, one) for one in values.get("excluded") or () if values.get(f"why_{one}")}
    writers = {int(one): _opinion(values, one, secret) for one in values.get("writers") or ()}
    return Wanted(
        motion=motion,
        subject_id=int(subject) if subject and not subject.startswith(OUTSIDE) else None,
        subject_name=subject.removeprefix(OUTSIDE) if subject.startswith(OUTSIDE) else "",
        title=values.get("title") or "",
        secret=secret,
        excluded=excluded,
        writers={one: opinion for one, opinion in writers.items() if secret or opinion is not None},
        written=Votes(*read_three(values["written"])) if secret and values.get("written") else Votes(),
        room=Votes(*read_three(values["room"])) if values.get("room") else None,
        ballots=Ballots(*read_three(values["ballots"])) if values.get("ballots") else None,
    )


def is_secret(values: Values) -> bool:
    return values.get("motion") == Motion.ELECTION or values.get("secret") == "yes"


def _why(values: Values, one: str) -> Excluded:
    reason = VoteExclusion(values[f"why_{one}"])
    return Excluded(reason, str(values.get(f"note_{one}") or "") if reason is VoteExclusion.OTHER else "")


def _opinion(values: Values, one: str, secret: bool) -> Opinion | None:
    said = values.get(f"opinion_{one}")
    return None if secret or not said else Opinion(said)


def of_excluded(excluded: Mapping[int, Excluded]) -> dict[str, Any]:
    """Who is not reckoned, as answers."""
    given: dict[str, Any] = {"excluded": [str(one) for one in excluded]}
    for one, why in excluded.items():
        given |= {f"why_{one}": why.reason.value} | ({f"note_{one}": why.note} if why.note else {})
    return given


def as_answers(one: Counted) -> dict[str, Any]:
    """A vote that stands, as the answers that would make it."""
    row = one.row
    given: dict[str, Any] = {"motion": row.motion.value, "secret": "yes" if row.secret else "no"}
    given |= {"subject": str(row.subject_id)} if row.motion in OF_PERSONS else {"title": row.title}
    given |= of_excluded(one.excluded) | {"writers": [str(each) for each in one.writers]}
    given |= {f"opinion_{each}": said.value for each, said in one.writers.items() if said is not None}
    if row.secret and one.writers:
        given["written"] = f"{row.written_for},{row.written_against},{row.written_abstain}"
    if one.outcome.counted and row.motion is not Motion.ELECTION:
        given["room"] = f"{row.for_},{row.against},{row.abstain}"
    if one.outcome.counted and row.motion is Motion.ELECTION:
        given["ballots"] = f"{row.issued or 0},{row.returned or 0},{row.valid or 0}"
    return given
