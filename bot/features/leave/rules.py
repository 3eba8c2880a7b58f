"""What somebody types about leave: read whole or not at all where it acts (请假 住院, 病假 发烧, 收到，请假).

Where it is only offered, more is understood: that somebody cannot come (今天来不了了), is ill (有点发烧), or wants no
leave any more (不请了, 我又能来了).
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from bot.kit.glossary.choices import LEAVE_TYPES
from bot.kit.words import trimmed
from storage.choices import LeaveType

LONGEST_REASON = 100
# What may be typed for one kind beside its own word.
SHORT = {LeaveType.OFFICIAL_DUTY: "出差", LeaveType.SICK: "病", LeaveType.PERSONAL: "事"}
_KINDS = {word: kind for kind, own in LEAVE_TYPES.items() for word in (own, SHORT[kind])}
_MARKS = r"\s,，、。.;；:：!！"
_RECEIVED = re.compile(rf"(?:收到了?|已收到|知道了)[{_MARKS}]*(?=\S)")
_LEAVE = re.compile(
    r"我?(?:要|想|需要)?请(?:个?假|(?P<asked>公差|病假|事假)假?)(?P<told>[了啦过]*)(?P<rest>.*)", re.DOTALL
)
_KIND = re.compile(rf"(?P<kind>公差|出差|病假|事假)(?P<rest>[{_MARKS}].*)", re.DOTALL)
_EDGES = re.compile(rf"^[{_MARKS}]+|[{_MARKS}]+$")
# Behind 请假 without a mark between them: 请假审批, 请假条, 请假了吗 ask for no leave.
_NO_REASON = re.compile(r"[?？吗呢怎谁几条单]|审批|批准|取消|不")
_LONGEST_BEHIND = 20
# Behind a kind: what may say the opposite, asks, or speaks for somebody else. Then nothing is asked for by the words.
_DOUBTFUL = re.compile(
    r"[?？]|[吗么呢]$|怎|谁|几点|什么|审批|批准|取消|撤|销|不|算了|没事了|回来|好了|退烧|[能会可][以够]?(?:[来去到参]|按时)|"
    r"代(?:[请办为我]|为)|错|没请|作废"
)
# Of these 不 is the reason itself.
_REASONS_WITH_NO = re.compile(r"不(?:太)?(?:舒服|适|好受|方便)|[^，,。\s不]{1,2}不(?:了|开|成)|不能(?:参加|来|去|到)")
# What stands around 来不了 and 发烧 and changes nothing: when, how surely, of whom (oneself, the family).
# No one of these can be read as two others: a text of many of them would be tried in every way.
_WHEN = (
    r"今[天日晚儿]|明[天日儿]|后[天儿]|昨[天晚日]|前天|[上下]午|晚上|早上|这[次回两几]天?|本次|那天|当天|到时候?|最近|周[一二三四五六日]|"
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

# Taking it back: what stands around the words, the words that say it, and those that may only mean it.
_BEFORE_BACK = (
    r"(?:我们?|本人|那个?|就|又|现在|今[天日儿]|明[天日儿]|已经?|可以|帮|请|麻烦|给|把|想|要|还是|时间|刚才|之前|的|都|也|"
    r"孩子|老人|家里|身体|突然|临时|不好意思|公差|出差)*"
)
_BACK_SURELY = (
    r"(?:请个?假|公差|出差|病假|事假)(?:申请)?(?:取消|撤销|撤回|作废|不请|不要|不算)|"
    r"(?:取消|撤销|撤回|收回|撤掉|销|退掉)(?:一下|掉|下|了)?(?:我的?)?(?:[这那]次)?的?(?:刚才的?)?"
    r"(?:请?个?假|假条|公差|出差|病假|事假)(?:申请)?|(?:取消|撤销|撤回)(?:一下|掉|下|了|吧)|"
    r"不(?:用|再|想|需要|打算|必)?请(?:个?假)?|别请"
)
_BACK_PERHAPS = (
    r"算|没事(?:儿)?|不(?:用|需要)?(?:出差|出公差)|(?:病|烧|感冒)(?:已经?)?(?:全|都)?(?:好|退)|好多|退烧|"
    r"(?:赶|提前)?回来|有(?:空|时间)|能够?(?:按时)?(?:[来去到]|参加|出席|到会)|可以(?:按时)?(?:[来去到]|参加|出席|到会)|"
    r"会(?:按时)?(?:来|参加|到会)|[来去](?:得了|得成)|赶得[上及]|[点按发说]错"
)
_BEHIND_BACK = r"(?:了|啦|咯|吧|的|哈|啊|呀|一下|会议|活动|开会|党课|主题党日|学习|我|请?假)*"
_GONE = r"(?:不[去走]了)?"
_TAKES_BACK = re.compile(
    rf"{_GONE}{_BEFORE_BACK}(?:(?P<sure>{_BACK_SURELY})|{_BACK_PERHAPS}){_BEHIND_BACK}(?:没事了|能来了|能参加了)?"
)
_UNDO, _NAMES_LEAVE = frozenset({"取消", "撤销", "撤回"}), re.compile(r"请假|公差|出差|病假|事假")
_NOT_SAID = re.compile(r"[?？谁]|怎么|什么|几点|审批")
_MAY_I = re.compile(
    rf"(?:{_WHEN}|我|想|问|有[急要]?事)*(?:(?:能不能|可不可以|可否|能否|是否可以)请(?:个|次|一?天|半天)?假(?:吗|么|呢)?[?？]*|"
    r"(?:可以|能)请(?:个|次|一?天|半天)?假(?:(?:吗|么|不|嘛)[?？]*|[?？]+))"
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


class TakesBack(Enum):
    """How surely a text takes leave back: 取消公差 does, 没事了 may."""

    SURELY = auto()
    PERHAPS = auto()


def takes_back(text: str) -> TakesBack | None:
    """Words of who wants no leave any more; None where it says nothing of the kind, or somebody is ill or cannot come.

    It is asked, never done: 能来了 may be said of anything.
    """
    said = trimmed(text)
    received = _RECEIVED.match(said)
    said = said[received.end() :] if received else said
    if len(said) > LONGEST_REASON or _NOT_SAID.search(said):
        return None
    clauses = [clause for clause in _CLAUSE.split(said) if clause]
    found = [one for clause in clauses if (one := _TAKES_BACK.fullmatch(clause)) is not None]
    if any(one["sure"] for one in found) or (_UNDO.intersection(clauses) and _NAMES_LEAVE.search(said)):
        return TakesBack.SURELY
    if not found or any(_says_absent(clause) for clause in clauses):
        return None
    return TakesBack.PERHAPS


def _says_absent(clause: str) -> bool:
    """It gives a reason; 不去了 may be said of the journey as well, and the kinds of leave are named in any case."""
    if _TAKES_BACK.fullmatch(clause) or re.fullmatch(r"(?:我)?不[去走]了?", clause):
        return False
    return _OFFERED.fullmatch(clause) is not None and re.fullmatch(_ASKS, clause) is None


def asks_whether(text: str) -> bool:
    """能不能请假, 可以请个假吗: leave is offered."""
    return _MAY_I.fullmatch(trimmed(text)) is not None


def begins_with_kind(text: str) -> bool:
    """公差 不去了: what is said of a leave by its name is no reason for it."""
    return _KIND.fullmatch(trimmed(text)) is not None


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
    if leave["told"]:
        # 请假了 may as well say that it was asked for.
        kind = _only_kind(rest) or _of_kind(rest)
        return None, kind[1] if kind is not None else rest
    if leave["asked"]:
        return _certain(_KINDS[leave["asked"]], rest)
    return _only_kind(rest) or _of_kind(rest) or (None, rest)


def _only_kind(said: str) -> _Read | None:
    return (_KINDS[said], "") if said in _KINDS else None


def _of_kind(said: str) -> _Read | None:
    found = _KIND.fullmatch(said)
    return None if found is None else _certain(_KINDS[found["kind"]], _EDGES.sub("", found["rest"]))


def _certain(kind: LeaveType, reason: str) -> _Read | None:
    """The kind with its reason; without a kind where two are named, and none at all where it may say the opposite."""
    others = {_KINDS[clause] for clause in _CLAUSE.split(reason) if clause in _KINDS}
    if others:
        return (kind, "") if others == {kind} else (None, "")
    return None if _DOUBTFUL.search(_REASONS_WITH_NO.sub("", reason)) else (kind, reason)
