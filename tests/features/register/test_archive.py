"""The register in archives, on both databases: whatever a kind is declared with goes out and comes in whole."""

import copy
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.archive.document import BadArchive
from bot.features.archive.exporting import export
from bot.features.archive.importing import Brought, Target, bring
from bot.features.register import entries, rules, service, undoing
from bot.features.register.archive.reading import read
from bot.features.register.archive.reading_values import Known
from bot.features.register.figures import figures
from bot.features.register.kinds.catalogue import KINDS, built_in, declared, kind_of
from bot.features.register.kinds.kind import ACTIVITY, FACTS, EntryField, Kind, Ledger, Tracking, Type
from bot.features.register.values import Owner
from bot.kit.deadlines import USUAL
from bot.kit.figures import Counting, Section
from scheduler.calendar.days import Quarter
from scheduler.calendar.periods import Period
from storage.choices import Duty
from storage.engine import Storage
from storage.models.entry import Entry, EntryChange, EntryDay, EntryPerson, EntryRow, EntryState, EntryValue
from storage.models.person import Person
from tests.features.register.desk import Desk
from tests.runs import SHAPES

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2022, 10, 20, 1, 0, tzinfo=UTC)
TODAY = date(2022, 10, 20)
TALLY = Path(__file__).parent.parent / "tally"
EXAMPLE: dict[str, Any] = json.loads((TALLY / "archive_example.json").read_text())
NAMESAKE = {"id": "Q1", "name": EXAMPLE["people"][0]["name"], "roster": [{"from": "2020-01-01", "to": None}]}
PEOPLE = [*EXAMPLE["people"], NAMESAKE]
Json = dict[str, Any]

EVERY_TYPE = Kind(
    name="of_every_type",
    word="各样登记",
    unit="次",
    section=Section.SERVICE,
    collection="of_every_type",
    letter="Z",
    fields=(
        EntryField(key="title", word="名称", titled=True),
        EntryField(key="period", word="起止日期", type=Type.DAYS, needed=True),
        EntryField(key="month", word="月份", type=Type.MONTH),
        EntryField(key="quarter", word="季度", type=Type.QUARTER),
        EntryField(key="hours", word="时长", type=Type.NUMBER, half=True),
        EntryField(key="guests", word="人数", type=Type.NUMBER),
        EntryField(key="form", word="形式", type=Type.CHOICE, options={"visit": "走访", "phone": "电话"}),
        EntryField(key="estimated", word="约数", type=Type.YESNO),
        EntryField(key="who", word="联系人", type=Type.PEOPLE, outside=True),
        EntryField(key="members", word="参加人员", type=Type.PEOPLE, several=True),
        EntryField(key="place", word="地点", type=Type.SITE),
        EntryField(key="partners", word="合作单位", type=Type.ORG, several=True),
        EntryField(
            key="recipients",
            word="对象",
            type=Type.ROWS,
            fields=(
                EntryField(key="who", word="姓名", type=Type.PEOPLE, outside=True),
                EntryField(key="span", word="期间", type=Type.DAYS),
                EntryField(key="sum", word="数量", type=Type.NUMBER),
            ),
        ),
    ),
    dated="period",
    line="{title}",
    ledger=Ledger(name="各样台账", columns=(("名称", "title"),)),
)
TRACKED = Kind(
    name="tracked",
    word="跟踪登记",
    unit="项",
    section=Section.LISTS,
    collection="tracked",
    fields=(
        EntryField(key="title", word="名称"),
        EntryField(key="first", word="第一段", type=Type.DAYS),
        EntryField(key="second", word="第二段", type=Type.DAYS),
        EntryField(key="whose", word="责任主体", type=Type.OWNER),
        EntryField(key="until", word="完成时限", type=Type.DUE, happened=False),
    ),
    tracking=Tracking(
        states={"open": "未办结", "halfway": "推进中", "done": "已办结"}, done=("done",), days={"done": "done_on"}
    ),
    line="{title}",
    ledger=Ledger(name="跟踪台账", columns=(("名称", "title"),)),
)
EVERY = {kind.name: kind for kind in (*KINDS, EVERY_TYPE, TRACKED)}


@pytest.fixture
def more() -> Iterator[None]:
    """Kinds with every type of field beside the built-in ones."""
    with declared(kind for kind in EVERY.values() if kind not in built_in()):
        yield


def document(**collections: Any) -> Json:
    return copy.deepcopy({**{name: EXAMPLE[name] for name in ("format", "branch")}, "people": PEOPLE, **collections})


def put(session: Session, found: Json, name: str | None = None, branch_id: int | None = None, **more: Any) -> Brought:
    now = more.pop("now", NOW)
    return bring(session, found, Target(branch_id, name, **more), now=now, timezone="Asia/Shanghai")


def out(session: Session, branch_id: int, day: date = TODAY) -> Json:
    """The collections of the register, as they are read again from the file."""
    found = json.loads(json.dumps(export(session, branch_id, day, "Asia/Shanghai")))
    return {name: rows for name, rows in found.items() if name not in ("format", "branch", "people")}


# --- every kind ------------------------------------------------------------------------------------------------------

SOMEBODY = ["P1", "P4", "Q1"]
TEXTS = ["基地一", "基地 一", "EXT:不是人名", "两行\n文字", "“引号”《书名》", "x" * 90]
OWNERS = [
    None,
    "第一党小组",
    "书记",
    "党支部书记",
    "组织委员",
    "P3",
    "Q1",
    "某中心",
    "EXT:P3",
    "EXT:第一党小组",
    "EXT:EXT:甲",
    "P99",
]
FILE = {"kind": "photo", "file_id": "abc", "file_unique_id": "u", "name": None, "mime_type": "image/jpeg", "size": 3}


def any_day(random: Random) -> str:
    return (date(2022, 7, 1) + timedelta(days=random.randrange(90))).isoformat()


def any_instant(random: Random) -> str:
    offset = random.choice(["+08:00", "+00:00", "-05:00"])
    return f"{any_day(random)}T{random.randrange(24):02}:{random.randrange(60):02}:07{offset}"


def any_span(random: Random) -> Json:
    days = sorted({any_day(random), any_day(random)})
    return {"from": days[0], "to": days[1] if len(days) == 2 and random.random() < 0.7 else None}


def any_value(one: EntryField, random: Random) -> Any:
    people = [*SOMEBODY, "EXT:庚一", "EXT:甲 一"]

    def several(listed: list[str]) -> Any:
        return random.sample(listed, random.randrange(1, 3)) if one.several else random.choice(listed)

    return {
        Type.TEXT: lambda: several(TEXTS),
        Type.NUMBER: lambda: random.choice([0, 1, 0.5, 12.5, 999_999] if one.half else [0, 1, 40, 10**9]),
        Type.DAY: lambda: any_day(random),
        Type.MONTH: lambda: any_day(random)[:7],
        Type.DAYS: lambda: any_span(random),
        Type.QUARTER: lambda: f"{any_day(random)[:4]}Q{random.randrange(1, 5)}",
        Type.CHOICE: lambda: random.choice([*one.options, "of_a_later_version"]),
        Type.YESNO: lambda: random.random() < 0.5,
        Type.PEOPLE: lambda: several(people),
        Type.ORG: lambda: several(TEXTS),
        Type.SITE: lambda: several(TEXTS),
        Type.LINK: lambda: several(["A1", "A99", "不是编号"]),
        Type.FILES: lambda: random.choice([["H1"], ["H2", "H3"], ["H1", "H2"]]),
    }[one.type]()


def any_made(random: Random) -> Json:
    said = {"recorded_at": any_instant(random), "by": random.choice(SOMEBODY)}
    return {key: value for key, value in said.items() if random.random() < 0.6}


def any_states(tracking: Tracking, fields: tuple[EntryField, ...], random: Random) -> Json:
    """None said, the state and its day, or a history forwards and back."""
    due = next((one.key for one in fields if one.type is Type.DUE), None)
    owner = next((one.key for one in fields if one.type is Type.OWNER), None)
    said: Json = {}
    if due is not None and random.random() < 0.7:
        said[due] = any_day(random)
    if owner is not None:
        said[owner] = random.choice(OWNERS)
    how = random.randrange(3)
    if how == 1:
        said["state"] = random.choice(list(tracking.states))
        if said["state"] in tracking.days:
            said[tracking.days[said["state"]]] = any_day(random)
    if how == 2:
        days = sorted(any_day(random) for _ in range(random.randrange(1, 5)))
        days = days if random.random() < 0.7 else [days[0]] * len(days)
        said["history"] = [
            {
                "on": day,
                "state": random.choice(list(tracking.states)),
                **({"due_on": random.choice([None, any_day(random)])} if due and random.random() < 0.5 else {}),
                **({"owner": random.choice(OWNERS)} if owner and random.random() < 0.5 else {}),
                **any_made(random),
                **({"reason": "材料未齐"} if random.random() < 0.5 else {}),
            }
            for day in days
        ]
    return said


def any_fields(kind: Kind, rows: str, random: Random) -> Json:
    found: Json = {}
    fields = rules.declared(kind, rows)
    one_span = sum(one.type is Type.DAYS for one in fields) == 1
    for one in fields:
        # Of those that point to entries there is a walk of their own.
        if one.type in (Type.ROWS, *FACTS) or one.computed or (one.type is Type.LINK and one.to != (ACTIVITY,)):
            continue
        if one.key == kind.dated or random.random() < 0.7:
            value = any_value(one, random)
            found |= value if one.type is Type.DAYS and one_span else {one.key: value}
    tracking = kind.tracking_of(rows)
    if tracking is not None:
        found |= any_states(tracking, tuple(fields), random)
    further = {"more": {"a": [1, None, "x"]}} if random.random() < 0.3 else {}
    return {**found, **any_made(random), **further}


def any_record(kind: Kind, number: int, random: Random) -> Json:
    found: Json = {"id": f"{kind.name}/{number}", **kind.also, **any_fields(kind, "", random)}
    for rowed in kind.rowed:
        found[rowed.key] = [any_fields(kind, rowed.key, random) for _ in range(random.choice([0, 1, 1, 4]))]
    if random.random() < 0.3:
        found["withdrawn"] = {"at": any_instant(random), "by": random.choice([None, *SOMEBODY]), "reason": "重复登记"}
    return found


def is_changed(one: EntryField) -> bool:
    to_entries = one.type is Type.LINK and one.to != (ACTIVITY,)
    return one.type not in (Type.ROWS, Type.OWNER, Type.SINCE) and not one.computed and not to_entries


def any_changes(kind: Kind, records: list[Json], random: Random) -> Iterator[Json]:
    for record in records:
        for rows in ("", *(one.key for one in kind.rowed if record[one.key])):
            one = random.choice([one for one in rules.declared(kind, rows) if is_changed(one)])
            at = random.choice(["", f"/{random.randrange(len(record[rows]))}"]) if rows else ""
            value = any_day(random) if one.type is Type.DUE else any_value(one, random)
            yield {
                "path": f"{kind.collection}/{record['id']}/{f'{rows}{at}/' if rows else ''}{one.key}",
                "old": None if random.random() < 0.3 else value,
                "new": any_day(random) if one.type is Type.DUE else any_value(one, random),
                "on": random.choice([None, any_day(random)]),
                "at": any_instant(random),
                "by": random.choice([None, *SOMEBODY]),
                "reason": random.choice(["", "地点有误"]),
            }


def said(found: Json) -> Any:
    """As it is understood, in any order."""
    groups = [group["name"] for group in EXAMPLE["branch"]["groups"]]
    known = Known([one["id"] for one in PEOPLE], groups, SHANGHAI, TODAY)
    register, faults = read(found, known)
    assert faults == []
    return {name: {one.id: one for one in rows} for name, rows in register.entries.items()}, register.changes


@pytest.mark.parametrize("name", EVERY)
def test_entries_of_every_kind_go_out_and_come_in_whole(storage: Storage, more: None, name: str) -> None:
    kind = EVERY[name]
    with storage.transaction() as session:
        # Many of each shape, a few of what has the shape of another.
        for seed, many in enumerate((0, 1, 2, 16 if name in SHAPES or kind not in KINDS else 5)):
            random = Random(seed)
            records = [any_record(kind, number, random) for number in range(many)]
            found = document(**{kind.collection: records}, changes=list(any_changes(kind, records, random)))
            first = put(session, found, f"支部{seed}")
            written = out(session, first.branch_id)
            assert sorted(written) == ([] if not many else sorted([kind.collection, "changes"]))
            assert said(document(**{kind.collection: [], "changes": [], **written})) == said(found)
            second = put(session, document(**written), f"又一支部{seed}")
            assert out(session, second.branch_id) == written
            # Later as well: nothing of it is of the day of the export.
            later = NOW + timedelta(days=40)
            assert out(session, second.branch_id, later.date()) == written
            for again in (found, document(**written)):
                assert not put(session, again, f"又一支部{seed}", second.branch_id, now=later).changed
        assert_index(session)


def assert_index(session: Session) -> None:
    """What the figures read is what the fields say, and nothing else."""
    session.flush()
    wanted: Counter[tuple[Any, ...]] = Counter()
    rows = [(one, one.id, None, "") for one in session.scalars(select(Entry))]
    kinds = {one.id: kind_of(session, one.kind) for one, *_ in rows}
    rows += [(one, one.entry_id, one.id, one.field) for one in session.scalars(select(EntryRow))]
    for one, entry_id, row_id, field in rows:
        kind = kinds[entry_id]
        assert kind is not None
        index = rules.index(kind, field, one.fields)
        wanted.update((entry_id, row_id, "day", *each) for each in index.days)
        wanted.update((entry_id, row_id, "person", *each) for each in index.people)
        wanted.update((entry_id, row_id, "value", *each) for each in index.values)
    found: Counter[tuple[Any, ...]] = Counter()
    for what, table, names in (
        ("day", EntryDay, ("field", "on", "last")),
        ("person", EntryPerson, ("field", "person_id", "name")),
        ("value", EntryValue, ("field", "key", "word", "hundredths")),
    ):
        for row in session.scalars(select(table)):
            found[(row.entry_id, row.row_id, what, *(getattr(row, name) for name in names))] += 1
    assert found == wanted


# --- what was done in chat -------------------------------------------------------------------------------------------


def busy(desk: Desk) -> None:
    """Entries of the three kinds with all that is done to them."""
    session, members = desk.session, desk.cast
    group = next(iter(members.groups.values()))
    desk.record("guidance", org="甲支部", site="基地一", on="2023-08-01")
    moved = desk.record("guidance", org="乙支部", on="2023-09-20", note="待定")
    desk.change(moved, "on", "2023-09-21")
    desk.put(moved, "cancelled", "2023-08-11", reason="对方有事")
    gone = desk.record("guidance", org="丙支部", on="2023-08-02")
    service.withdraw(session, desk.me, desk.view(gone), "重复登记", datetime(2023, 8, 12, tzinfo=SHANGHAI), SHANGHAI)
    undone = desk.record("guidance", org="丁支部", on="2023-08-03")
    undoing.undo(session, desk.me, "e", undone, datetime(2023, 8, 11, 10, 5, tzinfo=SHANGHAI), SHANGHAI)
    article = desk.record(
        "article",
        title="稿件一",
        written_on="2023-07-03",
        author=[{"id": members["甲二"]}, {"name": "庚一"}],
        partners=["甲支部"],
    )
    desk.add(article, "placements", platform="晨报", on="2023-08-01")
    deleted = desk.add(article, "placements", platform="晚报", on="2023-08-02")
    desk.change(article, "platform", "晚 报", row=deleted)
    desk.add(article, "placements", platform="公众号", on="2023-08-03", url="https://example.org/1")
    desk.now = "2023-08-12 10:00"
    view = desk.view(article)
    row = view.row(deleted)
    assert row is not None
    service.withdraw_row(session, desk.me, view, row, "误登", datetime(2023, 8, 12, 10, tzinfo=SHANGHAI), SHANGHAI)
    desk.change(article, "author", [{"id": members["甲三"]}], reason="作者有误")
    listed = desk.record("rectification_list", target="甲支部", source="reinspection")
    owners = (
        Owner(group_id=group),
        Owner(duty=Duty.SECRETARY),
        Owner(id=members["甲二"]),
        Owner(name="某中心"),
        Owner(name="第一党小组"),
        Owner(),
    )
    items = [
        desk.add(
            listed, "items", category="other", problem=f"问题{at}", measure="整改", due_on="2023-09-01", owner=owner
        )
        for at, owner in enumerate(owners)
    ]
    desk.put(listed, "issued", "2023-08-05")
    desk.put(listed, "closed", "2023-08-06", items[0], evidence="照片")
    desk.now = "2023-08-13 10:00"
    desk.put(listed, "open", "2023-08-13", items[0], reason="反弹")
    desk.move(listed, items[1], "2023-09-10")
    desk.record("rectification_list", target="乙支部", source="other")


def test_what_was_done_in_chat_goes_out_and_comes_in_whole(storage: Storage) -> None:
    with storage.transaction() as session:
        desk = Desk(session)
        busy(desk)
        counted, now = desk.count(), datetime(2023, 8, 14, tzinfo=SHANGHAI)
        whole = json.loads(json.dumps(export(session, desk.branch_id, now.date(), "Asia/Shanghai")))
        written = out(session, desk.branch_id, now.date())
        assert {name: len(rows) for name, rows in written.items()} == {
            "guidance": 3,
            "publications": 1,
            "rectification_lists": 2,
            # Two of them what it was shown by, when it was done.
            "changes": 6,
        }
        assert [one["path"].split("/", 2)[2] for one in written["changes"]] == [
            "on",
            "placements/platform",
            "placements",
            "author",
            "items/0/evidence",
            "items/0/evidence",
        ]
        owners = [one.get("owner") for one in written["rectification_lists"][0]["items"]]
        assert owners == ["第一党小组", "书记", f"P{desk.cast['甲二']}", "某中心", "EXT:第一党小组", None]
        assert not put(session, whole, None, desk.branch_id, now=now).changed
        done = put(session, whole, "另一支部", now=now)
        assert out(session, done.branch_id, now.date()) == written
        assert_index(session)
        other = Counting(session, done.branch_id, Period.of(Quarter(2023, 3)), now, SHANGHAI, USUAL)
        assert {one.path: one.value(one.rows(other.of(one.of))) for one in figures(session, done.branch_id)} == counted
        # What is recorded next has an id of its own.
        copied = put(session, whole, None, desk.branch_id, replace=True, now=now)
        assert not copied.changed


def test_ids_are_unique_in_a_collection_of_several_kinds(storage: Storage, more: None) -> None:
    with storage.transaction() as session:
        rows = [{"id": "V2", "kind": "short_video"}, {"id": "W1", "kind": "article"}]
        done = put(session, document(publications=rows))
        for name in ("article", "short_video"):
            for _ in range(2):
                session.add(
                    Entry(
                        branch_id=done.branch_id, kind=name, title="", fields={}, recorded_at=NOW, withdrawn_reason=""
                    )
                )
                session.flush()
        ids = [(one["id"], one["kind"]) for one in out(session, done.branch_id)["publications"]]
        first = session.scalars(select(func.max(Entry.id))).one() - 3
        numbers = [f"W{first}", f"W{first + 1}", f"W{first + 2}", f"W{first + 3}"]
        assert ids == [
            ("V2", "short_video"),
            ("W1", "article"),
            *zip(numbers, ["article"] * 2 + ["short_video"] * 2, strict=True),
        ]


# --- into a branch that has records ----------------------------------------------------------------------------------

VISIT: Json = {"id": "G1", "org": "甲支部", "on": "2022-08-11", "state": "held"}


def count(session: Session, branch_id: int) -> dict[str, int]:
    query = select(Entry.kind, func.count()).where(Entry.branch_id == branch_id).group_by(Entry.kind)
    return dict(session.execute(query).all())


def test_other_entries_are_not_run_over_and_others_are_left_alone(storage: Storage) -> None:
    lists = copy.deepcopy(EXAMPLE["rectification_lists"])
    with storage.transaction() as session:
        mine = put(session, document()).branch_id
        # What a collection lacks it may have without --replace, and nothing else is touched by that.
        assert put(session, document(guidance=[VISIT]), None, mine).entries == 1
        assert put(session, document(guidance=[VISIT], rectification_lists=lists), None, mine).entries == 2
        assert not put(session, document(guidance=[VISIT]), None, mine).changed
        assert not put(session, {"format": EXAMPLE["format"], "rectification_lists": lists[::-1]}, None, mine).changed
        assert count(session, mine) == {"guidance": 1, "rectification_list": 2}
        other = document(guidance=[{**VISIT, "org": "乙支部"}, {**VISIT, "id": "G2"}])
        with pytest.raises(BadArchive, match=r"has other records \(1 entries\)"):
            put(session, other, None, mine)
        assert put(session, other, None, mine, replace=True).entries == 2
        assert count(session, mine) == {"guidance": 2, "rectification_list": 2}
        assert put(session, document(guidance=[]), None, mine, replace=True).changed
        assert count(session, mine) == {"rectification_list": 2}
        assert out(session, mine) == {"rectification_lists": lists}
        assert_index(session)
        # A document may have nothing but entries.
        only = {"format": EXAMPLE["format"], "guidance": [{**VISIT, "by": "P1"}]}
        assert put(session, only, None, mine).entries == 1
        assert len(out(session, mine)["guidance"]) == 1


def test_a_new_branch_without_people_has_no_ids_to_name(storage: Storage) -> None:
    with storage.transaction() as session:
        only = {"format": EXAMPLE["format"], "guidance": [{**VISIT, "by": "P1"}]}
        with pytest.raises(BadArchive, match=r"guidance\[0\].by: found 'P1', should be the id of a person"):
            put(session, only, "新支部")
        with pytest.raises(BadArchive, match="holds nothing that this version reads"):
            put(session, {"format": EXAMPLE["format"]}, "新支部")


def test_somebody_whom_only_an_entry_named_may_go_with_it(storage: Storage) -> None:
    article = {"id": "W1", "kind": "article", "title": "稿件一", "author": ["Q1"]}
    without = document(publications=[])
    without["people"] = EXAMPLE["people"]
    with storage.transaction() as session:
        mine = put(session, document(publications=[article])).branch_id
        left = {name: value for name, value in without.items() if name != "publications"}
        with pytest.raises(
            BadArchive, match=r"person: 1 that the archive does not have are still named by entry_person"
        ):
            put(session, left, None, mine, replace=True)
        assert put(session, without, None, mine, replace=True).changed
        names = session.scalars(select(Person.archive_id).where(Person.branch_id == mine)).all()
        assert "Q1" not in names
        assert count(session, mine) == {}


def test_two_people_of_one_name_stay_two(storage: Storage) -> None:
    rows = [{"id": f"W{at}", "kind": "article", "author": [who]} for at, who in enumerate(("P1", "Q1", "EXT:甲一"))]
    with storage.transaction() as session:
        mine = put(session, document(publications=rows)).branch_id
        named = session.scalars(select(EntryPerson.person_id).order_by(EntryPerson.id)).all()
        ids = dict(session.execute(select(Person.archive_id, Person.id).where(Person.branch_id == mine)).all())
        assert named == [ids["P1"], ids["Q1"], None]
        assert [one["author"] for one in out(session, mine)["publications"]] == [["P1"], ["Q1"], ["EXT:甲一"]]


def test_whom_the_document_does_not_have_is_named_as_somebody_outside(storage: Storage) -> None:
    """On no list and without an id of an archive: left to the logs, but not out of what names them."""
    with storage.transaction() as session:
        mine = put(session, document()).branch_id
        row = Person(branch_id=mine, name="辛九", created_at=NOW, notes="", reachable=True)
        session.add(row)
        session.flush()
        entry = Entry(
            branch_id=mine,
            kind="article",
            title="",
            fields={"author": [{"id": row.id}]},
            recorded_at=NOW,
            recorded_by_id=row.id,
            withdrawn_reason="",
        )
        session.add(entry)
        session.flush()
        [written] = out(session, mine)["publications"]
        assert (written["author"], "by" in written) == (["EXT:辛九"], False)


# --- what nobody said ------------------------------------------------------------------------------------------------


def facts(session: Session, row: bool = False) -> list[tuple[Any, ...]]:
    query = select(EntryState).where(EntryState.row_id.is_not(None) if row else EntryState.row_id.is_(None))
    return [
        (one.on.isoformat(), one.state, one.since.isoformat(), one.due_on and one.due_on.isoformat(), one.assumed)
        for one in session.scalars(query.order_by(EntryState.id))
    ]


def test_states_without_a_history(storage: Storage) -> None:
    with storage.transaction() as session:
        lists = copy.deepcopy(EXAMPLE["rectification_lists"])
        mine = put(session, document(guidance=[{"id": "G1", "on": "2022-08-11"}], rectification_lists=lists)).branch_id
        assert facts(session) == [
            ("2022-07-20", "issued", "2022-07-20", None, True),
            ("2022-10-20", "draft", "2022-10-20", None, True),
            ("2022-08-11", "held", "2022-08-11", None, True),
        ]
        assert facts(session, row=True) == [
            ("2022-07-20", "open", "2022-07-20", "2022-08-20", True),
            ("2022-08-18", "closed", "2022-08-18", "2022-08-20", True),
            ("2022-07-20", "open", "2022-07-20", "2022-09-20", True),
        ]
        recorded = session.scalars(select(Entry.recorded_at).order_by(Entry.id)).all()
        # The draft has no day of its own: it counts by its states.
        mornings = [datetime(2022, month, day, tzinfo=SHANGHAI) for month, day in ((7, 20), (8, 11))]
        assert recorded == [mornings[0], NOW, mornings[1]]
        assert set(session.scalars(select(Entry.assumed))) | set(session.scalars(select(EntryRow.assumed))) == {True}
        assert not any("recorded_at" in json.dumps(one) for one in out(session, mine).values())


def test_what_is_planned_was_not_recorded_on_a_day_to_come(storage: Storage) -> None:
    """Else what is done to it until then would be older than what it was."""
    with storage.transaction() as session:
        put(session, document(guidance=[{"id": "G1", "on": "2022-12-01", "state": "planned"}]))
        assert session.scalars(select(EntryState.recorded_at)).all() == [NOW]
        assert session.scalars(select(Entry.recorded_at)).all() == [NOW]


def test_of_one_day_the_history_keeps_its_order(storage: Storage) -> None:
    """Also where only some of it was recorded at a known time, and the day is still to come."""
    history = [
        {"on": "2022-12-01", "state": "planned"},
        {"on": "2022-12-01", "state": "held", "recorded_at": "2022-09-01T10:00:00+08:00"},
        {"on": "2022-12-01", "state": "cancelled", "recorded_at": "2022-09-02T10:00:00+08:00", "reason": "改期"},
        {"on": "2022-12-01", "state": "planned"},
    ]
    with storage.transaction() as session:
        mine = put(session, document(guidance=[{"id": "G1", "on": "2022-12-01", "history": history}])).branch_id
        [view] = entries.views(session, session.scalars(select(Entry.id)).all())
        assert view.fact is not None
        assert (view.fact.state, out(session, mine)["guidance"][0]["history"]) == ("planned", history)


def test_what_a_row_of_a_history_does_not_say_goes_on(storage: Storage, more: None) -> None:
    history = [
        {"on": "2022-07-01", "state": "open"},
        {"on": "2022-08-10", "state": "halfway", "owner": "P1"},
        {"on": "2022-09-20", "due_on": "2022-10-31", "reason": "材料未齐"},
        {"on": "2022-09-25", "owner": None},
    ]
    record = {"id": "J1", "until": "2022-09-30", "whose": "第一党小组", "history": history}
    with storage.transaction() as session:
        mine = put(session, document(tracked=[record])).branch_id
        assert [one[:4] for one in facts(session)] == [
            ("2022-07-01", "open", "2022-07-01", "2022-09-30"),
            ("2022-08-10", "halfway", "2022-08-10", "2022-09-30"),
            ("2022-09-20", "halfway", "2022-08-10", "2022-10-31"),
            ("2022-09-25", "halfway", "2022-08-10", "2022-10-31"),
        ]
        [written] = out(session, mine)["tracked"]
        assert [one["owner"] for one in written["history"]] == ["第一党小组", "P1", "P1", None]
        assert (written["state"], written["until"], "whose" in written) == ("halfway", "2022-10-31", False)


def test_changes_are_read_where_they_are_shown(storage: Storage) -> None:
    change = {
        "old": "基地一",
        "new": "基地二",
        "on": None,
        "at": "2022-08-12T09:00:00+08:00",
        "by": "P2",
        "reason": "有误",
    }
    lists = copy.deepcopy(EXAMPLE["rectification_lists"])
    changes = [
        {"path": "guidance/G1/site", **change},
        {"path": "rectification_lists/L1/items/1/problem", **change, "by": None},
        {"path": "activities/A1/title", **change},
    ]
    found = document(guidance=[VISIT], rectification_lists=lists, changes=changes, activities=[])
    with storage.transaction() as session:
        done = put(session, found)
        assert done.left_out == {"changes": 1}
        first, second = session.scalars(select(EntryChange).order_by(EntryChange.id))
        [shown] = entries.changes(session, first.entry_id)
        assert (shown.old, shown.new, shown.field, shown.reason) == (
            {"value": "基地一"},
            {"value": "基地二"},
            "site",
            "有误",
        )
        row = session.get_one(EntryRow, second.row_id)
        assert (row.position, second.field, second.changed_by_id) == (1, "problem", None)
        assert out(session, done.branch_id)["changes"] == changes[:2]
        # Without changes an archive says nothing of them.
        assert not put(session, document(guidance=[VISIT]), None, done.branch_id).changed
        assert put(session, document(guidance=[VISIT], changes=[]), None, done.branch_id, replace=True).changed
        assert out(session, done.branch_id)["changes"] == changes[1:2]


# --- faults ----------------------------------------------------------------------------------------------------------

ARTICLE: Mapping[str, Any] = {"id": "W1", "kind": "article"}
TRACK: Mapping[str, Any] = {"id": "E1"}
GUIDE: Mapping[str, Any] = {"id": "G1", "org": "甲支部", "on": "2022-08-11"}
LISTED: Mapping[str, Any] = {"id": "L1", "state": "issued", "issued_on": "2022-07-20", "items": []}
THING: Mapping[str, Any] = {"id": "Z1", "from": "2022-08-01"}
ISSUED = {"on": "2022-07-20", "state": "issued"}
WITHDRAWN = {"at": "2022-08-12T09:00:00+08:00", "by": "P1", "reason": "重复"}
CHANGE: Mapping[str, Any] = {"path": "guidance/G1/site", "at": "2022-08-12T09:00:00+08:00"}
WHOLE: list[tuple[str, Any, str]] = [
    ("guidance", {}, "guidance: found {}, should be a list"),
    ("guidance", [5], "guidance[0]: found 5, should be a record"),
    ("guidance", [GUIDE, GUIDE], "guidance: the id 'G1' stands 2 times, should be unique"),
    ("publications", [{"id": "W1"}], "publications[0].kind: found None, should be one of"),
    ("publications", [{"id": "W1", "kind": ["article"]}], "publications[0].kind: found ['article']"),
    ("of_every_type", [{"id": "Z1"}], "of_every_type[0].from: found None, should be the day of the record"),
    ("of_every_type", [{"id": "Z1", "to": "2022-08-01"}], "of_every_type[0].from: found None, should be a day"),
    ("changes", [5], "changes[0]: found 5, should be a record"),
]
# What is added to a record that has no fault, and which fault that is, by the path within the record.
ADDED: list[tuple[str, Mapping[str, Any], Json, str]] = [
    ("guidance", GUIDE, {"id": ""}, "id: found ''"),
    ("guidance", GUIDE, {"id": "EXT:1"}, "id: found 'EXT:1'"),
    ("guidance", GUIDE, {"org": 5}, "org: found 5, should be a text"),
    ("guidance", GUIDE, {"org": "x" * 201}, "org: found"),
    ("guidance", GUIDE, {"on": "2022-02-30"}, "on: found '2022-02-30', should be a day"),
    ("guidance", GUIDE, {"on": "0001-01-01"}, "on: found '0001-01-01', should be a day"),
    ("guidance", GUIDE, {"on": None}, "on: found None, should be the day of the record"),
    ("guidance", GUIDE, {"state": 1}, "state: found 1"),
    ("guidance", GUIDE, {"by": "P99"}, "by: found 'P99', should be the id of a person"),
    ("guidance", GUIDE, {"recorded_at": "2022-08-11T09:00:00"}, "recorded_at"),
    ("guidance", GUIDE, {"recorded_at": "9999-12-31T23:00:00-08:00"}, "recorded_at"),
    ("guidance", GUIDE, {"revision": 0}, "revision: found 0"),
    ("guidance", GUIDE, {"withdrawn": True}, "withdrawn: found True"),
    ("guidance", GUIDE, {"withdrawn": {**WITHDRAWN, "reason": ""}}, "withdrawn.reason: found ''"),
    ("guidance", GUIDE, {"withdrawn": {**WITHDRAWN, "at": None}}, "withdrawn.at: found None"),
    ("guidance", GUIDE, {"withdrawn": {**WITHDRAWN, "by": "X"}}, "withdrawn.by: found 'X'"),
    ("guidance", GUIDE, {"history": 5}, "history: found 5, should be a list"),
    ("guidance", GUIDE, {"history": ["x"]}, "history[0]: found 'x', should be a record"),
    ("guidance", GUIDE, {"history": [{"state": "held"}]}, "history[0].on: found None"),
    ("guidance", GUIDE, {"history": [{"on": "2022-08-11", "by": "X"}]}, "history[0].by: found 'X'"),
    ("guidance", GUIDE, {"history": [{"on": "2022-08-11", "foo": 1}]}, "history[0].foo: found 1"),
    ("guidance", GUIDE, {"topic": "绝密★一年"}, "topic: holds a mark of secrecy"),
    ("guidance", GUIDE, {"more": {"绝密★一年": 1}}, "more (the name of a field): holds a mark"),
    ("publications", ARTICLE, {"author": "甲一"}, "author: found '甲一'"),
    ("publications", ARTICLE, {"author": ["EXT:"]}, "author[0]: found 'EXT:'"),
    ("publications", ARTICLE, {"author": [5]}, "author[0]: found 5"),
    ("publications", ARTICLE, {"partners": {"a": 1}}, "partners[0]"),
    ("publications", ARTICLE, {"placements": 5}, "placements: found 5"),
    ("rectification_lists", LISTED, {"issued_on": 7}, "issued_on: found 7, should be a day"),
    ("rectification_lists", LISTED, {"items": [{"owner": 5}]}, "items[0].owner: found 5"),
    ("of_every_type", THING, {"month": "2022-13"}, "month: found '2022-13', should be a month"),
    ("of_every_type", THING, {"month": "2022-08-01"}, "month"),
    ("of_every_type", THING, {"guests": 1.5}, "guests: found 1.5"),
    ("of_every_type", THING, {"guests": -1}, "guests: found -1"),
    ("of_every_type", THING, {"guests": "3"}, "guests: found '3'"),
    ("of_every_type", THING, {"guests": True}, "guests: found True"),
    ("of_every_type", THING, {"guests": 10**30}, "guests"),
    ("of_every_type", THING, {"who": ["P1"]}, "who: found ['P1'], should be one person"),
    ("of_every_type", THING, {"form": {}}, "form: found {}"),
    ("of_every_type", THING, {"recipients": [{"who": "P99"}]}, "recipients[0].who: found 'P99'"),
    ("tracked", TRACK, {"first": "2022-08-01"}, "first: found '2022-08-01', should be from and to"),
    ("tracked", TRACK, {"first": {"to": "2022-08-01"}}, "first.from: found None"),
    ("changes", CHANGE, {"path": 5}, "path: found 5, should be a field of a record of this archive"),
    ("changes", CHANGE, {"path": "guidance/G1"}, "path: found 'guidance/G1'"),
    ("changes", CHANGE, {"path": "guidance/G1/"}, "path: found 'guidance/G1/'"),
    ("changes", CHANGE, {"path": "guidance/G9/site"}, "path: found 'guidance/G9/site'"),
    ("changes", CHANGE, {"path": "nothing/G1/site"}, "path: found 'nothing/G1/site'"),
    ("changes", CHANGE, {"path": "guidance/G1/items/0/x"}, "path: found 'guidance/G1/items/0/x'"),
    ("changes", CHANGE, {"at": None}, "at: found None, should be an instant"),
    ("changes", CHANGE, {"on": "x"}, "on: found 'x', should be a day"),
    ("changes", CHANGE, {"by": "P99"}, "by: found 'P99'"),
    ("changes", CHANGE, {"old": 5}, "old: found 5, should be a text"),
    ("changes", CHANGE, {"reason": 5}, "reason: found 5, should be a text"),
    ("changes", CHANGE, {"new": "绝密★一年"}, "new: holds a mark of secrecy"),
]
FAULTS = [*WHOLE, *((name, [{**usual, **more}], f"{name}[0].{fault}") for name, usual, more, fault in ADDED)]


@pytest.fixture(scope="module")
def known() -> Known:
    return Known([one["id"] for one in PEOPLE], ["第一党小组"], SHANGHAI, TODAY)


@pytest.mark.parametrize(("collection", "value", "fault"), FAULTS, ids=[fault[:60] for *_, fault in FAULTS])
def test_every_fault_is_told_by_its_path(more: None, known: Known, collection: str, value: Any, fault: str) -> None:
    found = {"guidance": [dict(GUIDE)]} if collection == "changes" else {}
    _, faults = read({**found, collection: value}, known)
    assert len(faults) == 1, faults
    assert fault in faults[0]


def test_all_faults_are_told_at_once_and_nothing_is_written(storage: Storage) -> None:
    with storage.transaction() as session:
        with pytest.raises(BadArchive) as refused:
            put(session, document(guidance=[{"id": "G1"}, {"id": "G1", "on": "x"}], publications=[{}], foo=[]))
        assert [fault.split(": ")[0] for fault in refused.value.faults] == [
            "foo",
            "guidance",
            "guidance[0].on",
            "guidance[1].on",
            "publications[0].kind",
        ]
        assert session.scalar(select(func.count()).select_from(Entry)) == 0


def test_what_is_not_known_is_kept_and_what_is_needed_may_be_missing(storage: Storage) -> None:
    record = {
        "id": "L1",
        "target": "甲支部",
        "state": "issued",
        "issued_on": "2022-07-20",
        "source": "of_a_later_version",
        "activity": "A7",
        "files": ["H1"],
        "by": "EXT:某人",
        "foo": {"a": [1]},
        "items": [{"bar": None, "category": "of_a_later_version", "closed_on": None}],
    }
    with storage.transaction() as session:
        mine = put(session, document(rectification_lists=[record])).branch_id
        assert out(session, mine) == {"rectification_lists": [record]}


def test_a_branch_s_own_words_are_refused_in_entries(storage: Storage) -> None:
    from storage.models.care import HygieneWord

    with storage.transaction() as session:
        mine = put(session, document()).branch_id
        by = session.scalars(select(Person.id)).first()
        session.add(HygieneWord(branch_id=mine, word="某某项目", made_by_id=by, made_at=NOW))
        with pytest.raises(BadArchive, match=r"guidance\[0\].topic: holds a word that the branch does not allow"):
            put(session, document(guidance=[{**VISIT, "topic": "某某项目"}]), None, mine)


# --- the example -----------------------------------------------------------------------------------------------------


def right() -> Json:
    """The figures of the register in the right answer, by path."""
    answer = json.loads((TALLY / "archive_example.tally.json").read_text())["figures"]
    found: Json = {}

    def walk(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, one in value.items():
                walk(f"{path}.{name}", one)
        else:
            found[path] = value

    for name in ("guidance", "rectification", "publications", "cobuild_events"):
        walk(name, answer[name])
    return found


def test_the_example_counts_as_its_right_answer_says(storage: Storage) -> None:
    names = ("format", "branch", "people", "guidance", "publications", "rectification_lists", "cobuild_events")
    with storage.transaction() as session:
        done = put(session, {name: EXAMPLE[name] for name in names})
        assert (done.left_out, done.people, done.entries) == ({}, 8, 8)
        counting = Counting(session, done.branch_id, Period.of(Quarter(2022, 3)), NOW, SHANGHAI, USUAL)
        found = {one.path: one.value(one.rows(counting.of(one.of))) for one in figures(session, done.branch_id)}
        wanted = right()
        assert len(wanted) > 10
        assert {path: found[path] for path in wanted} == wanted
        assert (str(found["guidance.coverage_rate"]), str(found["rectification.close_rate"])) == ("50.0", "50.0")
        written = out(session, done.branch_id)
        assert written == {
            "guidance": EXAMPLE["guidance"],
            "publications": EXAMPLE["publications"],
            "rectification_lists": EXAMPLE["rectification_lists"],
            "cobuild_events": EXAMPLE["cobuild_events"],
        }
