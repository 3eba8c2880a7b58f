"""Care for data on both databases: the export knows every table, the erasure leaves no text, old things go."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.features.care import change_words, changes, erasure, forbidden, mydata, retention, sweeping
from bot.features.care.holdings import HOLDINGS, Fate, Subject, person_columns
from bot.features.care.page import page
from bot.features.care.rules import RETENTION, Kind
from bot.features.people import binding
from bot.features.people import service as people
from bot.features.people.rules import InviteKind
from bot.kit import dialog as dialogs
from bot.kit.refusal import Refusal
from storage import audit
from storage.base import table
from storage.choices import Duty, InboxState, Lane, OutboxState
from storage.engine import Storage
from storage.hygiene import branch_words
from storage.models.dialog import Dialog
from storage.models.everything import METADATA
from storage.models.inbox import Inbox
from storage.models.organisation import Organisation
from storage.models.outbox import Outbox
from storage.models.person import DutySpan, Person, RosterSpan
from storage.models.reflection import ReflectionPart
from storage.roster import roster
from tests.cast import BASE_BRANCH, NAMES, Cast, make_branch
from tests.features.care.filling import MARK, NOW, fill, where

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2023, 7, 7)
VICTIM = "甲五"


@pytest.fixture
def cast(storage: Storage) -> Cast:
    """The base branch, and somebody of whom there is a row in every table."""
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        fill(session, cast[VICTIM], cast.account(VICTIM))
        session.execute(update(Person).where(Person.id == cast[VICTIM]).values(notes=MARK, gender="男"))
    return cast


# --- the list is complete --------------------------------------------------------------------------------------------


def test_every_column_that_names_a_person_is_known_to_the_export_and_the_erasure() -> None:
    known = {table(holding.table).name: {*holding.knows, *holding.acts} for holding in HOLDINGS}
    assert len(known) == len(HOLDINGS)
    lacking = {
        f"{of.name}.{column}"
        for of in METADATA.sorted_tables
        for column in person_columns(of) - known.get(of.name, set())
    }
    assert lacking == set()


def test_what_is_emptied_takes_every_text_out_of_the_row() -> None:
    """A text column of somebody's own row either goes or is named here, with its reason."""
    no_text_of_theirs = {
        "outbox.lane", "outbox.job", "outbox.batch",  # the machinery's own words
        "attendance.status", "attendance.method", "audit.via", "audit.action", "audit.subject", "audit.details",
    }  # fmt: skip
    subject = Subject(1, 1)
    left = {
        f"{of.name}.{column.name}"
        for holding in HOLDINGS
        if holding.whose is not None and holding.fate is not Fate.DELETE
        for of in [table(holding.table)]
        for column in of.columns
        if type(column.type).__name__ in ("String", "JSON") and column.name not in holding.empties(subject)
    }
    assert left - no_text_of_theirs == set()


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
        "person", "roster_span", "membership_span", "group_span", "duty_span", "rank_span", "category_span", "audit",
    }  # fmt: skip
    shown = page(data, NOW, SHANGHAI)
    assert f"{VICTIM}同志的数据" in shown
    assert "其他" not in shown
    assert "<script" not in shown


def test_a_name_of_markup_is_text_on_the_page(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        me = cast.me(session, VICTIM, TODAY)
        session.execute(update(Person).where(Person.id == me.id).values(notes="</td><script>alert(1)</script>\u202e"))
        shown = page(mydata.gather(session, me), NOW, SHANGHAI)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script" not in shown
    assert "\u202e" not in shown


# --- 注销 ------------------------------------------------------------------------------------------------------------


def test_an_erasure_leaves_a_number_and_no_name_no_text_no_account(storage: Storage, cast: Cast) -> None:
    account = str(cast.account(VICTIM))
    with storage.transaction() as session:
        # What the log keeps of somebody who tried a wrong link names no account either.
        binding.redeem(session, InviteKind.PERSON, "A" * 22, cast.account(VICTIM), "x", today=TODAY, now=NOW)
    with storage.transaction() as session:
        secretary = cast.me(session, "甲一", TODAY)
        session.add(_message(cast["甲三"], {"text": f"未完成：{VICTIM}"}, OutboxState.SENT, cast.branch_id))
        dialogs.ask(session, cast["甲二"], "roster.look", NOW, rows=[{"name": VICTIM}])
        dialogs.ask(session, cast["甲三"], "notice.text", NOW, text="请准时")
        erasure.erase(session, secretary, cast[VICTIM], TODAY, NOW)
        assert session.scalars(select(Dialog.person_id)).all() == [cast["甲三"]]
    with storage.reading() as session:
        assert {text: where(session, text) for text in (VICTIM, MARK, account)} == {
            VICTIM: set(),
            MARK: set(),
            account: set(),
        }
        person = session.get_one(Person, cast[VICTIM])
        assert (person.name, person.telegram_id, person.erased_at) == (f"已注销{person.id}", None, NOW)
        assert cast[VICTIM] not in {member.id for member in roster(session, cast.branch_id, TODAY)}
        yesterday = {member.id: member.name for member in roster(session, cast.branch_id, TODAY - timedelta(days=1))}
        assert yesterday[cast[VICTIM]] == person.name
        assert session.scalars(select(Outbox.state).where(Outbox.person_id == person.id)).all() == [
            OutboxState.CANCELLED
        ]


def _message(person_id: int, message: dict[str, str], state: OutboxState, branch_id: int) -> Outbox:
    return Outbox(
        lane=Lane.MUST_ARRIVE, person_id=person_id, branch_id=branch_id, message=message, state=state, created_at=NOW,
        not_before=NOW,
    )  # fmt: skip


def test_what_is_counted_stays_and_the_log_says_who_erased(storage: Storage, cast: Cast) -> None:
    kept = [holding for holding in HOLDINGS if holding.whose is not None and holding.fate is not Fate.DELETE]
    subject = Subject(cast[VICTIM], None)

    def counted(session: Session) -> dict[str, int]:
        of = [
            (holding, holding.whose) for holding in kept if holding.whose is not None and "person_id" in holding.knows
        ]
        return {
            holding.title: session.scalar(select(func.count()).select_from(holding.table).where(whose(subject))) or 0
            for holding, whose in of
        }

    with storage.transaction() as session:
        secretary, before = cast.me(session, "甲一", TODAY), counted(session)
        erasure.erase(session, secretary, cast[VICTIM], TODAY, NOW)
        assert counted(session) == before
        line = changes.page(session, secretary, 0, None, None, SHANGHAI).lines[0]
    assert (line.actor, line.action, line.about) == ("甲一", "erase", f"已注销{cast[VICTIM]}")


@pytest.mark.parametrize("who", ["甲二", "乙一", VICTIM])
def test_nobody_but_the_secretary_erases(storage: Storage, cast: Cast, who: str) -> None:
    with storage.transaction() as session, pytest.raises(Refusal):
        erasure.erase(session, cast.me(session, who, TODAY), cast["甲六"], TODAY, NOW)


def test_not_oneself_not_twice_and_not_of_another_branch(storage: Storage, cast: Cast) -> None:
    with storage.transaction() as session:
        secretary = cast.me(session, "甲一", TODAY)
        other = Organisation(kind="branch", name="别的支部", settings={}, created_at=NOW)
        session.add(other)
        session.flush()
        stranger = Person(branch_id=other.id, name="外人", created_at=NOW)
        session.add(stranger)
        session.flush()
        erasure.erase(session, secretary, cast[VICTIM], TODAY, NOW)
        for person_id in (secretary.id, cast[VICTIM], stranger.id, 999_999):
            with pytest.raises(Refusal):
                erasure.look(session, secretary, person_id, TODAY)


# --- 保存期限 --------------------------------------------------------------------------------------------------------


def _inbox(number: int, sender: int, at: datetime, state: InboxState = InboxState.ANSWERED) -> Inbox:
    return Inbox(bot_id=1, update_id=number, sender=sender, kind="message", payload="{}", state=state, received_at=at)


async def test_the_night_takes_what_each_branch_has_kept_long_enough(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        secretary = cast.me(session, "甲一", TODAY)
        retention.set_period(session, secretary, Kind.RECEIVED, 365, NOW)
        old, mine, stranger = NOW - timedelta(days=100), cast.account("甲五"), 555
        session.add_all([
            _inbox(1, mine, old), _inbox(2, mine, NOW - timedelta(days=400)), _inbox(3, stranger, old),
            _inbox(4, stranger, old, InboxState.NEW), _inbox(5, stranger, NOW),
            _message(cast["甲五"], {"text": "旧"}, OutboxState.SENT, cast.branch_id),
            _message(cast["甲五"], {"text": "未发"}, OutboxState.QUEUED, cast.branch_id),
        ])  # fmt: skip
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


def test_the_log_by_person_by_day_and_by_page(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        for number in range(20):
            at = NOW + timedelta(hours=number)
            audit.record(session, "make", "notice", number, now=at, actor_id=cast["甲二"], branch_id=cast.branch_id)
        audit.record(session, "bound", "person", cast["甲三"], now=NOW, branch_id=cast.branch_id)
        audit.record(session, "make", "notice", 1, now=NOW, branch_id=None)
        deputy = cast.me(session, "乙一", TODAY)
        first = changes.page(session, deputy, 0, cast["甲二"], None, SHANGHAI)
        last = changes.page(session, deputy, 2, cast["甲二"], None, SHANGHAI)
        day = changes.page(session, deputy, 0, cast["甲二"], date(2023, 7, 8), SHANGHAI)
        about = changes.page(session, deputy, 0, cast["甲三"], None, SHANGHAI)
        with pytest.raises(Refusal):
            changes.page(session, cast.me(session, "甲二", TODAY), 0, None, None, SHANGHAI)
    assert (len(first.lines), first.more, last.more) == (8, True, False)
    assert first.lines[0].at > first.lines[-1].at
    assert {line.at.astimezone(SHANGHAI).date() for line in day.lines} == {date(2023, 7, 8)}
    assert about.lines[0].about == "甲三"


def test_a_line_has_names_for_its_numbers_and_no_details_of_who_is_erased(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        secretary = cast.me(session, "甲一", TODAY)
        row = BASE_BRANCH[NAMES.index(VICTIM)]
        known = replace(row, gender="男", born_on=date(1980, 5, 1), group="第二党小组")
        people.import_roster(session, cast.branch_id, [known], now=NOW, since=TODAY)
        audit.record(
            session, "mark", "attendance", 0, now=NOW, branch_id=cast.branch_id, person_id=cast["甲三"],
            changes={"status": [None, "present"]},
        )  # fmt: skip
        # What is not there any longer is told by its number.
        gone = {"table": "group_span", "id": 1, "before": {"group_id": 999, "from_on": "2023-01-01"}, "after": None}
        audit.record(session, "person_changed", "person", cast["甲四"], now=NOW, branch_id=cast.branch_id, edits=[gone])

        def told() -> list[str]:
            found = changes.page(session, secretary, 0, None, None, SHANGHAI)
            return [change_words.line(line, SHANGHAI).split("：", 1)[1] for line in found.lines]

        group, marked, imported = told()[:3]
        assert group == "修改（甲四），删除999号（自2023年1月1日起）"
        assert marked == "补登考勤（甲三），状态由空改为到会"
        assert imported == (
            f"修改（{VICTIM}），党小组由第一党小组改为第二党小组（自2023年7月7日起）；"
            "性别由空改为男；出生日期由空改为1980年5月1日；原因：名册导入"
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


def test_somebody_erased_holds_no_office(storage: Storage) -> None:
    with storage.transaction() as session:
        cast = make_branch(session, now=NOW)
        erasure.erase(session, cast.me(session, "甲一", TODAY), cast["甲二"], TODAY, NOW.astimezone(UTC))
        open_ = [
            session.scalars(select(span).where(span.person_id == cast["甲二"], span.to_on.is_(None))).all()
            for span in (DutySpan, RosterSpan)
        ]
        assert open_ == [[], []]
        assert Duty.ORGANIZATION_OFFICER in set(session.scalars(select(DutySpan.duty)))
