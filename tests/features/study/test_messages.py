"""Everything that study says fits into Telegram, for the longest titles and lists."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.features.study import messages, plan_messages, planning
from bot.features.study.buttons import Field, Origin
from bot.kit.replies import CAPTION_LIMIT, TEXT_LIMIT, TOAST_LIMIT, Message
from bot.kit.words import units
from storage.choices import StudyItemKind
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem

SHANGHAI = ZoneInfo("Asia/Shanghai")
BIG = 2**53 - 1
NOW = datetime(2023, 12, 1, 1, tzinfo=UTC)
DUE = date(2023, 12, 31)
BOOK = StudyItemKind.BOOK


def item(number: int = 0, title: str = "😀" * planning.LONGEST_ITEM) -> StudyItem:
    file = {"kind": "document", "file_id": "x" * 100, "name": "长" * 200}
    return StudyItem(id=BIG - number, kind=BOOK, title=title, due_on=DUE, assigned_on=NOW.date(), files=[file])


def done(number: int = 0) -> StudyCompletion:
    return StudyCompletion(id=BIG, item_id=BIG - number, completed_on=date(2024, 1, 5), completed_at=NOW)


def theme() -> MonthlyTheme:
    title, prompt = "<b>😀" * 15, "😀" * planning.LONGEST_PROMPT
    return MonthlyTheme(id=BIG, month="2023-12", title=title, prompt=prompt, created_at=NOW)


def everything() -> list[Message]:
    items = [item(number) for number in range(planning.MOST_ITEMS)]
    seen = [messages.Seen(one) for one in items]
    many = [messages.Seen(item(number), done(number) if number % 2 else None) for number in range(200)]
    return [
        messages.prompt(theme(), seen),
        messages.prompt(theme(), [messages.Seen(one.item, done(n)) for n, one in enumerate(seen)], done()),
        messages.prompt(theme(), []),
        messages.prompt(theme(), seen, place=Origin.NUDGE),
        messages.item_card(seen[0]),
        messages.item_card(messages.Seen(items[0], done()), done()),
        messages.my_study(many, NOW.date()),
        messages.my_study([], NOW.date()),
        messages.which_one(many),
        messages.just_completed(messages.completed(items[0], done(), again=False, counts=False), done()),
        plan_messages.choose_month([("2023-12", theme()), ("2024-01", None)], on=False),
        plan_messages.sure_to_switch_off([theme()] * 3),
        Message(plan_messages.ask_title("2023-12")),
        plan_messages.plan(theme(), items, None, SHANGHAI),
        plan_messages.plan(theme(), [], NOW, SHANGHAI),
        Message(plan_messages.ask_field(theme(), Field.PROMPT)),
        Message(plan_messages.ask_item(theme(), BOOK)),
        Message(plan_messages.item_draft(BOOK, items[0].title, DUE, has_file=True, at_once=True)),
        plan_messages.sure_to_withdraw(items[0], theme()),
        plan_messages.sure_to_send(theme()),
        plan_messages.no_theme("2023-12", goes=True),
        plan_messages.prompt_missed("2023-12"),
    ]


@pytest.mark.parametrize("message", everything(), ids=lambda message: message.text[:12])
def test_everything_fits(message: Message) -> None:
    assert 0 < units(message.text) <= TEXT_LIMIT
    assert sum(len(row) for row in message.rows) <= 100
    for row in message.rows:
        assert 0 < len(row) <= 2
        assert all(0 < len(choice.label) <= 64 for choice in row)
    message.to_json()


def test_toasts_and_captions_fit() -> None:
    assert units(messages.completed(item(), done(), again=False, counts=False)) <= TOAST_LIMIT
    assert units(messages.completed(item(), done(), again=True, counts=True)) <= TOAST_LIMIT
    assert all(units(document.caption) <= CAPTION_LIMIT for document in messages.attached(item()))


@pytest.mark.parametrize(
    ("title", "shown"), [("文件一", "《文件一》"), ("《书》 某某", "《书》 某某"), ("<b>", "《<b>》")]
)
def test_titles_have_their_marks_once(title: str, shown: str) -> None:
    assert messages.quoted(title) == shown


def test_the_prompt_counts_books_and_documents() -> None:
    document = StudyItem(id=2, kind=StudyItemKind.DOCUMENT, title="文件", due_on=date(2023, 12, 20), files=[])
    both = messages.prompt(theme(), [messages.Seen(item(title="书")), messages.Seen(document)]).text
    assert "本月书目1项、文件1项，请按下列日期完成。" in both
    assert "2. 《文件》：12月20日（含）前" in both
    assert "本月文件1项，请于12月20日（含）前完成。" in messages.prompt(theme(), [messages.Seen(document)]).text


@pytest.mark.parametrize(
    ("closed", "lines"),
    [
        ((), ["【我的学习】未完成2项。", "1. 《文件一》：12月31日（含）前", "2. 《文件二》：12月31日（含）前"]),
        (
            (0,),
            [
                "【我的学习】未完成1项。",
                "1. 《文件二》：12月31日（含）前",
                "第三季度统计已截止，以下1项不再统计：",
                "· 《文件一》",
            ],
        ),
        (
            (0, 1),
            [
                "【我的学习】本月还没有布置学习内容。",
                "第三季度统计已截止，以下2项不再统计：",
                "· 《文件一》",
                "· 《文件二》",
            ],
        ),
    ],
)
def test_what_its_quarter_takes_no_more_is_not_said_to_be_left(closed: tuple[int, ...], lines: list[str]) -> None:
    given, due = date(2023, 9, 1), date(2023, 12, 31)
    items = [
        StudyItem(id=at, kind=BOOK, title=f"文件{at_word}", assigned_on=given, due_on=due)
        for at, at_word in ((0, "一"), (1, "二"))
    ]
    seen = [messages.Seen(one, closed=one.id in closed) for one in items]
    assert messages.my_study(seen, date(2023, 10, 16)).text.splitlines() == lines
