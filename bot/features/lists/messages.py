"""Every word of 清单."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from bot.features.lists import buttons
from bot.features.lists.service import Line, When
from bot.kit.digest import Part, Section
from bot.kit.doors import AskOwner, Look, OpenEntry
from bot.kit.lists import filled, page_of, two_a_row
from bot.kit.owing import short
from bot.kit.replies import PAGE, Choice, Message
from bot.kit.words import cut, short_day

ON_A_PAGE = 8
NOTHING = "【清单】有期限的事项已全部办结。"
NOBODY = "未明确责任主体"
LONGEST = 200
# In a digest that is too long.
FEW = 10
_PARTS = {When.OVERDUE: "已逾期{}项", When.SOON: "7日内到期{}项", When.LATER: "其他未办结{}项"}


def page(lines: Sequence[Line], day: date, number: int) -> Message:
    """Eight items with their owners, each opened by its number; whose they are may be asked to settle them."""
    if not lines:
        return Message(NOTHING)
    many, shown = Counter(one.when for one in lines), page_of(lines, number, ON_A_PAGE)
    parts = [words.format(many[part]) for part, words in _PARTS.items() if many[part] and part is not When.LATER]
    texts = ["，".join([f"【清单】未办结{len(lines)}项", *parts, *filter(None, [shown.words])])]
    taps: list[Choice] = []
    before: tuple[When, str] | None = None
    for at, line in enumerate(shown.things, shown.number * ON_A_PAGE + 1):
        if before is None or line.when is not before[0]:
            texts.append(f"{_PARTS[line.when].format(many[line.when])}：")
        if (line.when, line.owner) != before:
            texts.append(f"{line.owner or NOBODY}：")
        before = (line.when, line.owner)
        texts.append(cut(f"{at}. {line.title}，期限{_day(line.item.due_on, day)}", LONGEST))
        taps.append(Choice(f"打开第{at}项", OpenEntry(line.item.view.id, line.item.row_id)))
        if line.asked is not None:
            taps.append(Choice(f"请其办理第{at}项", AskOwner(line.asked, line.item.key)))
    turn = shown.turn(buttons.ShowLists)
    return Message(cut("\n".join(texts), PAGE), filled(*two_a_row(taps), turn))


def section(lines: Sequence[Line], day: date) -> Section | None:
    """清单：逾期2项，7日内到期3项。 With a line each and whose it is; of what is due later nothing is said."""
    many = Counter(one.when for one in lines)
    counts = [
        *([f"逾期{many[When.OVERDUE]}项"] if many[When.OVERDUE] else []),
        *([f"7日内到期{many[When.SOON]}项"] if many[When.SOON] else []),
    ]
    if not counts:
        return None
    head, near = f"清单：{'，'.join(counts)}。", [_near(one, day) for one in lines if one.when is not When.LATER]
    texts = ["\n".join([head, *near])]
    if len(near) > FEW:
        texts.append("\n".join([head, *near[:FEW], f"另有{len(near) - FEW}项，请点“清单”查看。"]))
    return Section(Part.LISTS, (*texts, head), (Choice("清单", Look("lists")),))


def _near(line: Line, day: date) -> str:
    """甲五：整改清单（甲支部 半年检查）第1项“……”，期限8月11日，已逾期。"""
    late = "，已逾期" if line.when is When.OVERDUE else ""
    return f"{line.owner or NOBODY}：{short(line.title)}，期限{_day(line.item.due_on, day)}{late}。"


def _day(due_on: date, day: date) -> str:
    """8月20日, with the year where that is not this one's."""
    return short_day(due_on) if due_on.year == day.year else f"{due_on.year}年{short_day(due_on)}"
