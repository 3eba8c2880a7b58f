"""What somebody types about leave: read whole or not at all where it acts (请假 住院, 病假 发烧, 收到，请假).

Where it is only offered, more is understood: that somebody cannot come (今天来不了了) or is ill (有点发烧).
"""

import re
from dataclasses import dataclass

from bot.kit.glossary.choices import LEAVE_TYPES
from bot.kit.words import trimmed
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
# What stands around 来不了 and 发烧 and changes nothing: when, how surely, of whom (oneself, the family).
# No one of these can be read as two others: a text of many of them would be tried in every way.
_WHEN = (
    r"今[天日晚]|明[天日]|后天|昨[天晚日]|前天|[上下]午|晚上|早上|这[次回两几]天?|本次|那天|当天|到时候?|最近|周[一二三四五六日]|"
    r"星期[一二三四五六日天]|\d{1,2}月\d{1,2}[日号]|\d{1,2}[日号]|刚才?|一直|早就"
)
_HEDGE = (
    r"可能|恐怕|估计|大概|实在|确实|真|突然|临时|又|还|也|都|就|要|得|在|正|已经?|因为|由于|因[病事公故]|有[点些]儿?|有[急要]?事|"
    r"有任务|有会|[单家]位?里?|身体|不好意思|抱歉|对不起|请[个一]?[次天]?假|请批准"
)
_WHOSE = (
    r"我们?|本人|俺|自己|孩子|小孩|老人|[父母]亲|[爸妈老婆公岳]|爱人|家人|家属|[儿女][子儿]|头|肚子|胃|腰|腿|脚|嗓子|牙"
)
_AROUND = rf"(?:{_WHEN}|{_HEDGE}|{_WHOSE}|的)*"
_GO = r"[来去到回过赶走抽]|参加|出席|参会|开会"
_CANNOT = (
    rf"(?:{_GO})(?:不了|不成|不得|不上|不开|不过来|不过去|不回来|不来|不去|不到)|"
    rf"(?:不能|没法|无法|没办法|不方便|没空|没时间|没有时间|来不及|不)(?:按时|到场|{_GO})|缺席|走不脱|脱不开身|抽不开身|走不开"
)
_ILL = (
    r"(?:发[高低]?[烧热]|感冒|不舒服|不太舒服|很?难受|生病|病|住院|住进医院|头[疼痛晕]|[疼痛]|发炎|咳嗽|拉肚子|腹泻|呕吐|过敏|骨折|扭伤|摔伤?|受伤|"
    r"阳[了性]|中暑|手术|动手术|做手术|输液|打针|打点滴|看病|看医生|就医|挂号|[去在]医院)"
)
_ASKS = r"(?:[去到].{1,6})?出差|公差|事假|病假|请[个一]?[次天]?假"
_BEHIND = r"(?:了|啦|咯|喽|着|中|呢|吧|啊|得厉害|得很|厉害|[会场]|会议|活动|党课|主题党日|学习|在家|去?医院|休息)*"
_OFFERED = re.compile(rf"{_AROUND}(?:(?P<ill>{_ILL})|{_CANNOT}|{_ASKS}){_BEHIND}")
_NOT_COMING = re.compile(rf"(?:{_WHEN}|我|了)*(?:{_CANNOT}){_BEHIND}")
_CLAUSE = re.compile(rf"[{_MARKS}~～…]+")
# Somebody asks, tells others, or is well again.
_NO_OFFER = re.compile(
    r"[?？吗么呢怎谁几]|[来去请参].{0,8}的(?:同志|人|党员|请)|退烧|好了|没[有]?(?:发烧|生病|病)|不[用必是]"
)

_Read = tuple[LeaveType | None, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence about leave: of which kind (None: it says none), why ("": it says nothing), and with 收到 or not.

    offered: it may mean something else, so that leave is only offered. ill: it says that somebody is.
    """

    kind: LeaveType | None
    reason: str
    received: bool
    offered: bool = False
    ill: bool = False


def read(text: str) -> Asked | None:
    """The whole text as a sentence about leave; None where it is none."""
    said = trimmed(text)
    received = _RECEIVED.match(said)
    found = _leave(said[received.end() :] if received else said)
    return None if found is None else Asked(*found, received is not None)


def read_offer(text: str) -> Asked | None:
    """What sounds like leave without asking for it: 我来不了, 有点发烧. All of it is the reason; nothing is done."""
    said = trimmed(text)
    received = _RECEIVED.match(said)
    said = said[received.end() :] if received else said
    if len(said) > LONGEST_REASON or _NO_OFFER.search(said):
        return None
    found = [one for clause in _CLAUSE.split(said) if (one := _OFFERED.fullmatch(clause)) is not None]
    if not found:
        return None
    return Asked(None, said, received is not None, offered=True, ill=any(one["ill"] for one in found))


def only_not_coming(text: str) -> bool:
    """我来不了 and no more: that gives no reason."""
    return _NOT_COMING.fullmatch(trimmed(text)) is not None


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
