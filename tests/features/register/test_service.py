"""Every kind through every door, and one that is declared while the test runs: nothing is written for a kind alone."""

import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from bot.features.privacy import erasure
from bot.features.privacy.mydata import gather, to_json
from bot.features.register import entries, ledgers, nudging, owing, undoing
from bot.features.register.entries import Wanted
from bot.features.register.figures import REGISTER, figures
from bot.features.register.forms import FORMS
from bot.features.register.kinds.catalogue import KINDS, built_in, declared
from bot.features.register.kinds.kind import FACTS, ROSTER, Count, EntryField, Kind, Type
from bot.features.register.own import service as own_service
from bot.features.register.rules import everything, index
from bot.kit.refusal import Refusal
from storage.audience import Me
from storage.choices import Duty
from storage.engine import Storage
from storage.models.audit import Audit
from storage.models.entry import Entry, EntryDay, EntryPerson, EntryRow, EntryValue
from tests.features.register.desk import Q3, SHANGHAI, Desk, local
from tests.features.register.own_team import OWN, TEAM
from tests.features.register.samples import LOAN, filled
from tests.features.register.test_figures import issued
from tests.growth.counting import statements


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with declared([LOAN]), storage.transaction() as session:
        found = Desk(session)
        own_service.put(session, found.branch_id, TEAM, OWN.name, 1, found.me, local(found.now))
        yield found


every_kind = pytest.mark.parametrize("kind", [*KINDS, LOAN, OWN], ids=lambda kind: kind.name)


def of(desk: Desk, name: str) -> Me:
    return desk.cast.me(desk.session, name, local(desk.now).date())


def recorded(desk: Desk, kind: Kind) -> int:
    """An entry with one row of each, as far on as it goes."""
    person = desk.cast["甲五"]
    number = desk.record(kind.name, **filled(kind.fields, person), note="备注文字")
    for rowed in kind.rowed:
        desk.add(number, rowed.key, **filled(rowed.fields, person))
    if kind.tracking is not None and not kind.tracking.follows:
        for state in list(kind.tracking.states)[1:]:
            desk.put(number, state, "2023-08-11", reason="如实登记")
    return number


def is_behind(kind: Kind, count: Count) -> bool:
    """Whether an entry that is recorded like that is: by its last state, and the first code of each choice."""
    inner = kind.field(count.rows) if count.rows else None
    fields = {one.key: one for one in (*kind.fields, *(inner.fields if inner is not None else ()))}
    first = {key: next(iter(one.options), "yes") for key, one in fields.items()}
    among = all(first[key] in ([codes] if isinstance(codes, str) else codes) for key, codes in count.where.items())
    tracking = kind.tracking
    state = "" if tracking is None else tracking.start if tracking.follows else list(tracking.states)[-1]
    return (
        among
        and not (count.overdue or count.row_states or count.by or count.ends or count.earlier)
        and (not count.states or state in count.states)
    )


@every_kind
def test_what_was_recorded_is_read_back_whole(desk: Desk, kind: Kind) -> None:
    view = desk.view(recorded(desk, kind))
    wanted = filled(kind.fields, desk.cast["甲五"])
    kept = {one.key for one in kind.fields if one.type not in (*FACTS, Type.ROWS) and one.key in wanted}
    assert {key: value for key, value in view.fields.items() if key in kept} == {key: wanted[key] for key in kept}
    assert [len(view.of(one.key)) for one in kind.rowed] == [1] * len(kind.rowed)
    assert desk.cast["甲五"] in view.people or not any(
        one.type in (Type.PEOPLE, Type.OWNER)
        for one in (*kind.fields, *(each for row in kind.rowed for each in row.fields))
    )


@every_kind
def test_what_the_figures_read_is_what_the_fields_say(desk: Desk, kind: Kind) -> None:
    number = recorded(desk, kind)
    view = desk.view(number)
    for row in [None, *view.rows]:
        of = index(kind, row.field if row else "", row.fields if row else view.fields)
        where = row.id if row else None
        days = select(EntryDay.field, EntryDay.on, EntryDay.last).where(
            EntryDay.entry_id == number, EntryDay.row_id.is_not_distinct_from(where)
        )
        people = select(EntryPerson.field, EntryPerson.person_id, EntryPerson.name).where(
            EntryPerson.entry_id == number, EntryPerson.row_id.is_not_distinct_from(where)
        )
        values = select(EntryValue.field, EntryValue.key, EntryValue.word, EntryValue.hundredths).where(
            EntryValue.entry_id == number, EntryValue.row_id.is_not_distinct_from(where)
        )
        for query, wanted in ((days, of.days), (people, of.people), (values, of.values)):
            assert sorted(map(tuple, desk.session.execute(query)), key=str) == sorted(map(tuple, wanted), key=str)


# What is retired at last, checked at last, counted by the month, or never: test_kinds.
NOT_BEHIND = ("red_site", "model_unit", "document", "paragraph")


@every_kind
def test_it_stands_behind_its_figures_and_goes_from_them_when_it_is_taken_back(desk: Desk, kind: Kind) -> None:
    number = recorded(desk, kind)
    plain = [one for one in kind.counts if is_behind(kind, one)]
    assert plain or kind.name in NOT_BEHIND
    for count in plain:
        assert desk.behind(count.path) >= 1, count.path
    view = desk.view(number)
    desk.withdraw(number, "登记有误")
    for count in kind.counts:
        assert desk.behind(count.path) == 0, count.path
    taken = desk.view(number)
    assert (taken.reason, taken.version) == ("登记有误", view.version + 1)
    with pytest.raises(Refusal, match="已取消"):
        desk.keep(number)


@every_kind
def test_it_is_found_by_its_day_and_by_any_of_its_words(desk: Desk, kind: Kind) -> None:
    number = recorded(desk, kind)
    assert entries.listed(desk.session, desk.branch_id, kind, Wanted(Q3.start, Q3.to)) == [number]
    assert entries.listed(desk.session, desk.branch_id, kind, Wanted(date(2022, 1, 1), date(2022, 4, 1))) == []
    said = everything(desk.view(number), entries.everybody(desk.session, desk.branch_id)).split()
    for word in {"备注文字", said[0]}:
        assert entries.listed(desk.session, desk.branch_id, kind, Wanted(words=word)) == [number]
    assert entries.listed(desk.session, desk.branch_id, kind, Wanted(words="没有这个词")) == []


@every_kind
def test_every_field_may_be_changed_with_its_history_and_back_again(desk: Desk, kind: Kind) -> None:
    number = recorded(desk, kind)
    for key in ("note", *(one.key for one in kind.fields if one.type in (Type.TEXT, Type.ORG) and not one.several)):
        before = desk.view(number).fields[key]
        made = desk.change(number, key, "另一个", "有误")
        assert desk.view(number).fields[key] == "另一个"
        [change] = [one for one in entries.changes(desk.session, number) if one.id == made]
        assert (change.old["value"], change.new["value"], change.reason) == (before, "另一个", "有误")
        undoing.undo(desk.session, desk.me, "c", made, local(desk.now), SHANGHAI)
        assert desk.view(number).fields[key] == before
    assert entries.changes(desk.session, number) == []


@every_kind
def test_what_is_undone_at_once_leaves_nothing(desk: Desk, kind: Kind) -> None:
    number = desk.record(kind.name, **filled(kind.fields, desk.cast["甲五"]))
    steps = undoing.steps(desk.session, desk.me, local(desk.now))
    assert [(one.what, one.row_id) for one in steps] == [("登记", number)]
    steps[0].undo(desk.session, desk.me, number, local("2023-08-11 10:10"), SHANGHAI)
    assert entries.listed(desk.session, desk.branch_id, kind, Wanted()) == []
    with pytest.raises(Refusal):
        undoing.undo(desk.session, desk.me, "e", number, local("2023-08-11 10:10"), SHANGHAI)


@every_kind
def test_ten_minutes_later_it_is_taken_back_in_the_open_only(desk: Desk, kind: Kind) -> None:
    number = desk.record(kind.name, **filled(kind.fields, desk.cast["甲五"]))
    with pytest.raises(Refusal, match="超过10分钟"):
        undoing.undo(desk.session, desk.me, "e", number, local("2023-08-11 10:11"), SHANGHAI)
    desk.now = "2023-08-11 10:30"
    with pytest.raises(Refusal, match="原因"):
        desk.withdraw(number, "")


@every_kind
def test_its_ledger_opens_with_its_columns(desk: Desk, kind: Kind) -> None:
    recorded(desk, kind)
    content = ledgers.table(desk.session, desk.branch_id, kind, Q3, date(2023, 8, 11), SHANGHAI)
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    assert list(rows[1]) == ["序号", *(word for word, _ in kind.ledger.columns), "备注"]
    assert (len(rows), rows[2][0], rows[2][-1]) == (3, 1, "备注文字")


@every_kind
def test_who_keeps_it_may_and_nobody_else(desk: Desk, kind: Kind) -> None:
    for name in ("甲三", "丙四", "乙二", "丙一", "甲二"):
        desk.by = name
        may = bool(desk.me.duties & set(kind.keepers))
        if may:
            assert desk.record(kind.name, **filled(kind.fields, desk.cast["甲五"]))
        else:
            with pytest.raises(Refusal, match="没有办理此事的权限"):
                desk.record(kind.name, **filled(kind.fields, desk.cast["甲五"]))


@every_kind
def test_what_is_needed_is_asked_for(desk: Desk, kind: Kind) -> None:
    whole = filled(kind.fields, desk.cast["甲五"])
    for field in kind.fields:
        if field.needed:
            with pytest.raises(Refusal, match=field.word):
                desk.record(kind.name, **{key: value for key, value in whole.items() if key != field.key})
    if kind.one_of:
        with pytest.raises(Refusal, match="请先填写"):
            desk.record(kind.name, **{key: value for key, value in whole.items() if key not in kind.one_of})


@every_kind
def test_a_closed_quarter_keeps_what_it_has_counted(desk: Desk, kind: Kind) -> None:
    number = recorded(desk, kind)
    before = desk.count(Q3, "2023-12-01 09:00")
    desk.now = "2023-10-11 00:00"
    with pytest.raises(Refusal, match="第三季度统计已截止"):
        desk.withdraw(number, "有误")
    key = kind.dated or next((one for one in kind.one_of if one != "placements"), "")
    if (declared := kind.field(key)) is not None:
        span = {"from": "2023-08-02", "to": None}
        days: dict[Type, Any] = {Type.DAYS: span, Type.MONTH: "2023-07", Type.QUARTER: "2023Q2"}
        day = days.get(declared.type, "2023-08-02")
        with pytest.raises(Refusal, match="第三季度统计已截止"):
            desk.change(number, key, day, "有误")
    desk.change(number, "note", "补充说明")
    assert desk.count(Q3, "2023-12-01 09:00") == before


@every_kind
def test_whoever_it_names_finds_it_among_the_own_data_and_is_a_number_after_the_erasure(desk: Desk, kind: Kind) -> None:
    number, person = recorded(desk, kind), desk.cast["甲五"]
    named = person in desk.view(number).people
    mine = json.dumps(to_json(gather(desk.session, of(desk, "甲五")), local(desk.now)), ensure_ascii=False)
    assert ("entry_person" in mine or "entry_state" in mine) == named
    desk.change(number, "note", "甲五同志提供")
    before = desk.count()
    erasure.erase(desk.session, desk.me, person, date(2023, 8, 11), local(desk.now))
    view, called = desk.view(number), entries.everybody(desk.session, desk.branch_id)
    assert "甲五" not in everything(view, called) + str(view.fields)
    # Who is on no roster any more is no part of it.
    of_roster = {one.path for one in kind.ratios if one.under == ROSTER}
    assert {key: value for key, value in desk.count().items() if key not in of_roster} == {
        key: value for key, value in before.items() if key not in of_roster
    }


@every_kind
def test_a_line_of_the_log_holds_nobody_s_words(desk: Desk, kind: Kind) -> None:
    recorded(desk, kind)
    lines = desk.session.scalars(select(Audit).where(Audit.subject == "entry")).all()
    assert lines
    said = json.dumps([line.details for line in lines], ensure_ascii=False)
    assert not any(word in said for word in ("文字", "备注文字", "甲支部", "基地1"))


@every_kind
def test_a_deadline_is_owed_by_whose_it_is(desk: Desk, kind: Kind) -> None:
    recorded(desk, kind)
    due = any(one.type is Type.DUE for one in (*kind.fields, *(each for row in kind.rowed for each in row.fields)))
    done = kind.tracking is not None and not kind.rowed
    owed = owing.owing(desk.session, desk.branch_id, local("2023-08-17 09:00"), SHANGHAI)
    # That something was found and no list made is no deadline of the entry.
    found = [one for one in owed if not one.key.startswith("found:")]
    assert bool(found) == (due and not done)
    assert {one.person_id for one in found} <= {desk.cast["甲五"]}


def test_what_is_nobody_s_is_owed_by_who_keeps_it_however_much_there_is(desk: Desk) -> None:
    """In as many statements for nine items as for one."""
    said: dict[int, int] = {}
    for many in (1, 4, 4):
        issued(desk, "甲支部", "2023-08-11", ["2023-08-20"] * many)
        desk.session.flush()
        desk.session.expire_all()
        with statements() as seen:
            found = owing.owing(desk.session, desk.branch_id, local("2023-08-17 09:00"), SHANGHAI)
        assert found
        said[len(found)] = len(seen)
    assert list(said) == [1, 5, 9]
    assert len({*said.values()}) == 1


# --- declared while the bot runs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, ()),
        ({"sends": "never"}, ()),
        ({"sends": {"digest": "never"}}, ()),
        ({"sends": {"quiet_kinds": "rectification_list"}}, ()),
        ({"sends": {"quiet_kinds": ["rectification_list", 1, "gone"]}}, ("rectification_list", "gone")),
    ],
)
def test_what_cannot_be_switches_nothing_off(settings: dict[str, object], names: tuple[str, ...]) -> None:
    assert nudging.read(settings) == names


def test_what_is_usual_stands_where_nothing_was_answered(desk: Desk) -> None:
    fields = [one.model_copy(update={"usual": "1"}) if one.key == "copies" else one for one in LOAN.fields]
    fields.append(EntryField(key="given", word="赠送", type=Type.YESNO, usual="yes"))
    kind = LOAN.model_copy(update={"name": "lent_usually", "word": "常借", "fields": tuple(fields), "counts": ()})
    with declared([kind]):
        values = filled(LOAN.fields, desk.cast["甲五"])
        said, silent = values | {"copies": 3, "given": False}, values | {"copies": None}
        assert [desk.view(desk.record(kind.name, **one)).fields["copies"] for one in (said, silent)] == [3, 1]
        assert [view.fields["given"] for view in map(desk.view, (1, 2))] == [False, True]


def test_a_kind_is_there_as_long_as_it_is_declared_and_no_name_of_it_is_taken_twice() -> None:
    assert LOAN not in built_in()
    with declared([LOAN]):
        assert LOAN in built_in()
        with pytest.raises(ValueError, match="lent_book"), declared([LOAN]):
            pass
    assert LOAN not in built_in()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"dated": "day"}, "day: no such field"),
        ({"fields": (*LOAN.fields, LOAN.fields[0])}, "fields.title: stands twice"),
        ({"counts": (LOAN.counts[0].model_copy(update={"on": "when"}),)}, "no day when"),
        ({"counts": (LOAN.counts[0].model_copy(update={"states": ("gone",)}),)}, "no state gone"),
        ({"counts": (LOAN.counts[0].model_copy(update={"distinct": "who"}),)}, "no field who"),
        ({"keepers": (Duty.SECRETARY, Duty.GROUP_LEADER)}, "keepers: group_leader has no right keep_register"),
        ({"readers": (Duty.GROUP_LEADER,)}, "readers: group_leader has no right read_register"),
        ({"word": 7}, "word"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_declaration_is_refused_with_its_fault(change: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Kind(**{**{name: getattr(LOAN, name) for name in Kind.model_fields}, **change})


@every_kind
def test_every_figure_has_a_word_a_unit_and_a_formula(desk: Desk, kind: Kind) -> None:
    for one in figures(desk.session, desk.branch_id):
        assert one.word, one.path
        assert one.formula, one.path
        assert one.unit or one.shown is None, one.path


def test_all_figures_are_one_statement(desk: Desk) -> None:
    assert REGISTER.name == "register"
    assert FORMS.name == "register.form"
    assert desk.session.scalars(select(Entry.id)).all() == []
    assert desk.session.scalars(select(EntryRow.id)).all() == []
