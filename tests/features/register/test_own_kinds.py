"""A unit's own kinds: what is refused with its place, what follows from the fields, revisions that lose nothing."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bot.features.register import entries, ledgers
from bot.features.register.kinds import catalogue
from bot.features.register.kinds.kind import EntryField, Kind
from bot.features.register.own import declaring, making, messages, service, store
from bot.features.register.own.declaring import TYPES, Declared
from bot.features.register.rules import words_of
from bot.kit.refusal import Refusal
from scheduler.calendar.periods import Period
from storage.engine import Storage
from storage.models.organisation import Organisation
from storage.models.own_kind import OwnKind, OwnKindRevision
from tests.features.register.desk import Q3, Desk, local
from tests.features.register.own_team import DOCUMENT as TEAM
from tests.features.register.test_kinds import LATER, figures, people


@pytest.fixture
def desk(storage: Storage) -> Iterator[Desk]:
    with storage.transaction() as session:
        yield Desk(session)


def with_others(changed: Mapping[str, Any]) -> dict[str, Any]:
    """The team with other parts: kind__word="…", fields={…}; null: without it."""
    document = copy.deepcopy(TEAM)
    for path, value in changed.items():
        *parts, last = path.split("__")
        at = document
        for part in parts:
            at = at[part]
        if value is None:
            del at[last]
        else:
            at[last] = value
    return document


def declared(**changed: Any) -> Declared:
    found, faults = declaring.read(with_others(changed))
    assert found is not None, faults
    return found


def chinese(document: Any) -> list[str]:
    return [f"{one.place}：{one.chinese}" for one in declaring.read(document)[1]]


def wrong(path: str, value: Any) -> list[str]:
    return chinese(with_others({path.replace(".", "__"): value}))


def field(kind: Kind, key: str) -> EntryField:
    return {one.key: one for one in kind.fields}[key]


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("kind.unit", "人次数", "kind.unit：最多2个字。"),
        ("kind.word", "九个字的登记项目名称", "kind.word：最多8个字。"),
        ("kind.word", None, "kind.word：请填写。"),
        ("fields.task.options", {"only": "唯一"}, "fields.task.options：至少2个选项。"),
        ("fields.served.type", "integer", "fields.served.type：没有“integer”这种类型，可用：text、number、day、days、"
         "choice、yesno、person、people、org、site、link、file。"),
        ("fields.day.dated", False, "fields：没有标明 dated = true 的日期。"),
        ("fields.more", {"type": "day", "label": "另一日期", "dated": True}, "fields：有2个 dated，只能有1个。"),
        ("kind.phrase", "{count}次{served.total}", "kind.phrase：没有“served.total”，可用：count、"
         "task.tuition、…、place.distinct、partner.distinct、shared.yes。"),
        ("kind.phrase", "{count次", "kind.phrase：花括号没有成对。"),
        ("kind.keepers", ["treasurer"], "kind.keepers：没有“treasurer”这个职务，可用：secretary、deputy_secretary、"
         "organization_officer、publicity_officer、discipline_officer、youth_officer、mass_work_officer。"),
        ("fields.state", {"type": "text", "label": "状态"}, "fields.state：这是保留名称。"),
        ("fields.Served", {"type": "text", "label": "文字"},
         "fields.Served：名称应为小写字母、数字或下划线，以字母开头。"),
        ("fields.cost", {"type": "number", "label": "金额"}, "fields.cost.label：小助手不登记金额和证件号码。"),
        ("fields.cost", {"type": "number", "label": "数", "unit": "元"},
         "fields.cost.label：小助手不登记金额和证件号码。"),
        ("kind.colour", "red", "kind.colour：没有这一项，可用：id、word、unit、keepers、readers、phrase。"),
        ("kind.id", "own_3", "kind.id：标识应为小写字母开头的2至31个小写字母、数字或下划线，不能是 own_ 加数字。"),
        ("tracking", {"states": {"open": "待回访"}}, "tracking.states：至少2个选项。"),
        ("tracking", {"states": {"open": "待", "done": "已"}, "done": ["open"]},
         "tracking.done：第一个状态不能是办结状态。"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(path: str, value: Any, fault: str) -> None:
    assert wrong(path, value) == [fault]


def test_all_faults_are_told_at_once() -> None:
    document = {"kind": {"word": "", "unit": "人次数"}, "fields": {"state": {"type": "x", "label": ""}}, "more": 1}
    assert len(chinese(document)) == 7
    for nothing in (None, [], {}, {"kind": []}, "x"):
        assert chinese(nothing) == ["kind：没有 [kind] 部分。"]


def test_what_is_kept_is_read_back_the_same() -> None:
    one = declared(kind__readers=["secretary"], tracking={"states": {"open": "待回访", "done": "已回访"}})
    again = declaring.from_json("service_team", declaring.to_json(one))
    assert (again, making.kind(again, "service_team")) == (one, making.kind(one, "service_team"))


def test_everything_follows_from_the_fields(desk: Desk) -> None:
    """ST: one branch's team goes out twice; every figure of it by its own name, and each opens its records."""
    service.add(desk.session, desk.me, declared(), local(desk.now))
    whole = {"task": "tuition", "members": people(desk, "甲四", "甲五"), "served": 20, "place": "社区", "shared": True}
    desk.record("service_team", day="2023-08-01", **whole)
    again = desk.record("service_team", day="2023-08-09", task="repair", members=people(desk, "甲五"), served=5)
    assert figures(desk, "own.service_team") == {
        "count": 2, "task.tuition": 1, "task.repair": 1, "members.person_times": 3, "members.people": 2,
        "members.coverage_rate": 8.0, "served.sum": 25, "place.distinct": 1, "shared.yes": 1,
    }  # fmt: skip
    assert desk.behind("own.service_team.served.sum") == 2
    desk.withdraw(again, "重复登记")
    assert figures(desk, "own.service_team")["count"] == 1


def test_what_is_followed_up_is_due_and_done(desk: Desk) -> None:
    one = declared(kind__id="visit", kind__phrase=None, tracking={"states": {"open": "待回访", "done": "已回访"}})
    service.add(desk.session, desk.me, one, local(desk.now))
    whole = {"task": "tuition", "members": people(desk, "甲四"), "owner": desk.owner("甲五")}
    done = desk.record("visit", day="2023-08-01", due_on="2023-08-20", **whole)
    desk.record("visit", day="2023-08-02", due_on="2023-08-20", **whole)
    desk.put(done, "done", "2023-08-11")
    found = figures(desk, "own.visit")
    assert (found["listed"], found["done"], found["overdue"]) == (2, 1, 1)
    facts = [view.fact for view in entries.views(desk.session, [1, 2])]
    assert [one.due_on for one in facts if one is not None] == [date(2023, 8, 20)] * 2


def test_one_word_stands_for_one_kind(desk: Desk) -> None:
    for word, fault in (("指导支部", "已有登记类别“指导支部”，请换一个名称。"), ("志愿服务队", "志愿服务队")):
        if word == "志愿服务队":
            service.add(desk.session, desk.me, declared(), local(desk.now))
        with pytest.raises(Refusal, match=fault):
            service.add(desk.session, desk.me, declared(kind__word=word, kind__id=None), local(desk.now))
    for taken in ("guidance", "publications", "cobuild", "service_team"):
        with pytest.raises(Refusal, match=f"标识“{taken}”已被使用。"):
            service.add(desk.session, desk.me, declared(kind__word="另一项", kind__id=taken), local(desk.now))


def test_who_is_not_the_secretary_makes_none(desk: Desk) -> None:
    desk.by = "甲二"
    with pytest.raises(Refusal, match="没有办理此事的权限"):
        service.add(desk.session, desk.me, declared(), local(desk.now))


def test_numbers_of_kinds_are_never_used_again(desk: Desk) -> None:
    one = service.add(desk.session, desk.me, declared(kind__id=None), local(desk.now))
    name = one.name
    assert name == f"own_{one.id}"
    assert service.stop(desk.session, desk.me, name, True, local(desk.now)) is False
    assert desk.session.scalars(select(OwnKindRevision.id)).all() == []
    two = service.add(desk.session, desk.me, declared(kind__id=None), local(desk.now))
    assert (two.id, two.name) == (one.id + 1, f"own_{one.id + 1}")


# --- revisions -------------------------------------------------------------------------------------------------------


def test_fields_are_added_renamed_and_dropped_without_losing_an_entry(desk: Desk) -> None:
    service.add(desk.session, desk.me, declared(), local(desk.now))
    whole = {"task": "tuition", "members": people(desk, "甲四")}
    number = desk.record("service_team", day="2023-08-01", served=20, **whole)
    before = figures(desk, "own.service_team")
    changed = declared(
        fields__served=None, fields__task__label="服务类别", fields__task__options={"tuition": "辅导", "other": "其他"},
        fields__hours={"type": "number", "label": "时长", "needed": True}, kind__phrase=None,
    )  # fmt: skip
    assert service.change(desk.session, desk.me, "service_team", changed, local(desk.now)) == 2
    kind = desk.kind("service_team")
    assert (kind.revision, field(desk.view(number).kind, "task").word) == (2, "服务类别")
    # The old entry has all that it had, shown as what it is; its figures go on, and the new field is empty.
    assert figures(desk, "own.service_team") == before
    words = words_of(desk.view(number), None, entries.everybody(desk.session, desk.branch_id))
    assert (words["task"], words["served"], words["hours"]) == ("辅导", "20", "")
    assert field(kind, "served").word == "服务人数（人次）（已停用）"
    desk.change(number, "note", "仍可修改")
    with pytest.raises(Refusal, match="请先填写时长"):
        desk.record("service_team", day="2023-08-02", **whole)
    # An option that is offered no more is counted all the same.
    assert field(kind, "task").retired == ("repair",)
    desk.record("service_team", day="2023-08-03", hours=2, **whole | {"task": "repair"})
    assert figures(desk, "own.service_team")["task.repair"] == 1
    row = desk.session.scalars(select(OwnKindRevision.revision)).all()
    assert sorted(row) == [1, 2]
    # A change of something else leaves it so.
    _, kept = service.found(desk.session, desk.me, "service_team")
    service.change(desk.session, desk.me, "service_team", replace(kept, word="服务队"), local(desk.now))
    assert field(desk.kind("service_team"), "task").retired == ("repair",)


def test_the_same_again_is_no_revision(desk: Desk) -> None:
    service.add(desk.session, desk.me, declared(), local(desk.now))
    for _ in range(2):
        assert service.change(desk.session, desk.me, "service_team", declared(), local(desk.now)) == 1


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("fields__day__type", "days", "该字段类型不能由 day 改为 days，请新增字段。"),
        ("fields__served__unit", "人", "计量单位不能修改，请新增字段。"),
        ("kind__unit", "场", "计量单位不能修改。"),
        ("tracking", {"states": {"open": "待", "done": "已"}}, "是否跟踪办理不能修改。"),
        ("kind__word", "指导支部", "已有登记类别“指导支部”，请换一个名称。"),
    ],
)
def test_what_never_changes_is_refused(desk: Desk, path: str, value: Any, fault: str) -> None:
    service.add(desk.session, desk.me, declared(), local(desk.now))
    with pytest.raises(Refusal, match=fault):
        service.change(desk.session, desk.me, "service_team", declared(**{path: value}), local(desk.now))
    assert desk.session.scalars(select(OwnKindRevision.revision)).all() == [1]


def test_too_many_fields_are_refused_with_what_there_are(desk: Desk) -> None:
    many = {f"f{at}": {"type": "text", "label": f"字段{at}"} for at in range(10)}
    service.add(desk.session, desk.me, declared(fields=TEAM["fields"] | many, kind__phrase=None), local(desk.now))
    more = {f"g{at}": {"type": "text", "label": f"新{at}"} for at in range(4)}
    with pytest.raises(Refusal, match="已有19个字段，最多可设20个，本次新增4个。"):
        service.change(
            desk.session, desk.me, "service_team", declared(fields=TEAM["fields"] | more, kind__phrase=None),
            local(desk.now),
        )  # fmt: skip


def test_the_ledger_keeps_a_dropped_column_as_long_as_it_shows_one(desk: Desk) -> None:
    service.add(desk.session, desk.me, declared(), local(desk.now))
    whole = {"task": "tuition", "members": people(desk, "甲四")}
    desk.record("service_team", day="2023-08-01", served=20, **whole)
    service.change(
        desk.session, desk.me, "service_team", declared(fields__served=None, kind__phrase=None), local(LATER)
    )
    for period, there in ((Q3, True), (Period(date(2023, 9, 1), date(2023, 10, 1)), False)):
        kind = desk.kind("service_team")
        found = entries.views(desk.session, entries.listed(desk.session, desk.branch_id, kind, wanted(period)))
        columns = [word for word, _ in ledgers.without_dropped(kind, found).ledger.columns]
        assert ("服务人数（人次）（已停用）" in columns) is there


def wanted(period: Period) -> entries.Wanted:
    return entries.Wanted(period.start, period.to)


# --- stopped, hidden, of a committee ---------------------------------------------------------------------------------


def test_a_stopped_kind_takes_nothing_new_and_keeps_what_there_is(desk: Desk) -> None:
    service.add(desk.session, desk.me, declared(), local(desk.now))
    whole = {"task": "tuition", "members": people(desk, "甲四")}
    desk.record("service_team", day="2023-08-01", **whole)
    assert service.stop(desk.session, desk.me, "service_team", True, local(desk.now))
    offered = [one.name for one in catalogue.kinds(desk.session, desk.branch_id, stopped=False)]
    assert "service_team" not in offered
    with pytest.raises(Refusal, match="已停用"):
        desk.record("service_team", day="2023-08-02", **whole)
    assert figures(desk, "own.service_team")["count"] == 1
    assert service.stop(desk.session, desk.me, "service_team", False, local(desk.now))
    desk.record("service_team", day="2023-08-02", **whole)


def test_a_committee_s_kind_is_of_all_branches_below_and_theirs_to_hide_alone(desk: Desk) -> None:
    above = Organisation(kind="committee", name="某党委", settings={}, created_at=local(desk.now))
    desk.session.add(above)
    desk.session.flush()
    service.put(desk.session, above.id, declared(), "service_team", 1, None, local(desk.now))
    assert store.of_branch(desk.session, desk.branch_id) == []
    desk.session.get_one(Organisation, desk.branch_id).parent_id = above.id
    desk.session.flush()
    assert [one.name for one in store.of_branch(desk.session, desk.branch_id)] == ["service_team"]
    desk.record("service_team", day="2023-08-01", task="other", members=people(desk, "甲四"))
    with pytest.raises(Refusal, match="由上级党委设置"):
        service.change(desk.session, desk.me, "service_team", declared(), local(desk.now))
    # One word along the line: neither above nor below.
    with pytest.raises(Refusal, match="已有登记类别"):
        service.add(desk.session, desk.me, declared(kind__id=None), local(desk.now))
    service.hide(desk.session, desk.me, "service_team", True, local(desk.now))
    assert store.of_branch(desk.session, desk.branch_id, stopped=False) == []
    assert figures(desk, "own.service_team")["count"] == 1


def test_another_branch_neither_sees_nor_counts_it(desk: Desk) -> None:
    service.add(desk.session, desk.me, declared(), local(desk.now))
    other = Organisation(kind="branch", name="别的支部", settings={}, created_at=local(desk.now))
    desk.session.add(other)
    desk.session.flush()
    assert store.of_branch(desk.session, other.id) == []
    assert desk.session.scalars(select(OwnKind.organisation_id)).all() == [desk.branch_id]


# --- what would be read no more --------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["field", "row", "act", "count", "listed", "overdue", "from", "a" * 21])
def test_a_name_that_a_form_or_a_figure_has_is_reserved(key: str) -> None:
    assert wrong(f"fields.{key}", {"type": "text", "label": "别的内容"}) != []


@pytest.mark.parametrize("words", ["{}{x}", "领{读}", "两\n行", "看\u200b不见", "空\x00字"])
def test_words_with_braces_or_hidden_marks_are_refused(words: str) -> None:
    for path in ("kind.word", "fields.place.label", "fields.served.unit"):
        assert any("不能含有花括号" in one for one in wrong(path, words)), path
    assert any("不能含有花括号" in one for one in wrong("fields.task.options", {"a": words, "b": "乙"}))


@pytest.mark.parametrize("value", [["text"], {"a": 1}, 3, None])
def test_a_type_that_is_no_word_is_a_fault(value: Any) -> None:
    assert any(
        one.startswith("fields.place.type：没有") for one in wrong("fields.place", {"type": value, "label": "地"})
    )


def test_done_states_that_are_no_words_are_a_fault() -> None:
    assert wrong("tracking", {"states": {"a": "甲", "b": "乙"}, "done": [["b"]]}) == [
        "tracking.done：应为 states 中的状态。"
    ]


def test_two_fields_of_one_label_are_refused() -> None:
    assert wrong("fields.more", {"type": "text", "label": "地点"}) == ["fields：有相同的内容名称。"]


@pytest.mark.parametrize(
    "changed",
    [
        {"fields__task__options": {"tutor": "课后辅导", "other": "其他"}, "kind__phrase": None},
        {"fields__task__options": {f"n{at}": f"新{at}" for at in range(18)}, "kind__phrase": None},
        {"fields__served": None},
    ],
)
def test_a_revision_that_could_not_be_read_again_is_refused(desk: Desk, changed: dict[str, Any]) -> None:
    """An old option's word under a new code, more options than there may be, a field that the phrase needs."""
    service.add(desk.session, desk.me, declared(), local(desk.now))
    found, faults = declaring.read(with_others(changed))
    if found is not None:
        with pytest.raises(Refusal):
            service.change(desk.session, desk.me, "service_team", found, local(desk.now))
    assert found is not None or faults
    assert desk.kind("service_team").revision == 1
    assert figures(desk, "own.service_team") == {}


def test_states_in_another_order_are_refused(desk: Desk) -> None:
    one = declared(tracking={"states": {"open": "待回访", "done": "已回访"}}, kind__phrase=None)
    service.add(desk.session, desk.me, one, local(desk.now))
    other = declared(tracking={"states": {"done": "已回访", "open": "待回访"}, "done": ["open"]}, kind__phrase=None)
    with pytest.raises(Refusal, match="第一个状态不能是办结状态"):
        service.change(desk.session, desk.me, "service_team", other, local(desk.now))


def test_fewer_readers_are_all_that_read_it(desk: Desk) -> None:
    """Not the leader of whom it names; nor are its words offered to others."""
    few = declared(kind__readers=["secretary"], kind__keepers=["secretary"], kind__phrase=None)
    service.add(desk.session, desk.me, few, local(desk.now))
    whole = {"task": "tuition", "members": people(desk, "甲四"), "partner": "机密信访办"}
    number = desk.record("service_team", day="2023-08-01", **whole)
    day = date(2023, 8, 11)
    for name, may in (("甲一", True), ("甲三", False), ("甲二", False), ("甲四", True)):
        me = desk.cast.me(desk.session, name, day)
        if may:
            assert entries.find(desk.session, me, number, day).id == number
        else:
            with pytest.raises(Refusal):
                entries.find(desk.session, me, number, day)
    for name, offered in (("甲一", ["机密信访办"]), ("甲二", [])):
        assert entries.used_before(desk.session, desk.cast.me(desk.session, name, day), "partner") == offered


def test_the_name_of_somebody_is_no_name_of_a_kind(desk: Desk) -> None:
    with pytest.raises(Refusal, match="“甲四”是本支部同志的姓名，请换一个名称。"):
        service.add(desk.session, desk.me, declared(kind__word="甲四", kind__phrase=None), local(desk.now))


def test_every_type_of_a_file_has_a_word() -> None:
    assert messages.TYPE_WORDS.keys() == TYPES.keys()
