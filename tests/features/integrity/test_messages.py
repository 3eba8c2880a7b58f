"""Everything that the reminder says fits into Telegram, whatever the branch words itself."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.features.integrity import messages, rules
from bot.kit.replies import TEXT_LIMIT, TOAST_LIMIT, Message
from bot.kit.words import units
from scheduler.calendar import BUNDLED
from storage.models.reminder import Reminder

SHANGHAI = ZoneInfo("Asia/Shanghai")
BIG = 2**53 - 1
NOW = datetime(2023, 9, 26, 1, tzinfo=UTC)
AUTUMN = next(block for block in BUNDLED.blocks(2023) if block.start == date(2023, 9, 29))
ENDLESS = dict.fromkeys((messages.OWN_TEXT, *messages.REPORT, "issuer"), "<b>😀" * 5000)


def reminder(settings: dict[str, object]) -> Reminder:
    due = rules.ack_due(AUTUMN, SHANGHAI)
    text = messages.reminder_text(AUTUMN, settings, due, SHANGHAI)
    return Reminder(id=BIG, holidays=rules.holidays(AUTUMN), text=text, ack_due=due, sent_at=NOW)


def everything() -> list[Message]:
    row, many = reminder(ENDLESS), ["<b>欧阳&😀</b>" * 5] * 2000
    figures = rules.count(range(10**6), {}, row.ack_due, NOW, rules.names(row.holidays))
    late = datetime(2023, 10, 8, tzinfo=UTC)
    return [
        messages.card(row, SHANGHAI),
        messages.card(row, SHANGHAI, late),
        messages.which_one([row] * 30),
        messages.desk_card(row, figures, SHANGHAI),
        *messages.unread(row, messages.Readers(many, many)),
        messages.coming(
            ((rules.send_at(BUNDLED, block, SHANGHAI), block) for block in BUNDLED.blocks(2023)),
            (row, figures),
            SHANGHAI,
        ),
        messages.missed(rules.names(row.holidays)),
        Message(messages.owed_line(row, SHANGHAI)),
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


def test_a_block_of_one_day_has_no_range() -> None:
    one = next(block for block in BUNDLED.blocks(2023) if block.start == date(2023, 4, 5))
    text = messages.reminder_text(one, {}, rules.ack_due(one, SHANGHAI), SHANGHAI)
    assert "放假时间：4月5日（周三）。" in text
