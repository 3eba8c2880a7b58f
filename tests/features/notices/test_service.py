"""Which notice asks, who answers it and who still owes an answer, on both databases."""

from datetime import timedelta

from sqlalchemy import delete

from bot.features.activities import cards as activity_cards
from bot.features.activities import planning
from bot.features.notices import cards, owing, service
from storage.activities import notice_of
from storage.engine import Storage
from storage.models.notice import Notice
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk, another_branch, refused

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_who_owes_a_reply(storage: Storage) -> None:
    """Exempt people and those on leave owe nothing; the nudge falls due at the reply deadline."""
    with storage.transaction() as session:
        desk = Desk(session)
        notice = notice_of(session, desk.activity.id)
        assert notice is not None
        notice.text = "通知"
        service.acknowledge(session, desk.me("甲一"), notice.id, TOLD)
        desk.leave("乙四")
        owed = owing.owing(session, desk.cast.branch_id, TOLD, SHANGHAI)
        assert len(owed) == 21
        assert {item.nudges for item in owed} == {(notice.reply_by,)}
        assert owing.owing(session, desk.cast.branch_id, START, SHANGHAI) == []


def test_who_is_exempt_and_answers_all_the_same_is_no_more_than_all(storage: Storage) -> None:
    """Of 25 two are exempt: 23 are expected, and never more than those have received it."""
    with storage.transaction() as session:
        desk = Desk(session)
        notice = notice_of(session, desk.activity.id)
        assert notice is not None
        for name in desk.cast.people:
            service.acknowledge(session, desk.me(name), notice.id, TOLD)
        counted = cards.count(session, desk.activity, notice, SHANGHAI)
        assert (counted.received, counted.expected) == (23, 23)


def test_nobody_hears_that_what_nobody_was_told_of_is_off(storage: Storage) -> None:
    """One that was entered when it was over has no notice."""
    with storage.transaction() as session:
        desk = Desk(session)
        assert activity_cards.tell_cancelled(session, desk.activity, SHANGHAI)
        session.execute(delete(Notice).where(Notice.activity_id == desk.activity.id))
        assert activity_cards.tell_cancelled(session, desk.activity, SHANGHAI) == []


def test_the_notice_that_asks_is_the_newest_of_its_activity(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        first, second = desk.activity, desk.make()
        notices = [notice_of(session, activity.id) for activity in (first, second)]
        assert [notice.activity_id for notice in notices if notice] == [first.id, second.id]
        planning.postpone(session, desk.me("甲二"), first, START + 7 * DAY, TOLD, SHANGHAI)
        anew, old = notice_of(session, first.id), notices[0]
        assert anew is not None
        assert old is not None
        assert (anew.id > old.id, old.closed_at, anew.closed_at) == (True, TOLD, None)
        assert notice_of(session, second.id) == notices[1]
        assert notices[1] is not None
        assert notices[1].closed_at is None
        # 收到 under the card of the old date answers the notice of the new one, once.
        row, new = service.acknowledge(session, desk.me("丙四"), old.id, TOLD)
        assert (row.notice_id, new) == (anew.id, True)
        assert service.acknowledge(session, desk.me("丙四"), anew.id, TOLD) == (row, False)
        other, new = service.acknowledge(session, desk.me("丙五"), anew.id, TOLD)
        assert (other.person_id, new) == (desk.cast["丙五"], True)
        assert service.receipts(session, anew.id) == {desk.cast["丙四"], desk.cast["丙五"]}
        service.undo(session, desk.me("丙五"), other.id, TOLD, SHANGHAI)
        assert service.receipts(session, anew.id) == {desk.cast["丙四"]}
        assert service.receipts(session, notices[1].id) == set()


def test_no_notice_is_answered_for_another_branch(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        foreign, maker = another_branch(session)
        notice = notice_of(session, foreign.id)
        assert notice is not None
        with refused("^没有找到这条通知。$"):
            service.acknowledge(session, desk.me("丙四"), notice.id, TOLD)
        own = notice_of(session, desk.activity.id)
        assert own is not None
        for each in (notice, own):
            each.text = "通知"
        session.flush()
        assert service.unanswered_notices(session, desk.me("丙四"), TOLD) == [own]
        assert service.unanswered_notices(session, maker, TOLD) == [notice]
        # Over at its end; answered; closed; without words yet.
        ends = desk.activity.end_at
        assert service.unanswered_notices(session, desk.me("丙四"), ends - MINUTE) == [own]
        assert service.unanswered_notices(session, desk.me("丙四"), ends) == []
        row, _ = service.acknowledge(session, desk.me("丙四"), own.id, TOLD)
        assert service.unanswered_notices(session, desk.me("丙四"), TOLD) == []
        assert service.unanswered_notices(session, desk.me("丙五"), TOLD) == [own]
        service.undo(session, desk.me("丙四"), row.id, TOLD, SHANGHAI)
        assert service.unanswered_notices(session, desk.me("丙四"), TOLD) == [own]
        plain = Notice(
            branch_id=desk.cast.branch_id,
            text="通知",
            reply_by=TOLD + MINUTE,
            created_by_id=desk.cast["甲一"],
            created_at=TOLD,
        )
        session.add(plain)
        session.flush()
        assert service.unanswered_notices(session, desk.me("丙四"), TOLD) == [plain, own]
        own.text, plain.closed_at = "", TOLD
        session.flush()
        assert service.unanswered_notices(session, desk.me("丙四"), TOLD) == []
