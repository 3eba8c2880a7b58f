"""What minutes say of somebody: a speech is one's own, a name in a text is replaced; files stay the branch's."""

from datetime import timedelta

from sqlalchemy import select

from bot.features.minutes import service
from bot.features.minutes.rules import Speech, Task
from bot.features.privacy import erasure, mydata
from bot.kit import activity_files
from bot.kit.handlers import File
from storage import entry_files
from storage.choices import ActivityFileRole
from storage.engine import Storage
from storage.models.activity_file import ActivityFile
from storage.models.minutes import Minutes, MinutesSpeech, MinutesTask
from storage.models.stored_file import StoredContent, StoredFile
from tests.features.minutes.desk import EVENING, SEC, Desk

VICTIM = "甲三"


def test_a_speech_is_given_out_to_its_speaker_alone_and_emptied_with_an_erasure(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        speeches = [
            Speech("谈了入党动机。", desk.cast[VICTIM]),
            Speech("表示赞成。", None, VICTIM),
            Speech("甲三等发言。"),
        ]
        tasks = [Task("请甲三同志整理材料", VICTIM)]
        desk.write(agenda=["甲三同志介绍情况"], speeches=speeches, resolutions=["同意甲三同志的意见"], tasks=tasks)
        mine = mydata.to_json(mydata.gather(session, desk.me(VICTIM)), EVENING)
        assert "谈了入党动机。" in str(mine)
        assert "谈了入党动机。" not in str(mydata.to_json(mydata.gather(session, desk.me("丙四")), EVENING))
        erasure.erase(session, desk.me(SEC), desk.cast[VICTIM], EVENING.date(), EVENING)
        session.flush()
        session.expire_all()
        first, second, third = session.scalars(select(MinutesSpeech).order_by(MinutesSpeech.position))
        assert first.text == ""
        assert VICTIM not in second.name + third.text
        row, task = session.scalars(select(Minutes)).one(), session.scalars(select(MinutesTask)).one()
        assert VICTIM not in str((row.agenda, row.resolutions, task.text, task.owner))
        assert "介绍情况" in row.agenda[0]
        # Whoever writes on is not held up by it.
        desk.write(resolutions=["同意。"], now=EVENING + timedelta(hours=1))
        assert len(service.written(session, row).speeches) == 3


def test_a_file_of_an_activity_is_listed_to_who_sent_it_and_stays(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        me, activity = desk.me(VICTIM), desk.activity
        [told] = activity_files.announced([File("document", "F" * 20, "U1", "签到表.pdf", "application/pdf", 9)])
        activity_files.add_files(session, me, activity, ActivityFileRole.SIGN_IN_SHEET, None, [told], EVENING)
        [wanted] = entry_files.wanted(session, EVENING, 10)
        assert entry_files.keep(session, wanted, b"%PDF sign", "application/pdf", EVENING) is not None
        session.flush()
        assert [(one["name"], one["own"]) for one in mydata.gather(session, me).files] == [("签到表.pdf", True)]
        erasure.erase(session, desk.me(SEC), desk.cast[VICTIM], EVENING.date(), EVENING)
        assert session.scalars(select(StoredFile.uploader_id)).all() == [None]
        # Taken out it goes, and not before: after a day, so that it can be taken back.
        later = EVENING + timedelta(days=2)
        assert entry_files.drop_unused(session, later) == 0
        row = session.scalars(select(ActivityFile)).one()
        activity_files.withdraw(session, desk.me(SEC), row, EVENING)
        session.flush()
        assert entry_files.drop_unused(session, later) == 1
        session.refresh(row)
        assert (row.stored_id, session.scalars(select(StoredContent)).all()) == (None, [])
        assert entry_files.wanted(session, later, 10) == []
