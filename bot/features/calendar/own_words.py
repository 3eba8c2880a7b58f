"""What stands behind the days of one's own branch: their name, and words that must not say something else."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.kit.numerals import folded, number
from bot.kit.refusal import Refusal
from bot.kit.words import short_day
from bot.kit.written_days import PLACE

LONGEST_NAME, SHOWN = 20, 12
HOW = "请把日期写在前面，名称写在后面，例如：7月17日、18日 停电。"
WHOLE_DAYS = "工作日历按整天设置，请去掉时间后重新发送。"
UNDONE = "这里只能新设日期。要删除已设置的日期，请点“工作日历”，再点“删除”。"

_NEGATION = "(?:不|没有?|无需|无须|未|别|勿|免|停止|暂停)(?:再|用|必|需要?|能|予|安排|会|要|得|可以?)*"
_SAYS = re.compile(
    rf"(?P<no>{_NEGATION})?(?:(?P<off>放假|休息|休假|公休|补休)|(?P<worked>上班|补班|办公|到岗)|(?P<rest>休))"
)
# 不得不上班, 不能不休息: which of the two?
_TWICE = re.compile("[不没无未非别][^,。]{0,3}[不没无未免][^,。]{0,3}(?:放假|休|上班|补班|办公|到岗)")
_UNDOES = re.compile("取消|撤销|撤回|删除|作废|恢复|不再|改期|推迟|延期|顺延|提前")
_HALF = re.compile(r"\d:\d\d|[\d一二两三四五六七八九十][点时]|半天|半日|[上下]午|早上|晚上|中午|凌晨|傍晚")
_NUMERAL = "[一二三四五六七八九十廿卅]{1,3}"
_SIGN = f"(?:日|号(?!{PLACE}))"
# How long something lasts: 停电3天, 检修两个星期. 第3天, 一周年, 一日捐 and 三月三 are none.
_LENGTH = re.compile(
    r"(?<![第0-9〇零一二两三四五六七八九十廿卅月])(?P<count>[0-9]{1,3}|[一二两三四五六七八九十廿卅]{1,3})\s*"
    r"(?:(?P<day>个?工作日|天|整天|日(?![捐游营谈讲课一]))|(?P<week>个?(?:周(?![年岁一二三四五六日末])|星期|礼拜))|个月)"
)
# What would be a day, if it were understood; 3号楼, 三月三, 一日捐 and 安全生产月 are none.
_DAYLIKE = re.compile(
    rf"[0-9]{{1,2}}\s*{_SIGN}|(?:(?<=月)|(?<![\u4e00-\u9fff])){_NUMERAL}{_SIGN}|[0-9]{{1,2}}(?:\s*月\s*|[./-])[0-9]{{1,2}}"
    r"|[昨今明后]天|(?:周|星期|礼拜)[一二三四五六日天末]|[上下]周|[上下]个?月|每[周月天日年]"
)
# What goes on with the days: no end, another day, one that was not read. 前往 and 外出 begin a name.
_GOES_ON = re.compile(
    r"起(?!草)|以?前(?!往|进|线|沿)|以?后(?!勤|备|续)|之[前后]|左右|开始|为止|止|除外|外(?!出|事)|[至到和与及或~-]"
    rf"|[、,;]\s*(?:[0-9]{{1,2}}|{_NUMERAL})\s*(?:月|{_SIGN})|[、,;]?\s*[0-9]{{1,2}}(?:[\s,、;~至到和与及-]|$)"
)
_SAID = re.compile(rf"(?:{_NEGATION})?(?:放假|上班|休息)$")


def name_of(rest: str, off: bool) -> str:
    """The name behind the days, maybe empty. Refuses what is left of a day, and the opposite of off (or of worked)."""
    said = rest.strip(" ，,、：:；;。.！!\r\n\t\u3000")
    plain = folded(said)
    if _GOES_ON.match(folded(rest.strip())):
        raise _not_understood(rest)
    if undoes(plain):
        raise Refusal(UNDONE)
    if _HALF.search(plain):
        raise Refusal(WHOLE_DAYS)
    left = _DAYLIKE.search(plain) or _TWICE.search(plain)
    if left is not None:
        raise _not_understood(said[left.start() :])
    _agree(plain, off)
    name = _SAID.sub("", said).strip(" ，,、：:；;")
    if len(name) > LONGEST_NAME or len(name.splitlines()) > 1:
        raise Refusal(f"名称请不超过{LONGEST_NAME}字。")
    return name


def check_length(name: str, days: Sequence[date]) -> None:
    """Refuses a name that says how long it lasts, unless the days are as many: 7月17日停电3天 is one day."""
    found = _LENGTH.search(folded(name))
    if found is None:
        return
    count = number(found["count"]) or 0
    lasts = count if found["day"] else 7 * count if found["week"] else 0
    if lasts == len(days):
        return
    bare = (name[: found.start()] + name[found.end() :]).strip(" ，,、：:；;") or "停电"
    first, last = days[0], days[0] + timedelta(days=max(lasts, 2) - 1)
    raise Refusal(
        f"名称中写有“{name[found.start() : found.end()]}”，与所写的{len(days)}天不符。"
        f"请写明起止日期，例如：{short_day(first)}至{short_day(last)} {bare}。"
    )


def undoes(text: str) -> bool:
    return _UNDOES.search(text) is not None


def _not_understood(rest: str) -> Refusal:
    left = rest.strip()
    return Refusal(f"没有看懂“{left if len(left) <= SHOWN else left[:SHOWN] + '…'}”。{HOW}")


def _agree(plain: str, off: bool) -> None:
    """不上班 says that it is off, 不放假 that people work; 停电 says neither."""
    for found in _SAYS.finditer(plain):
        if found["rest"] and not found["no"]:
            continue
        says_off = bool(found["worked"]) == bool(found["no"])
        if says_off is not off:
            button, other = ("加放假日", "加上班日") if off else ("加上班日", "加放假日")
            raise Refusal(f"您点的是“{button}”，文中却写着“{found[0]}”。请核对后重新发送；如需另设，请点“{other}”。")
