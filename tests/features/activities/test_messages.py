"""Everything that activities, notices and leave say fits into Telegram, for the longest names, titles and lists."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.features.activities import messages, rules
from bot.features.leave import messages as leave_messages
from bot.features.notices import cards as notice_cards
from bot.features.notices import messages as notice_messages
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.replies import Message
from storage.choices import ActivityStatus, ActivityType, AttendanceStatus, LeaveState, LeaveType, MakeupState
from storage.models.activity import Activity
from storage.models.attendance import LeaveRequest, Makeup
from storage.models.notice import Notice

SHANGHAI = ZoneInfo("Asia/Shanghai")
NAME, TITLE = "<b>欧阳&😀</b>" * 5, "《" + "长😀" * 100 + "》"
NOW = datetime(2023, 7, 7, 6, 30, tzinfo=UTC)
BIG = 2**53 - 1


def activity(status: ActivityStatus = ActivityStatus.PLANNED) -> Activity:
    return Activity(id=BIG, title=TITLE, place=TITLE, status=status, start_at=NOW, end_at=NOW, planned_on=NOW.date())


def units(text: str) -> int:
    """As Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def everything() -> list[Message]:
    text = messages.notice_text(activity(), list(ACTIVITY_TYPES.values()), NAME, [TITLE] * 20, SHANGHAI)
    notice = Notice(id=BIG, activity_id=BIG, text=text, reply_by=NOW)
    counts = notice_cards.Counts(10**6, 10**6, 10**6, 10**6, 10**6)
    leave = LeaveRequest(id=BIG, type=LeaveType.OFFICIAL_DUTY, state=LeaveState.APPROVED, requested_at=NOW)
    makeup = Makeup(id=BIG, state=MakeupState.RETURNED, note="长😀" * 5000, return_reason="长" * 500)
    people = [(BIG - number, NAME, number % 2 == 0) for number in range(1000)]
    entries = [messages.Entry(one, NAME, "公差") for one, _, _ in people]
    everybody = tuple(one for one, _, _ in people)
    will = rules.Parts(everybody, everybody, everybody, everybody, everybody)
    who = [messages.Who(NAME, note="公差") for _ in range(2000)]
    return [
        *(notice_cards.group_card(activity(status), notice, counts, SHANGHAI) for status in ActivityStatus),
        *(
            messages.desk_card(activity(status), notice_cards.counts_line(counts), SHANGHAI)
            for status in ActivityStatus
        ),
        notice_cards.private_notice(activity(), notice, SHANGHAI, "您已回复“收到”。"),
        messages.signed_in_card(activity(), NAME, BIG, SHANGHAI),
        leave_messages.choose_leave(activity(), SHANGHAI),
        leave_messages.leave_asked(leave, activity()),
        leave_messages.leave_to_decide(leave, activity(), NAME, SHANGHAI),
        leave_messages.leave_decided(leave, activity(), "7月14日"),
        leave_messages.makeup_to_review(makeup, activity(), NAME),
        leave_messages.makeup_reviewed(makeup, activity()),
        messages.cancelled(activity(), SHANGHAI),
        Message("长" * 3100 + notice_messages.notice_confirm(True, 10**6)),
        Message(messages.postponed(activity(), NOW, TITLE, SHANGHAI)),
        messages.roll_call(activity(), people, BIG, 3, will, SHANGHAI),
        messages.roll_page(activity(), will, {BIG - number: NAME for number in range(1000)}, BIG, NAME, SHANGHAI),
        messages.which(activity(), NAME, [(BIG, f"{NAME}（{NAME}）")] * 2, BIG, SHANGHAI),
        messages.mark_somebody(activity(), entries, 4, here=True, guests=True, done=messages.entered(NAME, "公差")),
        messages.mark_somebody(activity(), entries, 4, here=False, other=True),
        messages.after_entry(activity(), messages.entered(NAME, "公差")),
        messages.sure_to_call_off(activity()),
        messages.mark_as(activity(), BIG, NAME),
        *(Message(text) for text in messages.names(TITLE, [("实到", who), ("缺席", who)])),
        Message(messages.signed_in(NAME, activity(), AttendanceStatus.LATE, NOW, SHANGHAI)),
    ]


@pytest.mark.parametrize("message", everything(), ids=lambda message: message.text[:12])
def test_everything_fits(message: Message) -> None:
    assert 0 < units(message.text) <= 4096
    assert sum(len(row) for row in message.rows) <= 100
    for row in message.rows:
        assert len(row) <= 8
        for choice in row:
            assert 0 < len(choice.label) <= 64
    message.to_json()


def test_no_name_is_lost_in_a_long_list() -> None:
    people = [messages.Who(f"同志{number}") for number in range(3000)]
    listed = "".join(messages.names("名单", [("实到", people)])).replace("\n", "")
    assert all(f"同志{number}、" in listed for number in range(2999))


def test_default_title_of_everything_is_short_enough_for_a_card() -> None:
    assert len(rules.default_title(ActivityType, NOW.date())) < 200


def rolled(many: int, name: str = "甲五") -> Message:
    people = [(number, name, False) for number in range(many)]
    return messages.roll_call(activity(), people, BIG, 0, rules.Parts((), (), (), (), ()), SHANGHAI)


@pytest.mark.parametrize(
    ("many", "name", "rows", "head"),
    [
        (0, "甲五", [2], ""),
        (1, "甲五", [1, 2], ""),
        (23, "甲五", [*[3] * 7, 2, 2], ""),
        (24, "甲五", [*[3] * 8, 2], ""),
        (25, "甲五", [*[3] * 8, 1, 2], "，第1页，共2页"),
        (5, "甲五（第一党小组）", [2, 2, 1, 2], ""),
        (40, "甲五（第一党小组）", [*[2] * 8, 1, 2], "，第1页，共3页"),
        (2, "阿卜杜热西提·图尔荪", [2, 2], ""),
        (2, "阿卜杜热西提·图尔荪江", [1, 1, 2], ""),
    ],
)
def test_a_roll_fits_on_a_telephone(many: int, name: str, rows: list[int], head: str) -> None:
    """Three short names a row, eight rows of names; the question and the page above, the way on and out below."""
    message = rolled(many, name)
    assert [len(row) for row in message.rows] == rows
    assert message.text.split("\n")[0].endswith(f"）{head}")
    assert [choice.label for choice in message.rows[-1]] == ["完成点名", "取消"]


def test_entering_others_fits_too() -> None:
    entries = [messages.Entry(number, "甲五", "公差" if number % 2 else "") for number in range(30)]
    message = messages.mark_somebody(activity(), entries, 0, guests=True)
    assert [len(row) for row in message.rows] == [*[3] * 8, 1, 2]
    assert message.text.split("\n")[0].endswith("，第1页，共2页")
