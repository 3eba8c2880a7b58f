"""Care for data on both databases: the export knows every table, the erasure leaves no text, old things go."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from bot.features.privacy import change_words, changes, erasure, forbidden, mydata, retention, sweeping
from bot.features.privacy.page import page
from bot.features.privacy.personal_data import DataSubject, Fate, holdings
from bot.features.privacy.rules import RETENTION
from bot.features.roster_files.service import import_roster
from bot.kit import dialog as dialogs
from bot.kit.refusal import Refusal
from storage import audit
from storage.choices import BindRequestState, InboxState, Lane, OutboxState
from storage.engine import Storage
from storage.hygiene import branch_words
from storage.models.draft import Draft
from storage.models.everything import METADATA
from storage.models.inbox import Inbox
from storage.models.invite import BindRequest
from storage.models.outbox import Outbox
from storage.models.person import Person
from storage.models.reflection import ReflectionPart
from storage.personal import Kind, Role, meaning
from tests.cast import BASE_BRANCH, NAMES, Cast, make_branch
from tests.features.privacy.filling import MARK, NOW, fill
from tests.features.privacy.planting import message

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2023, 7, 7)
VICTIM = "甲五"


# --- the list is complete --------------------------------------------------------------------------------------------


# What numbers of Telegram's accounts and chats are called.
ACCOUNTS = frozenset({"telegram_id", "used_by_telegram_id", "sender", "chat_id"})


def test_every_column_that_names_a_person_is_known_to_the_export_and_the_erasure() -> None:
    known = {holding.table.name: {*holding.knows, *holding.acts} for holding in holdings()}
    assert len(known) == len(holdings())
    named = {
        (of.name, column)
        for of in METADATA.sorted_tables
        for column in of.columns
        if column.name in ACCOUNTS or any(key.column.table.name == "person" for key in column.foreign_keys)
    }
    lacking = {(name, column) for name, column in named if column.name not in known.get(name, set())}
    # The number of a branch's own group is nobody's.
    assert ("group_chat", "chat_id") in {(name, column.name) for name, column in lacking}
    assert {meaning(column).role for _, column in lacking} == {Role.NOTHING}


def test_what_is_emptied_takes_every_text_out_of_the_row() -> None:
    """A text column of somebody's own row either goes or says that it is the machinery's own."""
    subject = DataSubject(1, 1)
    left = {
        column
        for holding in holdings()
        if holding.whose is not None and holding.fate is not Fate.DELETE
        for column in holding.table.columns
        if type(column.type).__name__ in ("String", "JSON") and column.name not in holding.empties(subject)
    }
    assert {f"{column.table.name}.{column.name}" for column in left} >= {"outbox.batch", "audit.details"}
    assert {str(column) for column in left if meaning(column).role is not Role.NOTHING} == set()


# --- 我的数据 --------------------------------------------------------------------------------------------------------


def test_one_s_own_data_are_complete_and_nobody_else_s(storage: Storage, cast: Cast) -> None:
    with storage.reading() as session:
        data = mydata.gather(session, cast.me(session, VICTIM, TODAY))
        other = mydata.gather(session, cast.me(session, "甲六", TODAY))
    empty = {part.name for part in data.parts if not part.rows and not part.acted}
    assert empty == {"rank_span"} or empty == set()
    assert MARK in json.dumps(mydata.to_json(data, NOW), ensure_ascii=False)
    assert MARK not in json.dumps(mydata.to_json(other, NOW), ensure_ascii=False)
    assert {part.name for part in other.parts if part.rows} <= {
        "person",
        "roster_span",
        "membership_span",
        "group_span",
        "duty_span",
        "rank_span",
        "category_span",
        "audit",
    }
    shown = page(data, NOW, SHANGHAI)
    assert f"{VICTIM}同志的数据" in shown
    assert ">其他<" not in shown
    assert "<script" not in shown


def test_a_former_reviewer_takes_no_text_of_anybody_else_s_reflection_home(storage: Storage, bare: Cast) -> None:
    """Not out of what was sent for a review, opened, tapped or answered; the own words and the own pieces stay."""
    theirs, mine, card = "他人的一段体会", "本人的一段体会", "【心得审阅】甲五同志：廉政心得，7月7日\n他人的一段体会"
    with storage.transaction() as session:
        fill(session, bare["甲五"], bare.account("甲五"))
        session.execute(update(ReflectionPart).values(text=theirs, file_id="B" * 30, file_name="他人体会.docx"))
        reviewer = bare.account("丙一")
        file = {"text": theirs, "document": {"name": "他人体会.docx", "picture": False, "file_id": "B" * 30}}
        to: dict[str, Any] = {"person_id": bare["丙一"]}
        for number, said in enumerate([{"text": "未存于他处的一段"}, file, {"text": card, "inline": []}]):
            message(session, bare, f"piece:99:1:{number}", OutboxState.SENT, message=said, **to)
        for number, said in enumerate([{"text": theirs}, file, {"text": card}, {"text": mine}]):
            message(session, bare, f"answer:1:7:{number}", OutboxState.SENT, message=said, **to)
        tapped = {"callback_query": {"id": "1", "message": {"text": card}, "data": "rv:1:1"}}
        replied = {"message": {"text": mine, "reply_to_message": {"text": theirs, "document": {"file_id": "B" * 30}}}}
        for number, came in enumerate([tapped, replied]):
            row = _inbox(number, reviewer, NOW)
            row.payload, row.answer = json.dumps(came, ensure_ascii=False), {"edit": {"text": card}}
            session.add(row)
    with storage.reading() as session:
        data = mydata.gather(session, bare.me(session, "丙一", TODAY))
        author = mydata.gather(session, bare.me(session, "甲五", TODAY))
    written = json.dumps(mydata.to_json(data, NOW), ensure_ascii=False)
    for text in (theirs, "未存于他处的一段", "他人体会.docx", "BBBB"):
        assert text not in written
        assert text not in page(data, NOW, SHANGHAI)
    assert written.count(mine) == 2
    assert written.count("【心得审阅】甲五同志：廉政心得，7月7日\\n（他人心得全文不在此列）") == 4
    assert "（他人心得全文不在此列）" in page(data, NOW, SHANGHAI)
    assert theirs in json.dumps(mydata.to_json(author, NOW), ensure_ascii=False)


def test_a_name_of_markup_is_text_on_the_page(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        me = cast.me(session, VICTIM, TODAY)
        session.execute(update(Person).where(Person.id == me.id).values(notes="</td><script>alert(1)</script>\u202e"))
        shown = page(mydata.gather(session, me), NOW, SHANGHAI)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script" not in shown
    assert "\u202e" not in shown


def test_what_is_filled_in_of_a_form_stands_on_the_page_in_words(storage: Storage, bare: Cast) -> None:
    """Of an open question and of a form that was left; without the keys by which a program keeps it."""
    fields = {
        "field": "confirm",
        "types": ["party_lecture", "theme_party_day"],
        "day": "2023-07-07",
        "time": "14:30",
        "place": "Room 5 <b>",
        "length": "90",
        "agenda": ["材料一", "材料二"],
        "host": "5",
        "until": "open",
        "way": "group",
        "doubted": {"key": "day", "changes": {"title": "Title"}, "sure": []},
        "files": [{"file_id": "BQACAgUAAx", "name": "计划.docx"}],
        "page": 2,
    }
    words = (
        "内容：党课、主题党日；日期：2023年7月7日；时间：14:30；地点：Room 5 &lt;b&gt;；时长（分钟）：90；"
        "第一议题：材料一、材料二；主持人：5号；Title；计划.docx"
    )
    with storage.transaction() as session:
        me = bare.me(session, VICTIM, TODAY)
        dialogs.ask(session, me, "activity.wizard", NOW, **fields)
        session.add(Draft(person_id=me.id, organisation_id=me.branch_id, form="activity.wizard", fields=fields, at=NOW))
        session.flush()
        shown = page(mydata.gather(session, me), NOW, SHANGHAI)
    assert shown.count(f">{words}</td>") == 2


# --- 保存期限 --------------------------------------------------------------------------------------------------------


def _message(person_id: int, message: dict[str, str], state: OutboxState, branch_id: int) -> Outbox:
    return Outbox(
        lane=Lane.MUST_ARRIVE,
        person_id=person_id,
        branch_id=branch_id,
        message=message,
        state=state,
        created_at=NOW,
        not_before=NOW,
    )


def _inbox(number: int, sender: int, at: datetime, state: InboxState = InboxState.ANSWERED) -> Inbox:
    return Inbox(bot_id=1, update_id=number, sender=sender, kind="message", payload="{}", state=state, received_at=at)


async def test_the_night_takes_what_each_branch_has_kept_long_enough(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        secretary = cast.me(session, "甲一", TODAY)
        retention.set_period(session, secretary, Kind.RECEIVED, 365, NOW)
        old, mine, stranger = NOW - timedelta(days=100), cast.account("甲五"), 555
        session.add_all(
            [
                _inbox(1, mine, old),
                _inbox(2, mine, NOW - timedelta(days=400)),
                _inbox(3, stranger, old),
                _inbox(4, stranger, old, InboxState.NEW),
                _inbox(5, stranger, NOW),
                _message(cast["甲五"], {"text": "旧"}, OutboxState.SENT, cast.branch_id),
                _message(cast["甲五"], {"text": "未发"}, OutboxState.QUEUED, cast.branch_id),
            ]
        )
        session.flush()
        session.execute(update(Outbox).values(created_at=old))
        due = retention.preview(session, secretary, NOW)
    assert (due[Kind.RECEIVED], due[Kind.SENT]) == (1, 1)
    assert await sweeping.sweep(storage, NOW) == {"received": 2, "sent": 1}
    with storage.reading() as session:
        assert session.scalars(select(Inbox.update_id).order_by(Inbox.update_id)).all() == [1, 4, 5]
        assert [row["text"] for row in session.scalars(select(Outbox.message).order_by(Outbox.id))] == ["", "未发"]
    assert await sweeping.sweep(storage, NOW) == {}


async def test_every_kind_goes_when_its_time_has_come_and_not_before(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        session.execute(update(Inbox).values(state=InboxState.ANSWERED))
        session.execute(update(Outbox).values(state=OutboxState.SENT))
    assert await sweeping.sweep(storage, NOW) == {}
    longest = NOW + timedelta(days=max(rule.days for rule in RETENTION.values()) + 1)
    assert set(await sweeping.sweep(storage, longest)) == set(Kind)
    with storage.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReflectionPart)) == 0


async def test_a_request_to_be_bound_goes_with_the_account_and_the_name_of_who_asked(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        secretary = cast.me(session, "甲一", TODAY)
        for number, (asked, decided) in enumerate([(91, None), (91, 89), (200, 91), (89, None)]):
            session.add(
                BindRequest(
                    branch_id=cast.branch_id,
                    telegram_id=9_000 + number,
                    shown_name="外人",
                    phone_end="1234",
                    state=BindRequestState.REFUSED if decided else BindRequestState.PENDING,
                    asked_at=NOW - timedelta(days=asked),
                    decided_by_id=secretary.id if decided else None,
                    decided_at=NOW - timedelta(days=decided) if decided else None,
                )
            )
        session.flush()
        assert retention.preview(session, secretary, NOW)[Kind.REQUESTS] == 2
        assert retention.would_go(session, secretary, Kind.REQUESTS, 180, NOW) == 0
    assert await sweeping.sweep(storage, NOW) == {"requests": 2}
    with storage.reading() as session:
        assert session.scalars(select(BindRequest.telegram_id).order_by(BindRequest.id)).all() == [9_001, 9_003]


def test_a_period_kept_for_ever_takes_nothing(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        secretary = cast.me(session, "甲一", TODAY)
        for kind in Kind:
            retention.set_period(session, secretary, kind, 0, NOW)
        assert set(retention.preview(session, secretary, NOW + timedelta(days=9_999)).values()) == {0}
        with pytest.raises(Refusal):
            retention.set_period(session, secretary, Kind.SENT, 1, NOW)
        with pytest.raises(Refusal):
            retention.set_period(session, cast.me(session, "乙一", TODAY), Kind.SENT, 365, NOW)


# --- 变更记录, 禁发词语 ----------------------------------------------------------------------------------------------


def test_somebody_is_found_by_any_spelling_of_the_name(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        session.get_one(Person, cast["甲四"]).name = "阿甲·\ue863"
        me = cast.me(session, "甲一", TODAY)
        for typed in ("阿甲·\ue863", "阿甲 • 䶮"):
            assert [one.id for one in changes.find_people(session, me, typed)] == [cast["甲四"]]
            assert [one.id for one in erasure.people(session, me, typed)] == [cast["甲四"]]
        assert changes.find_people(session, me, "阿甲䶮") == erasure.people(session, me, "阿甲䶮") == []


def test_the_log_by_person_by_day_and_by_page(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        for number in range(20):
            at = NOW + timedelta(hours=number)
            audit.record(session, "make", "notice", number, now=at, by=audit.By(cast.branch_id, cast["甲二"]))
        audit.record(session, "bound", "person", cast["甲三"], now=NOW, by=audit.By(cast.branch_id))
        audit.record(session, "make", "notice", 1, now=NOW, by=audit.By(None))
        deputy = cast.me(session, "乙一", TODAY)
        first = changes.page(session, deputy, 0, cast["甲二"], None, SHANGHAI)
        last = changes.page(session, deputy, 2, cast["甲二"], None, SHANGHAI)
        day = changes.page(session, deputy, 0, cast["甲二"], date(2023, 7, 8), SHANGHAI)
        about = changes.page(session, deputy, 0, cast["甲三"], None, SHANGHAI)
        with pytest.raises(Refusal):
            changes.page(session, cast.me(session, "甲二", TODAY), 0, None, None, SHANGHAI)
    assert (len(first.things), first.more, last.more) == (8, True, False)
    assert first.things[0].at > first.things[-1].at
    assert {line.at.astimezone(SHANGHAI).date() for line in day.things} == {date(2023, 7, 8)}
    assert about.things[0].about == "甲三"


def test_a_line_has_names_for_its_numbers_and_no_details_of_who_is_erased(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        secretary = cast.me(session, "甲一", TODAY)
        row = BASE_BRANCH[NAMES.index(VICTIM)]
        known = replace(row, gender="男", born_on=date(1980, 5, 1), group="第二党小组")
        import_roster(session, cast.branch_id, [known], now=NOW, since=TODAY)
        audit.record(
            session,
            "mark",
            "attendance",
            0,
            now=NOW,
            by=audit.By(cast.branch_id),
            person_id=cast["甲三"],
            changes={"status": [None, "present"]},
        )
        # What is not there any longer is told by its number.
        gone = {"table": "group_span", "id": 1, "before": {"group_id": 999, "from_on": "2023-01-01"}, "after": None}
        audit.record(
            session, "person_changed", "person", cast["甲四"], now=NOW, by=audit.By(cast.branch_id), edits=[gone]
        )

        def told() -> list[str]:
            found = changes.page(session, secretary, 0, None, None, SHANGHAI)
            return [change_words.line(line, SHANGHAI).split("：", 1)[1] for line in found.things]

        group, marked, imported = told()[:3]
        assert group == "修改（甲四），删除999号（自2023年1月1日起）"
        assert marked == "补登考勤（甲三），状态由空改为到会"
        assert imported == (
            f"修改（{VICTIM}），党小组由第一党小组改为第二党小组（自2023年7月7日起）；"
            "性别由无改为有；出生年月由无改为有；原因：名册导入"
        )
        erasure.erase(session, secretary, cast[VICTIM], TODAY, NOW)
        assert told()[3] == (
            f"修改（已注销{cast[VICTIM]}），党小组由第一党小组改为第二党小组（自2023年7月7日起）；原因：名册导入"
        )


def test_a_branch_s_words_hold_for_its_own_people_until_they_are_removed(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        deputy = cast.me(session, "乙一", TODAY)
        row = forbidden.add(session, deputy, "某 某 ＡＢ项目", NOW)
        accounts = [cast.account("甲三"), 555]
        assert branch_words(session, accounts) == {cast.account("甲三"): {"某某ab项目"}}
        for refused in ("签到", "某", "某某AB项目", "字" * 21):
            with pytest.raises(Refusal):
                forbidden.add(session, deputy, refused, NOW)
        with pytest.raises(Refusal):
            forbidden.add(session, cast.me(session, "甲二", TODAY), "某某另一项目", NOW)
        forbidden.remove(session, deputy, row.id, NOW)
        assert branch_words(session, accounts) == {}
