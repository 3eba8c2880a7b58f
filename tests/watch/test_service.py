"""On both databases: who is named to whom, what the operator is told again, what is posted anew, what is pruned."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.features.activities import participation, planning
from bot.features.activities.planning import Plan
from bot.features.notices import reposts as notices_reposts
from bot.features.notices import service as notice_service
from bot.features.study import planning as study_planning
from bot.kit.addressees import addressees
from bot.watch import observations, outages, pruning, reported, vacancies
from bot.watch.rules import Finding, Outage
from bot.watch.undelivered import undelivered
from scheduler.jobs import Owed
from scheduler.promises import promise, promise_all
from storage.choices import ActivityType, Duty, InboxState, JobRunState, Lane, OutboxState, SignInMethod
from storage.engine import Storage
from storage.models.inbox import Inbox
from storage.models.notice import Notice
from storage.models.organisation import GroupChat
from storage.models.outbox import Card, JobRun, Outbox, Promise
from storage.models.person import Person
from tests.cast import Cast, make_branch
from tests.features.todo.august import SHANGHAI, local

NOW = local("2023-08-01 09:00")
GROUP = -77


def row(session: Session, outbox_id: int | None, **values: Any) -> None:
    session.execute(update(Outbox).where(Outbox.id == outbox_id).values(**values))


class Branch:
    """A branch whose month's prompt has gone to four: one is not bound, one has blocked the bot, two have it."""

    def __init__(self, session: Session) -> None:
        self.session, self.cast = session, make_branch(session, now=local("2023-07-01 09:00"))
        bound = {"telegram_id": None, "reachable": False}
        session.execute(update(Person).where(Person.id == self.cast["甲三"]).values(**bound))
        planner = self.cast.me(session, "丙一", NOW.date())
        self.theme = study_planning.enter_theme(
            session, planner, "2023-08", "主题", local("2023-07-31 09:00"), SHANGHAI
        )
        owed = [
            Owed((study_planning.prompt_key(self.theme, self.cast[name]),), {"text": name}, self.cast[name])
            for name in ("甲三", "甲四", "甲五", "丙五")
        ]
        self.rows = promise_all(session, owed, job="study_prompt", branch_id=self.cast.branch_id, now=NOW)
        for outbox_id in self.rows[1:3]:
            row(session, outbox_id, state=OutboxState.SENT, sent_at=NOW)

    def lines(self, when: datetime = NOW) -> list[tuple[int | None, str]]:
        return [(owed.person_id, owed.message["text"]) for owed in undelivered(self.session, when, SHANGHAI)]

    def blocked(self) -> None:
        row(self.session, self.rows[3], state=OutboxState.UNREACHABLE, reason="blocked")


LINE = "8月学习提示：应发4人，2人未送达（甲三，未绑定；丙五，已停用），请另行通知。"


def test_the_secretary_is_told_when_a_broadcast_is_through(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        assert branch.lines() == []
        branch.blocked()
        run = JobRun(
            job="study_prompt",
            branch_id=branch.cast.branch_id,
            slot="2023-08",
            nominal_on=NOW.date(),
            state=JobRunState.PLANNING,
            ran_at=NOW,
        )
        session.add(run)
        session.flush()
        assert branch.lines() == []
        run.state = JobRunState.PLANNED
        session.flush()
        assert branch.lines() == [(branch.cast["甲一"], LINE)]
        lines = undelivered(session, NOW, SHANGHAI)
        promise_all(session, lines, job=reported.JOB, branch_id=None, now=NOW)
        assert branch.lines(NOW + timedelta(minutes=5)) == []


def test_of_an_empty_office_the_next_one_is_told_and_a_group_leader_never(storage: Storage) -> None:
    """Of nobody the operator is told, without names."""
    with storage.transaction() as session:
        branch = Branch(session)
        branch.blocked()
        for gone, heads in (("甲一", ["乙一"]), ("乙一", ["甲二"]), ("甲二", [])):
            session.execute(update(Person).where(Person.id == branch.cast[gone]).values(reachable=False))
            assert branch.lines() == [(branch.cast[name], LINE) for name in heads]
        told = undelivered(session, NOW, SHANGHAI, 9001)
        assert [(owed.chat_id, owed.message["text"]) for owed in told] == [
            (
                9001,
                "【运行提示】示范党支部的未送达名单无人接收（书记、副书记、组织委员均未绑定或已停用），请联系该支部。",
            )
        ]


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("2023-08-01 08:29", False),
        ("2023-08-01 08:30", True),
        ("2023-08-01 20:30", True),
        ("2023-08-01 20:31", False),
        ("2023-08-03 20:30", True),
        # Two working days on, and not on the day after them.
        ("2023-08-04 09:00", False),
    ],
)
def test_what_did_not_arrive_is_told_in_speaking_hours_for_two_days(storage: Storage, when: str, told: bool) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        branch.blocked()
        assert bool(branch.lines(local(when))) is told


def test_what_did_not_arrive_before_days_off_is_told_after_them(storage: Storage) -> None:
    """Sent in the evening before National Day: nobody hears in the holidays, the secretary on 7 October."""
    with storage.transaction() as session:
        branch = Branch(session)
        branch.blocked()
        session.execute(update(Outbox).values(not_before=local("2023-09-28 20:20")))
        assert branch.lines(local("2023-09-28 20:31")) == []
        assert branch.lines(local("2023-10-02 10:00")) == []
        assert branch.lines(local("2023-10-07 08:30")) == [(branch.cast["甲一"], LINE)]


def test_a_group_that_put_the_bot_out_is_told_in_speaking_hours(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        notice = Notice(
            branch_id=branch.cast.branch_id,
            text="明早八点集合\n请带文件",
            reply_by=NOW,
            created_by_id=branch.cast["甲一"],
            created_at=NOW,
        )
        session.add(notice)
        session.flush()
        owed = Owed((f"notice:{notice.id}:chat:{GROUP}",), {"text": "x"}, chat_id=GROUP)
        sent = promise(session, owed, job=None, branch_id=branch.cast.branch_id, now=NOW)
        row(session, sent, state=OutboxState.UNREACHABLE, reason="kicked")
        assert branch.lines(local("2023-08-01 23:00")) == []
        assert [text for _, text in branch.lines(local("2023-08-02 08:30"))] == [
            "通知“明早八点集合”：支部工作群未送达（已移出小助手），请另行通知。"
        ]


def test_an_office_that_nobody_can_be_told_of_is_told_to_the_operator_once(storage: Storage) -> None:
    with storage.transaction() as session:
        branch = Branch(session)
        mine = branch.cast.branch_id
        told = addressees(session, mine, NOW.date(), Duty.SECRETARY, about="digest:2023-08")
        assert (told, vacancies.news(session)) == ([branch.cast["甲一"]], False)
        session.execute(update(Person).values(reachable=False))
        for _ in range(2):
            assert addressees(session, mine, NOW.date(), Duty.SECRETARY, about="digest:2023-08") == []
            assert vacancies.news(session)
            vacancies.tell(session, 9, NOW)
            assert not vacancies.news(session)
        sent = session.scalars(select(Outbox).where(Outbox.chat_id == 9)).all()
        assert [each.message["text"] for each in sent] == [
            "【运行提示】示范党支部的摘要无人接收（书记、副书记、组织委员均未绑定或已停用），请联系该支部。"
        ]


# --- the operator --------------------------------------------------------------------------------------------------


def test_the_operator_is_told_once_and_again_after_it_was_over(storage: Storage) -> None:
    clock, dated = Finding("clock", "时钟", lasting=True), Finding("year:2027:2026-12-15", "年")

    def told(session: Session, found: Sequence[Finding], when: datetime) -> list[str]:
        reported.forget(session, reported.over(session, found, ["clock", "room"]), when)
        return [finding.key for finding in reported.tell(session, found, 9, when)]

    with storage.transaction() as session:
        assert told(session, [clock, dated], NOW) == ["clock", "year:2027:2026-12-15"]
        assert told(session, [clock, dated], NOW + timedelta(days=1)) == []
        assert told(session, [], NOW + timedelta(hours=1)) == []
        assert told(session, [clock], NOW + timedelta(hours=2)) == []
        assert told(session, [], NOW + timedelta(hours=7)) == []
        assert told(session, [clock, dated], NOW + timedelta(hours=8)) == ["clock"]
        sent = session.scalars(select(Outbox).where(Outbox.chat_id == 9)).all()
        assert [each.message["text"] for each in sent] == ["时钟", "年", "时钟"]


def test_without_an_operator_it_is_remembered_all_the_same(storage: Storage) -> None:
    with storage.transaction() as session:
        assert reported.tell(session, [Finding("clock", "时钟", lasting=True)], None, NOW)
        assert not reported.tell(session, [Finding("clock", "时钟", lasting=True)], None, NOW)
        assert session.scalars(select(Outbox)).all() == []


def test_parked_updates_are_those_of_their_last_day(storage: Storage) -> None:
    with storage.transaction() as session:
        for number, when in enumerate(["2023-07-31 23:00", "2023-08-01 08:00", "2023-08-01 08:30"], 1):
            session.add(update_row(number, InboxState.PARKED, local(when), fault=f"fault {number}"))
        session.flush()
        found = observations.parked(session, NOW, SHANGHAI)
        assert found is not None
        assert (found[0].number, found[0].ids, found[0].fault) == (2, [2, 3], "fault 2")
        assert observations.parked(session, NOW + timedelta(days=1), SHANGHAI) is None


# --- an outage -----------------------------------------------------------------------------------------------------


def test_an_outage_is_known_from_the_last_sign_of_life(storage: Storage) -> None:
    with storage.transaction() as session:
        assert outages.beat(session, 1, NOW) is None
        assert outages.beat(session, 1, NOW + timedelta(seconds=150)) is None
        back = NOW + timedelta(seconds=450)
        assert outages.beat(session, 1, back) == timedelta(seconds=300)
        assert outages.beat(session, 1, back) is None
        first, second = Outage(NOW, back), Outage(back, back + timedelta(hours=1))
        outages.note(session, 1, first)
        outages.note(session, 1, second)
        assert outages.waiting(session, 1) == Outage(first.start, second.end)
        outages.done(session, 1, first)
        assert outages.waiting(session, 1) is not None
        outages.done(session, 1, second)
        assert outages.waiting(session, 1) is None


def test_a_sign_of_life_in_the_future_hides_no_outage_after_it(storage: Storage) -> None:
    """The clock was a year ahead: how long nobody was there is not known, but from now on it is."""
    with storage.transaction() as session:
        outages.beat(session, 1, NOW + timedelta(days=365))
        assert outages.beat(session, 1, NOW) is None
        assert outages.last_contact(session, 1) == NOW
        assert outages.beat(session, 1, NOW + timedelta(minutes=10)) == timedelta(minutes=10)


def posted(session: Session, cast: Cast, since: str, now: str) -> set[int]:
    again = notices_reposts.reposts(session, [cast.branch_id], local(since), local(now), SHANGHAI)
    return {one.person_id or one.chat_id or 0 for one in again}


def test_what_is_posted_anew_is_what_still_waits(storage: Storage) -> None:
    """Before the sign-in whoever has not answered, during it whoever has not signed in, afterwards nobody."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        start = local("2023-08-04 14:30")
        plan = Plan(
            types=[ActivityType.THEME_PARTY_DAY],
            start_at=start,
            end_at=start + timedelta(hours=2),
            place="会议室",
            hours=Decimal(2),
        )
        activity = planning.make(session, cast.me(session, "甲二", NOW.date()), plan, NOW, SHANGHAI)
        notice = session.scalars(select(Notice).where(Notice.activity_id == activity.id)).one()
        notice.text = "【通知】主题党日"
        session.add(GroupChat(branch_id=cast.branch_id, chat_id=GROUP, title="群", tied_at=NOW))
        owed = Owed(("notice:1:chat",), {"text": "x"}, chat_id=GROUP, card=("activity", activity.id))
        sent = promise(session, owed, job=None, branch_id=cast.branch_id, now=NOW)
        row(session, sent, state=OutboxState.SENT, sent_at=NOW)
        session.execute(update(Card).values(message_id=5))
        asked = set(cast.people.values()) - {cast["乙八"], cast["丙八"]}

        notice_service.acknowledge(session, cast.me(session, "甲三", NOW.date()), notice.id, NOW)
        assert posted(session, cast, "2023-08-02 10:00", "2023-08-02 10:10") == {GROUP} | asked - {cast["甲三"]}
        assert GROUP not in posted(session, cast, "2023-08-01 08:00", "2023-08-01 09:10")
        member = cast.me(session, "甲四", start.date())
        participation.sign_in(session, member, activity.id, start, SignInMethod.BUTTON)
        assert posted(session, cast, "2023-08-04 14:20", "2023-08-04 14:31") == {GROUP} | asked - {cast["甲四"]}
        assert posted(session, cast, "2023-08-04 16:20", "2023-08-04 16:31") == set()


# --- pruning -------------------------------------------------------------------------------------------------------


def update_row(number: int, state: InboxState, when: datetime, **more: Any) -> Inbox:
    return Inbox(
        bot_id=1,
        update_id=number,
        sender=1,
        kind="message",
        payload="text",
        state=state,
        received_at=when,
        answer={"toast": "x"},
        **more,
    )


@pytest.mark.parametrize("slice_", [1, 500])
async def test_old_rows_are_pruned_once_their_words_are_gone(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, slice_: int
) -> None:
    monkeypatch.setattr(pruning, "SLICE", slice_)
    days = {name: NOW - timedelta(days=number) for name, number in (("old", 91), ("month", 31))}
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        for name, when in days.items():
            for what, words, card in (
                ("theme:1", "", None),
                ("theme:2", "学习", None),
                ("answer:1:1", "", None),
                ("live", "", ("activity", when.day)),
            ):
                owed = Owed((f"{what}:{name}",), {"text": words}, chat_id=5, lane=Lane.MUST_ARRIVE, card=card)
                sent = promise(session, owed, job=None, branch_id=cast.branch_id, now=when)
                row(session, sent, state=OutboxState.SENT)
        promise(session, Owed(("theme:1:open",), {}, chat_id=5), job=None, branch_id=cast.branch_id, now=days["old"])
    assert await pruning.prune(storage, NOW) == 2
    assert await pruning.prune(storage, NOW) == 0
    with storage.reading() as session:
        promises = {each.key: each.outbox_id for each in session.scalars(select(Promise))}
        assert "answer:1:1:old" not in promises
        assert promises["theme:1:old"] is None
        assert None not in [promises[key] for key in ("live:old", "theme:2:old", "theme:1:open", "theme:1:month")]
        assert session.scalar(select(func.count()).select_from(Outbox)) == 7
