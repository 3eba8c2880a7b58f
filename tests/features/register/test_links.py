"""What entries have to do with activities and with each other: chosen, shown, made of one another, in an archive."""

import io
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import openpyxl
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.activities.counting.figures import figures as ACTIVITIES
from bot.features.archive.document import BadArchive
from bot.features.register import ledgers, owing
from bot.features.register.kinds.catalogue import built_in
from bot.features.register.kinds.kind import Type
from bot.features.register.quick import filling
from bot.kit import proved
from bot.kit.entry_hours import EARNING, ENTRY_HOURS
from bot.kit.figures import Section
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from storage.choices import ActivityStatus, ActivityType, AttendanceStatus, Duty, Organizer, Scope, SignInMethod
from storage.engine import Storage
from storage.models.activity import Activity, Component
from storage.models.attendance import Attendance
from storage.models.entry import Entry, EntryLink
from storage.models.organisation import Organisation
from storage.models.person import DutySpan, RosterSpan
from tests.features.register.desk import Q3, SHANGHAI, Desk, local
from tests.features.register.test_archive import Json, document, out, put
from tests.features.register.test_chat import SEC, draw_up, last, said
from tests.features.register.test_chat import bot as bot
from tests.world import World

PARTY_DAY = "8月主题党日（2023年8月4日）"


def held(session: Session, branch_id: int, by: int, *came: int, day: str = "2023-08-04", **more: Any) -> int:
    """An activity that took place, to which these came."""
    start, end = local(f"{day} 14:30"), local(f"{day} 16:00")
    values: dict[str, Any] = {"title": "8月主题党日", "status": ActivityStatus.HELD, **more}
    row = Activity(
        branch_id=branch_id, planned_on=start.date(), start_at=start, end_at=end, created_by_id=by, created_at=start,
        **values,
    )  # fmt: skip
    session.add(row)
    session.flush()
    seen: dict[str, Any] = {"status": AttendanceStatus.PRESENT, "method": SignInMethod.BUTTON, "at": start}
    session.add_all(Attendance(activity_id=row.id, person_id=one, **seen) for one in came)
    session.flush()
    return row.id


def period(first: str, to: str) -> dict[str, str]:
    return {"from": first, "to": to}


INSPECTED: dict[str, Any] = {
    "kind": "half_year",
    "targets": ["甲支部", "乙支部"],
    "period": period("2023-08-01", "2023-08-03"),
    "found": 3,
}


# --- what may be pointed to ------------------------------------------------------------------------------------------


@pytest.fixture
def desk(storage: Storage) -> Any:
    with storage.transaction() as session:
        yield Desk(session)


def test_a_link_is_written_beside_the_entry_and_goes_with_its_change(desk: Desk) -> None:
    first = held(desk.session, desk.branch_id, desk.me.id)
    second = held(desk.session, desk.branch_id, desk.me.id, day="2023-08-07")
    number = desk.record("guidance", org="甲支部", on="2023-08-04", activity={"activity": first})

    def linked() -> list[int | None]:
        query = select(EntryLink.activity_id).where(EntryLink.entry_id == number)
        return list(desk.session.scalars(query))

    assert linked() == [first]
    desk.change(number, "activity", {"activity": second})
    assert linked() == [second]
    desk.change(number, "activity", None)
    assert linked() == []


def test_what_is_not_of_the_branch_or_not_of_that_kind_is_refused(desk: Desk) -> None:
    other = put(desk.session, document(), "另一党支部").branch_id
    theirs = held(desk.session, other, desk.me.id)
    guided = desk.record("guidance", org="甲支部", on="2023-08-04")
    for bad in ({"activity": theirs}, {"activity": 10**9}, {"entry": guided}):
        with pytest.raises(Refusal, match="没有找到关联活动"):
            desk.record("guidance", org="乙支部", on="2023-08-05", activity=bad)
        with pytest.raises(Refusal, match="没有找到关联活动"):
            desk.change(guided, "activity", bad)
    with pytest.raises(Refusal, match="没有找到所据检查"):
        desk.record("rectification_list", target="甲支部", source="other", inspection={"entry": guided})


# --- what points back ------------------------------------------------------------------------------------------------


def test_what_was_found_asks_for_a_list_from_the_fifth_working_day_on(desk: Desk) -> None:
    """2 August is a Wednesday: the fifth working day after it is the 9th."""
    inspected = desk.record("inspection", **INSPECTED)
    desk.record("inspection", **{**INSPECTED, "found": 0, "kind": "other"})
    desk.record("inspection", **{**INSPECTED, "found": None, "kind": "special"})

    def asked(now: str) -> list[tuple[str, bool]]:
        found = owing.owing(desk.session, desk.branch_id, local(now), SHANGHAI)
        assert all(not one.nudges for one in found)
        return [(one.line, one.overdue) for one in found if one.key == f"found:{inspected}"]

    title = "开展检查“2023年8月1日至2023年8月2日 半年检查 甲支部、乙支部”发现问题3个"
    assert asked("2023-08-08 23:59") == []
    assert asked("2023-08-09 09:00") == [(f"{title}：请于8月9日（含）前形成整改清单。", False)]
    assert asked("2023-08-10 09:00") == [(f"{title}：应于8月9日（含）前形成整改清单，已逾期，仍可形成整改清单。", True)]
    made = desk.record("rectification_list", target="甲支部", source="other", inspection={"entry": inspected})
    assert asked("2023-08-10 09:00") == []
    desk.withdraw(made, "重复登记")
    assert len(asked("2023-08-10 09:00")) == 1


def test_a_cancelled_inspection_found_nothing(desk: Desk) -> None:
    number = desk.record("inspection", **INSPECTED)
    desk.put(number, "cancelled", "2023-08-02", reason="未成行")
    assert owing.owing(desk.session, desk.branch_id, local("2023-08-15 09:00"), SHANGHAI) == []


def test_a_ledger_names_what_points_to_its_entries(desk: Desk) -> None:
    contest = desk.record(
        "contest",
        title="党史知识竞赛",
        kind="knowledge",
        period=period("2023-08-02", "2023-08-03"),
        organizer="superior",
    )
    for rank in ("一等奖", "优秀组织奖"):
        given = {
            "kind": "prize",
            "level": "unit",
            "holder_kind": "branch",
            "issuer": "示范局",
            "issued_on": "2023-08-05",
        }
        desk.record("award", title=rank, contest={"entry": contest}, **given)
    first = held(desk.session, desk.branch_id, desk.me.id)
    desk.record("cobuild_event", partner=["甲支部"], form="other", on="2023-08-04", activity={"activity": first})
    for name, column, cell in (("contest", "奖项", "一等奖、优秀组织奖"), ("cobuild_event", "关联活动", PARTY_DAY)):
        content = ledgers.table(desk.session, desk.branch_id, desk.kind(name), Q3, date(2023, 8, 11), SHANGHAI)
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        rows = [[one.value for one in row] for row in sheet.iter_rows()]
        head = next(row for row in rows if "序号" in row)
        assert rows[rows.index(head) + 1][head.index(column)] == cell


# --- hours -----------------------------------------------------------------------------------------------------------


def test_what_kinds_say_of_hours_is_what_is_counted() -> None:
    saying = [one for one in built_in() if one.field("hours") is not None and one.section is Section.TRAINING]
    assert {one.name for one in saying} == EARNING.keys()
    for one in saying:
        earning = EARNING[one.name]
        people, hours = one.field(earning.people), one.field("hours")
        assert (one.collection, one.dated) == (earning.collection, earning.day)
        assert [each.type for each in (people, hours) if each is not None] == [Type.PEOPLE, Type.NUMBER]


def test_hours_of_courses_and_of_superiors_count_unless_an_activity_has_them(desk: Desk) -> None:
    """Of the quarter of the first day, by its cut-off; who is on no roster has none."""
    people = [{"id": desk.cast[name]} for name in ("甲四", "丙四")]
    first = held(desk.session, desk.branch_id, desk.me.id, desk.cast["丙四"], hours=Decimal(4))
    event = {"title": "廉政辅导", "whose": "示范局", "level": "unit", "kind": "lecture", "on": "2023-08-04"}
    told = desk.record("superior_event", **event, attendees=[*people, {"name": "庚一"}], hours=1.5)
    desk.record(
        "superior_event", **{**event, "on": "2023-08-07"}, attendees=people, hours=8, activity={"activity": first}
    )
    course = {"title": "骨干培训班", "organizer": "superior", "trainees": people[:1]}
    desk.record("training", **course, period=period("2023-07-31", "2023-08-03"), hours=24)
    desk.record("training", **course, period=period("2023-06-30", "2023-07-03"), hours=16)
    desk.record("training", **course, period=period("2023-08-08", "2023-08-09"))

    def hours(now: str = "2023-08-11 10:00") -> dict[str, Decimal]:
        counting = desk.counting(now=now)
        figure = next(one for one in ACTIVITIES(desk.session, desk.branch_id) if one.path == "hours")
        rows = figure.rows(counting.of(figure.of))
        value, behind = figure.value(rows), figure.behind(rows)
        assert behind.keys() == {f".{person}" for person in value}
        return {name: value[f"P{desk.cast[name]}"] for name in ("甲四", "丙四") if f"P{desk.cast[name]}" in value}

    assert hours() == {"甲四": Decimal("25.5"), "丙四": Decimal("5.5")}
    desk.withdraw(told, "登记有误")
    assert hours() == {"甲四": Decimal(24), "丙四": Decimal(4)}
    late = Desk.over(desk.session, desk.cast, "2023-10-11 00:00")
    late.record("superior_event", **event, attendees=people, hours=2)
    assert hours("2023-10-12 09:00") == {"甲四": Decimal(24), "丙四": Decimal(4)}


# --- what an activity proves -----------------------------------------------------------------------------------------


def test_what_an_activity_proves_are_kinds_and_codes() -> None:
    there = {one.name: one for one in built_in()}
    assert proved.LABELS.keys() <= there.keys()
    assert proved.LABELS.keys() >= proved.ONCE
    every = [one for kind in there.values() for one in kind.fields if one.by_type]
    assert every
    for one in every:
        assert set(one.by_type) <= set(ActivityType)
        assert set(one.by_type.values()) <= set(one.options)


def offered(desk: Desk, number: int) -> list[str]:
    return [one.kind for one in proved.unrecorded(desk.session, desk.session.get_one(Activity, number))]


def visited(desk: Desk, *sites: str, **more: Any) -> int:
    number = held(desk.session, desk.branch_id, desk.me.id, sites=list(sites), **more)
    desk.session.add(Component(activity_id=number, type=ActivityType.RED_SITE_VISIT))
    desk.session.flush()
    return number


def test_an_entry_is_offered_until_somebody_has_recorded_it(desk: Desk) -> None:
    number = held(desk.session, desk.branch_id, desk.me.id, partners=["甲支部", {"name": "乙支部"}])
    assert offered(desk, number) == ["cobuild_event"]
    event = {"partner": ["甲支部", "乙支部"], "form": "symposium", "on": "2023-08-04"}
    other = desk.record("cobuild_event", **event)
    assert offered(desk, number) == ["cobuild_event"]
    made = desk.record("cobuild_event", **event, activity={"activity": number})
    assert offered(desk, number) == []
    desk.withdraw(made, "登记有误")
    assert offered(desk, number) == ["cobuild_event"]
    assert other != made


@pytest.mark.parametrize(
    ("organizer", "kinds"),
    [
        (Organizer.OWN_BRANCH, ["cobuild_event"]),
        (Organizer.JOINT, ["cobuild_event"]),
        (Organizer.SUPERIOR, []),
        (Organizer.OTHER_BRANCH, []),
    ],
)
def test_what_others_held_is_nothing_done_together(desk: Desk, organizer: Organizer, kinds: list[str]) -> None:
    assert (
        offered(desk, held(desk.session, desk.branch_id, desk.me.id, partners=["甲支部"], organizer=organizer)) == kinds
    )


def test_sites_are_offered_until_all_are_on_the_list(desk: Desk) -> None:
    assert offered(desk, held(desk.session, desk.branch_id, desk.me.id, sites=["某故居"])) == []
    number = visited(desk, "某故居", "某纪念馆")
    call = cast(Call, SimpleNamespace(me=desk.me, today=date(2023, 8, 11), tz=SHANGHAI, now=local("2023-08-11 10:00")))

    def filled() -> Any:
        activity = desk.session.get_one(Activity, number)
        return filling.of_activity(desk.session, call, desk.kind("red_site"), activity).get("name")

    for name, kind in (("某故居", "former_residence"), ("某纪念馆", "memorial_hall")):
        assert (offered(desk, number), filled()) == (["red_site"], name)
        desk.record("red_site", name=name, type=kind)
    assert (offered(desk, number), filled()) == ([], None)


# --- in chat ---------------------------------------------------------------------------------------------------------


async def inspect(bot: World, *targets: str, kind: str = "半年检查", found: str = "2") -> None:
    await bot.stage.say(SEC, "登记开展检查")
    await bot.stage.tap(SEC, kind, "请选择类别")
    await bot.stage.say(SEC, "、".join(targets))
    await bot.stage.say(SEC, "8月10日")
    await bot.stage.say(SEC, "8月10日")
    await bot.stage.tap(SEC, "不填写", "检查内容")
    await bot.stage.say(SEC, found)
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.tap(SEC, "打开", "已登记")


async def test_a_list_is_made_from_an_inspection_for_each_of_its_units(bot: World) -> None:
    await inspect(bot, "甲支部", "乙支部")
    assert {"形成整改清单（甲支部）", "形成整改清单（乙支部）"} <= set(last(bot, SEC).labels)
    await bot.stage.tap(SEC, "形成整改清单（乙支部）")
    assert said(bot, SEC).startswith(
        "【登记】整改清单\n受检单位：乙支部\n来源：半年检查\n所据检查：开展检查“2023年8月10日 半年检查 甲支部、乙支部”"
    )
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.tap(SEC, "打开", "已登记")
    assert "所据检查：开展检查“2023年8月10日 半年检查 甲支部、乙支部”" in said(bot, SEC)
    await bot.stage.tap(SEC, "打开所据检查")
    assert "整改清单：乙支部 半年检查（草稿）" in said(bot, SEC)
    labels = last(bot, SEC).labels
    assert "形成整改清单" in labels
    assert "形成整改清单（乙支部）" not in labels
    await bot.stage.tap(SEC, "整改清单", "【开展检查】")
    assert said(bot, SEC).startswith("【整改清单】\n受检单位：乙支部")


async def test_of_a_visit_the_list_is_the_branch_s_own(bot: World) -> None:
    await bot.stage.say(SEC, "登记迎接检查")
    await bot.stage.say(SEC, "示范局党委")
    await bot.stage.tap(SEC, "督导", "请选择类别")
    await bot.stage.say(SEC, "8月10日")
    await bot.stage.say(SEC, "8月10日")
    await bot.stage.tap(SEC, "不填写", "级别")
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.tap(SEC, "打开", "已登记")
    await bot.stage.tap(SEC, "形成整改清单")
    with bot.storage.reading() as session:
        name = session.get_one(Organisation, bot.cast.branch_id).name
    assert said(bot, SEC).startswith(f"【登记】整改清单\n受检单位：{name}\n来源：迎接检查\n")


async def test_a_second_look_shows_what_is_still_open(bot: World) -> None:
    await draw_up(bot, "8月21日", "8月22日", owner="丙四")
    await bot.stage.tap(SEC, "打开", "已下发")
    await bot.stage.tap(SEC, "事项第1项")
    await bot.stage.tap(SEC, "完成整改")
    await bot.stage.tap(SEC, "8月11日")
    await bot.stage.say(SEC, "已补")
    await bot.stage.tap(SEC, "确认完成整改")
    await inspect(bot, "甲支部", "乙支部", kind="回头看", found="0")
    assert "上次清单未整改1项：\n1. 甲支部 半年检查 第2项“记录不全1”（整改中，丙四，期限8月22日）" in said(bot, SEC)


async def test_an_activity_fills_in_what_it_proves(bot: World) -> None:
    with bot.storage.transaction() as session:
        came = [bot.cast[name] for name in ("甲四", "丙四")]
        held(session, bot.cast.branch_id, bot.cast[SEC], *came, sites=["基地1"], partners=["甲支部"])
        held(session, bot.cast.branch_id, bot.cast[SEC], day="2023-08-07", status=ActivityStatus.CANCELLED)
    await bot.stage.say(SEC, "登记志愿服务")
    await bot.stage.tap(SEC, "据活动填写", "请选择类别")
    assert last(bot, SEC).labels == [PARTY_DAY, "逐项填写"]
    await bot.stage.tap(SEC, PARTY_DAY)
    await bot.stage.tap(SEC, "社区服务", "请选择类别")
    for _ in ("hours", "beneficiaries"):
        await bot.stage.tap(SEC, "不填写", "【登记】")
    text = said(bot, SEC)
    for line in (
        "日期：2023年8月4日",
        "参加人员：甲四、丙四",
        "地点：基地1",
        "合作单位：甲支部",
        f"关联活动：{PARTY_DAY}",
    ):
        assert line in text
    await bot.stage.tap(SEC, "保存", "核对无误")
    await bot.stage.tap(SEC, "打开", "已登记")
    await bot.stage.tap(SEC, "打开关联活动")
    assert said(bot, SEC).startswith("【活动管理】8月主题党日")


@pytest.mark.both_databases
async def test_of_two_who_record_what_an_activity_proves_one_does(bot: World) -> None:
    with bot.storage.transaction() as session:
        number = held(session, bot.cast.branch_id, bot.cast[SEC], partners=["甲支部"])
        session.add(Component(activity_id=number, type=ActivityType.COBUILD_EXCHANGE))
    for name in (SEC, "甲二"):
        await bot.stage.say(name, "考勤")
        await bot.stage.tap(name, "8月4日 8月主题党日")
        await bot.stage.tap(name, "登记对标共建", "【活动管理】")
        assert said(bot, name).startswith("【登记】对标共建\n共建单位：甲支部\n形式：座谈交流\n日期：2023年8月4日\n")
    people = [bot.stage.people[name] for name in (SEC, "甲二")]
    taps = [await one.tap(one.chat.last, "保存") for one in people]
    await bot.clock.settle()
    toasts = [tap.toast for tap in taps]
    # Who comes while the other is writing is refused; who comes just behind is asked, and then refused.
    for late in [name for name in (SEC, "甲二") if "当天已有相同登记" in said(bot, name)]:
        await bot.stage.tap(late, "再记一条")
        toasts.append((await bot.stage.tap(late, "保存", "【登记】对标共建")).toast)
    assert sum("这项活动已登记对标共建" in toast for toast in toasts) == 1
    with bot.storage.reading() as session:
        assert len(session.scalars(select(Entry.id).where(Entry.kind == "cobuild_event")).all()) == 1


async def test_a_button_of_a_page_that_stands_makes_the_list_that_it_says(bot: World) -> None:
    """Or none: not that of another unit."""
    await inspect(bot, "甲支部", "乙支部")
    await bot.stage.tap(SEC, "形成整改清单（甲支部）", "【开展检查】")
    await bot.stage.tap(SEC, "保存", "核对无误")
    again = await bot.stage.tap(SEC, "形成整改清单（甲支部）", "【开展检查】")
    assert "刚刚有变更" in again.toast
    with bot.storage.reading() as session:
        found = session.scalars(select(Entry.title).where(Entry.kind == "rectification_list")).all()
    assert found == ["甲支部"]


async def test_who_does_not_see_the_roll_gets_no_names_from_an_activity(bot: World) -> None:
    with bot.storage.transaction() as session:
        came = bot.cast["甲四"]
        first = held(session, bot.cast.branch_id, bot.cast[SEC], came)
        held(session, bot.cast.branch_id, bot.cast[SEC], came, day="2023-08-07", title="支委会", scope=Scope.COMMITTEE)
        session.add(
            DutySpan(
                person_id=bot.cast["丙四"], organisation_id=bot.cast.branch_id, duty=Duty.MASS_WORK_OFFICER,
                from_on=date(2023, 1, 1),
            )
        )  # fmt: skip
        assert first
    await bot.stage.say("丙四", "登记志愿服务")
    await bot.stage.tap("丙四", "据活动填写")
    # Of a meeting of the committee he knows, as one of it; not who came.
    assert last(bot, "丙四").labels == ["支委会（2023年8月7日）", PARTY_DAY, "逐项填写"]
    await bot.stage.tap("丙四", PARTY_DAY)
    assert "甲四" not in said(bot, "丙四")
    assert "日期：2023年8月4日" in said(bot, "丙四")


def test_who_came_and_has_left_since_is_filled_in_all_the_same(desk: Desk) -> None:
    gone = desk.cast["丙四"]
    first = held(desk.session, desk.branch_id, desk.me.id, gone, desk.cast["甲四"], day="2023-07-14")
    desk.session.execute(update(RosterSpan).where(RosterSpan.person_id == gone).values(to_on=date(2023, 8, 1)))
    call = SimpleNamespace(me=desk.me, today=date(2023, 8, 11), tz=SHANGHAI)
    kind, activity = desk.kind("volunteer_service"), desk.session.get_one(Activity, first)
    found = filling.of_activity(desk.session, cast(Call, call), kind, activity)
    assert set(found["participants"]) == {str(gone), str(desk.cast["甲四"])}


def test_hours_are_counted_where_the_activity_was_called_off(desk: Desk) -> None:
    first = held(desk.session, desk.branch_id, desk.me.id, status=ActivityStatus.CANCELLED)
    desk.record(
        "superior_event", title="廉政辅导", whose="示范局", level="unit", kind="lecture", on="2023-08-04",
        attendees=[{"id": desk.cast["甲四"]}], hours=2, activity={"activity": first},
    )  # fmt: skip
    [said_hours] = desk.counting().of(ENTRY_HOURS)
    assert said_hours.hours == 2


def test_what_was_taken_back_is_pointed_to_no_more(desk: Desk) -> None:
    number = desk.record("inspection", **INSPECTED)
    desk.withdraw(number, "登记有误")
    with pytest.raises(Refusal, match="没有找到所据检查"):
        desk.record("rectification_list", target="甲支部", source="other", inspection={"entry": number})


@pytest.mark.parametrize("bad", [{"activity": 1}, {"activity": "abc"}, 1, [{"entry": 2}], {"entry": 5}])
def test_a_change_of_a_link_says_ids_alone(storage: Storage, bad: Any) -> None:
    """Numbers of rows are nobody's but the database's: they reach into other branches."""
    change = {
        "path": "inspections/C1/activity", "old": bad, "new": None, "on": None, "at": "2022-08-03T10:00:00+08:00",
        "by": None, "reason": "有误",
    }  # fmt: skip
    with storage.transaction() as session, pytest.raises(BadArchive) as told:
        put(session, document(inspections=[VISIT], changes=[change]), "一")
    assert [fault.partition(":")[0] for fault in told.value.faults] == ["changes[0].old"]


async def test_an_activity_is_found_by_its_day_or_its_name(bot: World) -> None:
    with bot.storage.transaction() as session:
        for day, title in (("2023-08-04", "8月主题党日"), ("2023-08-07", "支委会"), ("2023-08-07", "党课")):
            held(session, bot.cast.branch_id, bot.cast[SEC], day=day, title=title)
    await bot.stage.say(SEC, "登记指导支部")
    await bot.stage.say(SEC, "甲支部")
    await bot.stage.say(SEC, "基地1")
    await bot.stage.say(SEC, "8月7日")
    await bot.stage.tap(SEC, "关联活动", "核对无误")
    await bot.stage.say(SEC, "8月7日")
    assert "找到2项：党课（2023年8月7日）、支委会（2023年8月7日）" in said(bot, SEC)
    await bot.stage.say(SEC, "我来不了")
    await bot.stage.tap(SEC, "关联活动") if "没有找到" not in said(bot, SEC) else None
    await bot.stage.say(SEC, "党课")
    assert "关联活动：党课（2023年8月7日）" in said(bot, SEC)


# --- in an archive ---------------------------------------------------------------------------------------------------

WHEN: Json = {"from": "2022-08-01", "to": "2022-08-02"}
VISIT: Json = {"id": "C1", "kind": "half_year", "targets": ["甲支部"], **WHEN, "state": "held"}
LIST: Json = {
    "id": "L1", "target": "甲支部", "source": "half_year_inspection", "inspection": "C1", "items": [],
    "state": "draft", "issued_on": None,
}  # fmt: skip
RECEIVED: Json = {"id": "C1", "by_org": "示范局", "kind": "inspection", **WHEN}


def linked(session: Session, branch_id: int) -> list[tuple[str, str | None]]:
    """Which entry points to which, by title and kind."""
    query = select(EntryLink).join(Entry, Entry.id == EntryLink.entry_id).where(Entry.branch_id == branch_id)
    found = []
    for one in session.scalars(query.order_by(EntryLink.id)):
        to = session.get(Entry, one.target_id) if one.target_id else None
        found.append((session.get_one(Entry, one.entry_id).kind, to.kind if to else None))
    return found


def test_links_between_records_go_out_and_come_in(storage: Storage) -> None:
    with storage.transaction() as session:
        found = document(inspections=[VISIT], rectification_lists=[LIST])
        there = put(session, found, "一").branch_id
        assert linked(session, there) == [("rectification_list", "inspection")]
        written = out(session, there)
        assert written["rectification_lists"][0]["inspection"] == "C1"
        apart = {"format": found["format"], **written}
        assert not put(session, apart, branch_id=there).changed
        other = put(session, document(**written), "二").branch_id
        assert out(session, other) == written


def test_of_two_records_of_one_id_the_collection_is_said(storage: Storage) -> None:
    with storage.transaction() as session:
        lists = [LIST, {**LIST, "id": "L2", "inspection": "inspections_received/C1"}]
        found = document(inspections=[VISIT], inspections_received=[RECEIVED], rectification_lists=lists)
        there = put(session, found, "一").branch_id
        assert linked(session, there) == [
            ("rectification_list", "inspection"),
            ("rectification_list", "inspection_received"),
        ]
        said_ids = [one["inspection"] for one in out(session, there)["rectification_lists"]]
        assert said_ids == ["C1", "inspections_received/C1"]


@pytest.mark.parametrize("bad", ["C9", "", 1, ["C1"], {"id": "C1"}])
def test_a_record_that_points_to_nothing_is_a_fault_with_its_path(storage: Storage, bad: Any) -> None:
    with storage.transaction() as session, pytest.raises(BadArchive) as told:
        put(session, document(inspections=[VISIT], rectification_lists=[{**LIST, "inspection": bad}]), "一")
    assert [fault.partition(":")[0] for fault in told.value.faults] == ["rectification_lists[0].inspection"]


def test_lists_that_stay_point_to_the_inspections_that_come_in_place_of_theirs(storage: Storage) -> None:
    """And alone they may be brought again, pointing to what the branch has."""
    with storage.transaction() as session:
        lists = [LIST, {**LIST, "id": "L2", "inspection": "C2"}]
        found = document(inspections=[VISIT, {**VISIT, "id": "C2"}], rectification_lists=lists)
        there = put(session, found, "一").branch_id
        apart = {name: found[name] for name in ("format",)}
        put(session, {**apart, "inspections": [{**VISIT, "targets": ["乙支部"]}]}, branch_id=there, replace=True)
        assert linked(session, there) == [("rectification_list", "inspection")]
        assert [one.get("inspection") for one in out(session, there)["rectification_lists"]] == ["C1", None]
        put(session, {**apart, "rectification_lists": [LIST]}, branch_id=there, replace=True)
        assert linked(session, there) == [("rectification_list", "inspection")]


def test_a_link_to_an_activity_is_of_this_branch_alone(storage: Storage) -> None:
    """Another branch may have an activity of that number: there it stays what the archive said."""
    with storage.transaction() as session:
        desk = Desk(session)
        first = held(session, desk.branch_id, desk.me.id)
        desk.record("guidance", org="甲支部", on="2023-08-04", activity={"activity": first})
        written = out(session, desk.branch_id)
        assert written["guidance"][0]["activity"] == f"A{first}"
        changed = [{**written["guidance"][0], "org": "乙支部"}]
        put(session, {"format": "branch-archive/1", "guidance": changed}, branch_id=desk.branch_id, replace=True)
        assert session.scalars(select(EntryLink.activity_id)).one() == first
        assert out(session, desk.branch_id)["guidance"] == changed
        other = put(session, document(guidance=[{**changed[0], "by": None}]), "二").branch_id
        assert session.scalars(select(EntryLink.activity_id)).one() == first
        assert out(session, other)["guidance"][0]["activity"] == f"A{first}"
