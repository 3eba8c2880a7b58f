"""Who owes an answer to a notice, on both databases."""

from bot.features.notices import owing
from bot.features.notices import service as notice_service
from storage.activities import notice_of
from storage.engine import Storage
from tests.features.activities.desk import SHANGHAI, START, TOLD, Desk


def test_who_owes_a_reply(storage: Storage) -> None:
    """Exempt people and those on leave owe nothing; the nudge falls due at the reply deadline."""
    with storage.transaction() as session:
        desk = Desk(session)
        notice = notice_of(session, desk.activity.id)
        assert notice is not None
        notice.text = "通知"
        notice_service.acknowledge(session, desk.me("甲一"), notice.id, TOLD)
        desk.leave("乙四")
        owed = owing.owing(session, desk.cast.branch_id, TOLD, SHANGHAI)
        assert len(owed) == 21
        assert {item.nudges for item in owed} == {(notice.reply_by,)}
        assert owing.owing(session, desk.cast.branch_id, START, SHANGHAI) == []
