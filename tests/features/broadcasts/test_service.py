"""Corrections of every kind over rows, on both databases: nobody loses what they have tapped."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features import registry
from bot.features.activities import planning
from bot.features.activities.cards import write_notice
from bot.features.broadcasts import service
from bot.features.integrity import service as reminders
from bot.features.integrity import timing
from bot.features.notices import service as notice_service
from bot.features.reflections import tasks as tasks
from bot.features.study import planning as study_planning
from bot.features.study import service as study
from bot.kit import broadcasts as kit
from bot.kit.activities import find_activity
from bot.kit.broadcasts import to_many
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, To
from scheduler import broadcasts
from scheduler.calendar.days import BUNDLED
from scheduler.jobs import Job, Occurrence, Owed
from scheduler.promises import promise_all
from scheduler.runs import Due, run_slice
from storage.choices import ActivityType, OutboxState, StudyItemKind, TaskAudience
from storage.engine import Storage
from storage.models.notice import Notice
from storage.models.outbox import Card, Outbox
from storage.models.study import StudyItem
from tests.cast import Cast, make_branch
from tests.world import SHANGHAI

# 清明 2024: the reminder goes on the morning of the month's prompt.
NOW = datetime(2024, 4, 1, 9, tzinfo=SHANGHAI)
DAY = NOW.date()
KINDS = {kind.kind: kind for kind in registry.BROADCASTS}
JOBS: dict[str, Job] = {job.name: job for job in registry.jobs(SHANGHAI)}
TAPPED, SILENT = "甲三", "甲四"


@pytest.fixture
def cast(storage: Storage) -> Cast:
    with storage.transaction() as session:
        return make_branch(session, now=NOW)


def tell(session: Session, cast: Cast, kind: str, subject_id: int, message: Message) -> None:
    """To the two of these tests, as a handler would, and it arrives."""
    told = [To(message, person_id=cast[name]) for name in (TAPPED, SILENT)]
    whole = to_many(session, kind, subject_id, "", told, cast["甲一"], NOW)
    owed = [
        Owed((f"{kind}:{to.person_id}",), to.said.to_json(), to.person_id, batch=to.batch, about={}) for to in whole
    ]
    promise_all(session, owed, job=None, branch_id=cast.branch_id, now=NOW)
    arrive(session)


def arrive(session: Session) -> None:
    session.execute(update(Outbox).values(state=OutboxState.SENT, sent_at=NOW, message_id=Outbox.id + 1000))


def correct(session: Session, cast: Cast, by: str, kind: str, subject_id: int, text: str) -> None:
    found = service.find(session, KINDS, cast.me(session, by, DAY), kind, subject_id, SHANGHAI)
    service.correct(session, cast.me(session, by, DAY), found, text, NOW, SHANGHAI)


def edits(session: Session, cast: Cast, later: timedelta = timedelta()) -> dict[str, dict[str, Any]]:
    """What the edits say when they go, by name."""
    names = {person: name for name, person in cast.people.items()}
    reads = JOBS[broadcasts.CORRECTION].still_owed
    assert reads is not None
    rows = session.scalars(select(Outbox).where(Outbox.edits_id.is_not(None)).order_by(Outbox.id))
    return {names[row.person_id or 0]: reads(session, row.about, NOW + later) or {} for row in rows}


def labels(message: dict[str, Any]) -> list[str]:
    return [button["text"] for row in message.get("inline", []) for button in row]


def make_activity(session: Session, cast: Cast) -> int:
    start = NOW + timedelta(days=3)
    plan = planning.Plan([ActivityType.PARTY_LECTURE], start, start + timedelta(hours=2), "会议室", hours=Decimal(1))
    activity = planning.make(session, cast.me(session, "甲一", DAY), plan, NOW, SHANGHAI)
    notice = write_notice(session, activity, SHANGHAI)
    assert notice is not None
    tell(session, cast, "notice", notice.id, Message(notice.text))
    return notice.id


def test_the_notice_of_an_activity(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        notice_id = make_activity(session, cast)
        notice_service.acknowledge(session, cast.me(session, TAPPED, DAY), notice_id, NOW)
        with pytest.raises(Refusal, match="请在活动卡片上点“修改活动”"):
            correct(session, cast, "甲一", "notice", notice_id, "【党课通知】地点改为二楼会议室")
        # What delivered ones become when the activity is changed.
        session.get_one(Notice, notice_id).text = "【党课通知】地点改为二楼会议室"
        broadcasts.correct(session, f"notice:{notice_id}", {"text": ""}, NOW)
        found = edits(session, cast)
        assert found[SILENT]["text"].startswith("【党课通知】地点改为二楼会议室\n请于4月2日")
        assert labels(found[SILENT]) == ["收到", "请假", "签到"]
        assert found[TAPPED]["text"].endswith("前点“收到”或“请假”。\n您已回复“收到”。")
        assert labels(found[TAPPED]) == ["收到", "请假", "签到", "撤销"]
        assert "撤销" not in labels(edits(session, cast, timedelta(minutes=11))[TAPPED])
        activity = find_activity(session, cast.me(session, "甲一", DAY), 1)
        planning.call_off(session, cast.me(session, "甲一", DAY), activity, NOW)
        with pytest.raises(Refusal, match="已取消"):
            correct(session, cast, "甲一", "notice", notice_id, "再改一次")
        assert edits(session, cast)[SILENT]["text"].endswith("活动已取消，无需回复。")


def make_theme(session: Session, cast: Cast) -> int:
    theme = study_planning.enter_theme(session, cast.me(session, "丙一", DAY), "2024-04", "学思践悟", NOW, SHANGHAI)
    draft = study_planning.Draft(StudyItemKind.DOCUMENT, "文件一", date(2024, 4, 30))
    study_planning.add_item(session, cast.me(session, "丙一", DAY), theme, draft, NOW, SHANGHAI)
    return theme.id


def run(session: Session, cast: Cast, name: str, occurrence: Occurrence) -> None:
    while run_slice(session, Due(JOBS[name], cast.branch_id, occurrence), NOW, {}):
        pass
    arrive(session)


def remind(session: Session, cast: Cast) -> int:
    groups = timing.groups(BUNDLED, timing.Timing().merge, DAY, DAY)
    blocks = next(blocks for blocks in groups if timing.send_day(BUNDLED, blocks) == DAY)
    run(session, cast, "pre_holiday", Occurrence(timing.slot(blocks), DAY, NOW, NOW + timedelta(days=2)))
    reminder = reminders.latest(session, cast.branch_id)
    assert reminder is not None
    return reminder.id


def test_a_reminder_keeps_what_was_read(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        reminder_id = remind(session, cast)
        reminders.acknowledge(session, cast.me(session, TAPPED, DAY), reminder_id, NOW)
        correct(session, cast, "甲一", "reminder", reminder_id, "【节前廉洁提醒】清明将至，文明祭扫。")
        found = edits(session, cast)
        assert len(found) == 25
        ends = "请于4月3日（周三）18:00前点“已阅”。"
        assert found[SILENT]["text"] == f"【节前廉洁提醒】清明将至，文明祭扫。\n{ends}"
        assert labels(found[SILENT]) == ["已阅"]
        assert found[TAPPED]["text"].endswith(f"文明祭扫。\n{ends}\n您已于4月1日（周一）09:00阅知。")
        assert labels(found[TAPPED]) == []


def test_a_prompt_that_a_reminder_carried(storage: Storage, cast: Cast) -> None:
    """The correction finds the messages of the reminder, and leaves its section and 学完了 as they are."""
    with storage.transaction() as session:
        theme_id = make_theme(session, cast)
        reminder_id = remind(session, cast)
        assert broadcasts.progress(session, f"theme:{theme_id}", NOW).total == 0
        study.complete(session, cast.me(session, TAPPED, DAY), 1, NOW, SHANGHAI)
        reminders.acknowledge(session, cast.me(session, SILENT, DAY), reminder_id, NOW)
        correct(session, cast, "丙一", "theme", theme_id, "学思践悟、知行合一\n请结合工作学习")
        found = edits(session, cast)
        head = "【4月学习】主题：学思践悟、知行合一\n请结合工作学习\n"
        assert found[TAPPED]["text"].startswith(f"{head}本月文件1项")
        assert "1. 《文件一》：已学完（4月1日）" in found[TAPPED]["text"]
        assert labels(found[TAPPED]) == ["已阅"]
        assert found[SILENT]["text"].endswith("阅知。")
        assert labels(found[SILENT]) == ["打开第1项", "学完第1项"]


def test_a_long_prompt_shows_its_progress_to_its_maker(
    storage: Storage, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card goes first, and is asked again like all that a job promises."""
    monkeypatch.setattr(kit, "QUICK", 0)
    with storage.transaction() as session:
        make_theme(session, cast)
        run(session, cast, "study_prompt", Occurrence("2024-04", DAY, NOW, NOW + timedelta(days=5)))
        first = session.scalars(select(Outbox).order_by(Outbox.id)).first()
        assert first is not None
        card = session.scalars(select(Card)).one()
        assert (card.kind, card.subject_id, card.outbox_id, first.person_id) == (
            "progress.theme",
            1,
            first.id,
            cast["丙一"],
        )
        asked = JOBS["study_prompt"].still_owed
        assert asked is not None
        assert asked(session, first.about, NOW) == first.message
        assert first.message["text"] == "【发送进度】4月学习提示\n已送达0份（应发23份），预计还需1秒。"


def test_the_prompt_and_a_later_item(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        theme_id = make_theme(session, cast)
        with pytest.raises(Refusal, match="还没有发送"):
            correct(session, cast, "丙一", "theme", theme_id, "知行合一")
        run(session, cast, "study_prompt", Occurrence("2024-04", DAY, NOW, NOW + timedelta(days=5)))
        study.complete(session, cast.me(session, TAPPED, DAY), 1, NOW, SHANGHAI)
        correct(session, cast, "丙一", "theme", theme_id, "知行合一")
        found = edits(session, cast)
        assert found[SILENT]["text"].startswith("【4月学习】主题：知行合一\n本月文件1项")
        assert labels(found[TAPPED]) == ["撤销第1项"]
    with storage.transaction() as session:
        session.execute(update(Outbox).where(Outbox.edits_id.is_not(None)).values(edits_id=None, batch=None))
        item = session.get_one(StudyItem, 1)
        tell(session, cast, "study_item", item.id, Message("x"))
        correct(session, cast, "丙一", "study_item", item.id, "文件二")
        found = edits(session, cast)
        assert found[SILENT]["text"].startswith("【学习文件】《文件二》\n请于4月30日")
        assert found[TAPPED]["text"] == "【学习文件】《文件二》\n已学完（4月1日）"


def test_a_task_and_what_is_no_correction(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        plan = tasks.Plan("四月心得体会", TaskAudience.ALL_MEMBERS, date(2024, 4, 30))
        task = tasks.make(session, cast.me(session, "丙一", DAY), plan, NOW, SHANGHAI)
        tell(session, cast, "reflection_task", task.id, Message("x"))
        for text, said in (("", "不超过60字"), ("长" * 61, "不超过60字"), (" 四月心得体会 ", "没有变化")):
            with pytest.raises(Refusal, match=said):
                correct(session, cast, "丙一", "reflection_task", task.id, text)
        correct(session, cast, "丙一", "reflection_task", task.id, "清明\n心得体会")
        assert edits(session, cast)[SILENT]["text"].startswith("【心得体会】清明 心得体会\n对象：")


def test_who_may(storage: Storage, cast: Cast) -> None:
    """A leader of a group makes activities of the group only; a member nothing."""
    with storage.transaction() as session:
        notice_id = make_activity(session, cast)

        def find(name: str) -> object:
            return service.find(session, KINDS, cast.me(session, name, DAY), "notice", notice_id, SHANGHAI)

        assert find("甲一")
        for name in ("甲三", "丙四"):
            with pytest.raises(Refusal, match="权限"):
                find(name)
