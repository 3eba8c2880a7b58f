"""Every word that only the secretary hears. They say what the rolls say, and judge nobody."""

from bot.features.attention.rules import Told
from bot.features.attention.service import TRANSFER_MONTHS, Notice
from bot.kit.doors import OpenRecord
from bot.kit.lists import two_a_row
from bot.kit.replies import PAGE, Choice, Message
from bot.kit.words import cut

HEAD, SHOWN = "仅供书记掌握：", 12


def notice(found: Notice, period: str) -> Message:
    """仅供书记掌握：丙四同志已连续2个月没有参加组织生活的记录。 [查看记录] Kept nowhere once it is sent."""
    said = {one.person_id: told(one) for one in found.told}
    for word, people in (("流动在外", found.floating), ("外出", found.away)):
        for one in people:
            long = f"{word}已满{TRANSFER_MONTHS}个月，请核对是否需要转接组织关系"
            said[one] = "；".join(filter(None, [said.get(one, ""), long]))
    lines = [f"{found.names[one]}同志{words}。" for one, words in said.items()]
    if len(lines) == 1:
        [person] = said
        return Message(f"{HEAD}{lines[0]}", [[Choice("查看记录", OpenRecord(period, person))]], secret=True)
    numbered = [f"{number}. {line}" for number, line in enumerate(lines, 1)]
    taps = [Choice(f"查看第{number}项", OpenRecord(period, one)) for number, one in enumerate(said, 1)][:SHOWN]
    return Message(cut("\n".join([HEAD, *numbered]), PAGE), two_a_row(taps), secret=True)


def told(one: Told) -> str:
    parts = [
        *([f"已连续{one.months}个月没有参加组织生活的记录"] if one.months else []),
        *([f"有连续{one.in_a_row}次缺席且没有请假的记录"] if one.in_a_row else []),
        *([f"本年有累计{one.total}次缺席且没有请假的记录"] if one.total else []),
    ]
    return "，".join(parts)
