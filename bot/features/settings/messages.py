"""Every word of 支部设置: each setting as it stands, and beside it what it is to be."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.features.settings import rules
from bot.kit.glossary.columns import column_word, stored_word
from bot.kit.words import cut, quarter_word, short_day
from scheduler.calendar.days import Quarter

TITLE = "【支部设置】"
CHOOSE = "请点要修改的项目。"
CONFIRM = "核对无误请点“保存”。"
SAME = "支部设置没有变动。"
OLD, DROPPED = "这份设置", "已取消，支部设置没有修改。"
NONE = "无"
# How much of a list of names stands on a line.
_LISTED = 60

ASKS: Mapping[str, str] = {
    "close_day": "请选择每季度统计在次月几日截止，或直接发送1至28的数字。统计已截止的季度不受影响。",
    "late_minutes": "活动开始后超过多少分钟签到算迟到？请选择，或直接发送0至60的数字。新建的活动适用，已建的活动不变。",
    "official_duty_as": "公差获批的同志怎样统计？按到会统计的，未补学不计学时。统计已截止的季度不受影响。",
    "cadre_min_rank": "“科级以上党员干部”的心得任务从哪一级起？统计已截止的季度不受影响。",
    "conversion_count_date": "预备党员转正计入哪一天所在的季度？统计已截止的季度不受影响。",
    "exempt_from": "“免于考勤”的同志免去哪些？请勾选，再点“下一步”。统计已截止的季度不受影响。",
    "appraisal_excellent_share": "民主评议中“优秀”最多占百分之几？请选择，或直接发送1至100的数字。没有上限的无需填写。",
    "peer_orgs": "请发送全部兄弟支部的名称，每行一个，最多100个。新名单替换原名单。",
    "superior": "请发送上级党委的名称。",
    "dues": "是否登记党费交纳情况？开启后，组织委员在“更多”的“党费”中点选已交的同志，不记金额。",
    "dues_day": "每月几日为党费交纳日？请选择，或直接发送1至28的数字。当天在册的党员应交当月党费。",
    "aliases": "请发送本支部对活动的称谓，每行一个，例如：支部大会：党员大会。统计仍按原类别，新的称谓替换原有称谓。",
}
KEEP, AGAIN, CLEAR, SAVE = "改成我填的", "重新填写", "清空", "保存"


def named(name: str, value: Any) -> str:
    """A value in words: 次月10日, 10分钟, 15%, 按请假统计, 考勤、学习."""
    if name == "close_day":
        return f"次月{value}日"
    if name == "dues_day":
        return f"每月{value}日"
    if name == "late_minutes":
        return f"{value}分钟"
    if name == "appraisal_excellent_share":
        return f"{value}%" if value is not None else NONE
    if name == "peer_orgs":
        return f"{len(value)}个" if value else NONE
    if name == "aliases":
        return cut("、".join(f"{word}（{usual}）" for word, usual in rules.own_pairs(value)), _LISTED) or NONE
    if isinstance(value, list):
        shown = [stored_word("branch_settings", name, one) for one in value if one not in rules.UNASKED]
        return "、".join(shown) or NONE
    return stored_word("branch_settings", name, value) or NONE


def line(name: str, stands: Any, wanted: Any) -> str:
    """统计截止日：次月10日→次月15日; without the arrow where nothing is to change."""
    word, before, after = column_word(name), named(name, stands), named(name, wanted)
    if name != "peer_orgs":
        return f"{word}：{before}" if wanted == stands else f"{word}：{before}→{after}"
    if wanted == stands:
        return cut(f"{word}：{before}{f'（{_list(stands)}）' if stands else ''}", _LISTED)
    added, gone = rules.added_and_gone(stands, wanted)
    of_them = "；".join(f"{said}：{_list(names)}" for said, names in (("增加", added), ("去掉", gone)) if names)
    return cut(f"{word}：{before}→{after}{f'（{of_them}）' if of_them else ''}", 2 * _LISTED)


def _list(names: Sequence[str]) -> str:
    return cut("、".join(names), _LISTED)


def summary(stands: Mapping[str, Any], wanted: Mapping[str, Any], until: str, twice: str) -> str:
    """Every setting on a line, and when the open quarter ends; of `RARE` only what is not as usual."""
    usual = {name for name, value in rules.RARE.items() if stands[name] == value}
    shown = [name for name in rules.ASKED if name not in usual or name in wanted]
    lines = [line(name, stands[name], wanted.get(name, stands[name])) for name in shown]
    lines.insert(1, until)
    return "\n".join([TITLE, *lines, *([f"重复的名称只保留一个：{cut(twice, _LISTED)}。"] if twice else [])])


def ends(open_: Quarter, last: date, reached: Quarter, day: int | None) -> str:
    """第三季度统计10月15日截止。 Of a day that has passed already: when it begins to hold."""
    said = f"{quarter_word(open_.start)}统计{short_day(last)}截止"
    if day is None or reached == open_:
        return f"{said}。"
    return f"{said}（{day}日已过，不变），{quarter_word(reached.start)}起次月{day}日截止。"


def doubt(name: str, stands: Any, wanted: Any) -> str:
    """Somebody else has changed it since the question was opened."""
    return f"“{column_word(name)}”刚由其他同志改为{named(name, stands)}，您填的是{named(name, wanted)}。"


def saved(changes: Mapping[str, Sequence[Any]], until: str) -> str:
    lines = [line(name, before, after) for name, (before, after) in changes.items()]
    return "\n".join(["支部设置已保存。", *lines, *([until] if "close_day" in changes else [])])


def words_now(stands: Mapping[str, str]) -> str:
    """The own words as they can be copied, above what is asked."""
    return "\n".join(filter(None, [rules.answer("aliases", stands), ASKS["aliases"]]))


def peers_now(names: Sequence[str]) -> str:
    """The list as it can be copied, above what is asked."""
    return f"{cut(chr(10).join(names), 3000)}\n{ASKS['peer_orgs']}" if names else ASKS["peer_orgs"]
