"""Everything that the reminder says fits into Telegram, whatever the branch words itself."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.features.integrity import messages, plan_messages, planning, rules, timing
from bot.features.integrity.buttons import Field
from bot.kit.replies import TEXT_LIMIT, TOAST_LIMIT, Message
from bot.kit.words import units
from scheduler.calendar.days import BUNDLED
from storage.models.reminder import Reminder

SHANGHAI = ZoneInfo("Asia/Shanghai")
BIG = 2**53 - 1
NOW = datetime(2023, 9, 26, 1, tzinfo=UTC)
(AUTUMN,) = (blocks for blocks in BUNDLED.neighbours(2023, 5) if blocks[0].start == date(2023, 9, 29))
ENDLESS: dict[str, object] = dict.fromkeys((messages.OWN_TEXT, *messages.REPORT, "issuer"), "<b>😀" * 5000)
ENDLESS[messages.OWN_BANS] = list(messages.BANS)
OWN = "（节日）" * 200 + "😀" * (planning.LONGEST_OWN // 2 - 1000)


def reminder(settings: dict[str, object], own: str | None = None) -> Reminder:
    due = timing.ack_due(AUTUMN, SHANGHAI)
    text = messages.reminder_text(AUTUMN, settings, own, due, SHANGHAI)
    return Reminder(id=BIG, holidays=rules.holidays(AUTUMN), text=text, ack_due=due, sent_at=NOW)


def everything() -> list[Message]:
    wishes = [None, timing.Wish(NOW, AUTUMN[0].start, OWN), timing.Wish(NOW, skipped=True)]
    ahead = [planning.Coming(blocks, NOW, wish) for blocks in BUNDLED.neighbours(2026, 5) for wish in wishes]
    ahead.append(planning.Coming(AUTUMN, None, None))
    row, many = reminder(ENDLESS), ["<b>欧阳&😀</b>" * 5] * 2000
    figures = rules.count(range(10**6), {}, row.ack_due, NOW, rules.names(row.holidays))
    late = datetime(2023, 10, 8, tzinfo=UTC)
    return [
        messages.card(row, SHANGHAI),
        messages.card(row, SHANGHAI, late),
        messages.which_one([row] * 30),
        messages.desk_card(row, figures, SHANGHAI),
        *messages.unread(row, messages.Readers(many, many)),
        messages.card(reminder({}, OWN), SHANGHAI, late),
        plan_messages.coming(ahead, (row, figures), NOW, SHANGHAI, timing.Timing()),
        plan_messages.coming([], None, NOW, SHANGHAI, timing.Timing(sends=False)),
        *(plan_messages.opened(one, NOW, SHANGHAI) for one in ahead),
        *plan_messages.preview(ahead[0], messages.sample(row.text), NOW, SHANGHAI),
        Message(plan_messages.ask_day(ahead[0])),
        Message(plan_messages.ask_text(ahead[0])),
        plan_messages.timing_page(timing.Timing(second_line=True)),
        plan_messages.choose_lead(),
        plan_messages.choose_hour(),
        plan_messages.choose_merge(),
        plan_messages.wording_page(ENDLESS),
        plan_messages.bans_page(ENDLESS),
        *(Message(plan_messages.ask_words(field), [plan_messages.unword(field, ENDLESS)]) for field in Field),
        messages.missed(rules.names(row.holidays)),
    ]


@pytest.mark.parametrize("message", everything(), ids=lambda message: message.text[:12])
def test_everything_fits(message: Message) -> None:
    assert 0 < units(message.text) <= TEXT_LIMIT
    assert all(0 < len(choice.label) <= 64 for row in message.rows for choice in row)
    message.to_json()


def test_the_toast_fits() -> None:
    late = datetime(2023, 10, 8, tzinfo=UTC)
    assert units(messages.toast(reminder({}), late, "<b>欧阳&😀</b>" * 5, True)) <= TOAST_LIMIT


def test_two_things_that_are_too_long_together_stay_apart() -> None:
    long = Message("长" * 3000)
    assert messages.joined(long, messages.card(reminder(ENDLESS), SHANGHAI)) is None
    assert messages.joined(Message("短"), messages.card(reminder({}), SHANGHAI)) is not None


@pytest.mark.parametrize("settings", [{}, {"holiday_text": "", "report_phone": None}, {"holiday_text": 7}])
def test_only_what_is_set_is_said(settings: dict[str, object]) -> None:
    text = reminder(settings).text
    assert "举报" not in text
    assert "None" not in text


def test_a_block_of_one_day_has_no_range_and_two_blocks_have_both() -> None:
    by_start = {blocks[0].start: blocks for year in (2023, 2026) for blocks in BUNDLED.neighbours(year, 5)}
    one, both = by_start[date(2023, 4, 5)], by_start[date(2026, 9, 25)]
    text = messages.reminder_text(one, {}, None, timing.ack_due(one, SHANGHAI), SHANGHAI)
    assert "放假时间：4月5日（周三）。" in text
    text = messages.reminder_text(both, {}, None, timing.ack_due(both, SHANGHAI), SHANGHAI)
    assert text == (
        "【节前廉洁提醒】中秋、国庆将至，请严守纪律，廉洁过节。\n"
        "放假时间：9月25日（周五）至9月27日（周日）、10月1日（周四）至10月7日（周三）。\n"
        "请于9月24日（周四）18:00前点“已阅”。"
    )


def test_the_bans_that_a_branch_has_chosen_are_said_in_order() -> None:
    text = reminder({messages.OWN_BANS: [10, 3, 99, "x"]}).text
    assert text.splitlines()[1:3] == ["严禁公车私用、私车公养和违规借用车辆。", "严禁值班脱岗、擅离职守和迟报瞒报。"]
    assert "严禁" not in reminder({messages.OWN_BANS: 3}).text
