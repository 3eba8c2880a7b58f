"""What somebody types about leave, read whole or not at all: 请假 住院, 病假 发烧, 收到，请假."""

import re
from dataclasses import dataclass

from bot.kit.glossary.choices import LEAVE_TYPES
from bot.kit.words import plain
from storage.choices import LeaveType

LONGEST_REASON = 100
# What may be typed for one kind beside its own word.
SHORT = {LeaveType.OFFICIAL_DUTY: "出差", LeaveType.SICK: "病", LeaveType.PERSONAL: "事"}
_KINDS = {word: kind for kind, own in LEAVE_TYPES.items() for word in (own, SHORT[kind])}
_MARKS = r"\s,，、。.;；:：!！"
_RECEIVED = re.compile(rf"(?:收到了?|已收到|知道了)[{_MARKS}]*(?=\S)")
_LEAVE = re.compile(r"我?(?:要|想|需要)?请(?:个?假|(?P<asked>公差|病假|事假))(?P<rest>.*)", re.DOTALL)
_KIND = re.compile(rf"(?P<kind>公差|出差|病假|事假)(?P<rest>[{_MARKS}].*)", re.DOTALL)
_EDGES = re.compile(rf"^[{_MARKS}]+|[{_MARKS}]+$")
# Behind 请假 without a mark between them: 请假审批, 请假条, 请假了吗 ask for no leave.
_NO_REASON = re.compile(r"[?？吗呢怎谁几条单]|审批|批准|取消|不")
_LONGEST_BEHIND = 20

_Read = tuple[LeaveType | None, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence about leave: of which kind (None: it says none), why ("": it says nothing), and with 收到 or not."""

    kind: LeaveType | None
    reason: str
    received: bool


def read(text: str) -> Asked | None:
    """The whole text as a sentence about leave; None where it is none."""
    said = plain(text)
    received = _RECEIVED.match(said)
    found = _leave(said[received.end() :] if received else said)
    return None if found is None else Asked(*found, received is not None)


def _leave(said: str) -> _Read | None:
    leave = _LEAVE.fullmatch(said)
    if leave is None:
        return _only_kind(said) or _of_kind(said)
    rest = _EDGES.sub("", leave["rest"])
    if rest and rest[0] == leave["rest"][0] and (len(rest) > _LONGEST_BEHIND or _NO_REASON.search(rest)):
        return None
    if leave["asked"]:
        return _KINDS[leave["asked"]], rest
    return _only_kind(rest) or _of_kind(rest) or (None, rest)


def _only_kind(said: str) -> _Read | None:
    return (_KINDS[said], "") if said in _KINDS else None


def _of_kind(said: str) -> _Read | None:
    found = _KIND.fullmatch(said)
    return None if found is None else (_KINDS[found["kind"]], _EDGES.sub("", found["rest"]))
