"""What the offices of a cell are."""

import pytest

from bot.features.roster_files.reading.cells import Unclear
from bot.features.roster_files.reading.offices import led_group, offices
from storage.choices import Duty

SECRETARY, DEPUTY, MEMBER = Duty.SECRETARY, Duty.DEPUTY_SECRETARY, Duty.COMMITTEE_MEMBER
ORG, PUB, DIS, LEADER = (
    Duty.ORGANIZATION_OFFICER,
    Duty.PUBLICITY_OFFICER,
    Duty.DISCIPLINE_OFFICER,
    Duty.GROUP_LEADER,
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("书记", (SECRETARY,)),
        ("党支部书记", (SECRETARY,)),
        ("中共示范局第一支部书记", (SECRETARY,)),
        ("现任党支部书记", (SECRETARY,)),
        ("支部书记（主持工作）", (SECRETARY,)),
        ("机关党委第一支部书记", (SECRETARY,)),
        ("党支部书记、第一党小组组长", (SECRETARY, LEADER)),
        ("副书记，组织委员", (DEPUTY, ORG)),
        ("党支部副书记、组织委员", (DEPUTY, ORG)),
        ("支部副书记兼纪检委员", (DEPUTY, DIS)),
        ("组织委员兼宣传委员", (ORG, PUB)),
        ("组织委员兼任宣传委员", (ORG, PUB)),
        ("组织、宣传委员", (ORG, PUB)),
        ("组织和宣传委员", (ORG, PUB)),
        ("组织宣传委员", (ORG, PUB)),
        ("组宣委员", (ORG, PUB)),
        ("纪检监察委员", (DIS,)),
        ("书 记", (SECRETARY,)),
        ("支部\n书记", (SECRETARY,)),
        ("支　部　委　员", (MEMBER,)),
        ("书记 组织委员", (SECRETARY, ORG)),
        ("宣传委员（兼）", (PUB,)),
        ("支部委员（组织委员）", (ORG,)),
        ("书记、支部委员", (SECRETARY,)),
        ("党支部纪律检查委员", (DIS,)),
        ("青年委员/群工委员", (Duty.YOUTH_OFFICER, Duty.MASS_WORK_OFFICER)),
        ("党小组长", (LEADER,)),
        ("第一党小组长", (LEADER,)),
        ("第一党支部第二党小组组长", (LEADER,)),
        ("一组长", (LEADER,)),
        ("组长", (LEADER,)),
        *[(word, (MEMBER,)) for word in ["支部委员", "支委", "支委委员", "支部委员会委员", "党支部委员", "委员"]],
        ("无", ()),
        (None, ()),
        ("党员", ()),
        ("普通党员", ()),
    ],
)
def test_offices_of_the_branch(written: object, meant: tuple[Duty, ...]) -> None:
    found = offices(written)
    assert found.duties == meant
    assert found.kept == ("" if meant or written in ("无", None, "党员", "普通党员") else written)
    assert (found.titles, found.notes) == ((), ())


@pytest.mark.parametrize(
    ("written", "duties", "titles"),
    [
        ("统战委员", (MEMBER,), ("统战委员",)),
        ("党支部统战委员", (MEMBER,), ("统战委员",)),
        ("保密委员、妇女委员", (MEMBER,), ("保密委员", "妇女委员")),
        ("保密、工会委员", (MEMBER,), ("保密委员", "工会委员")),
        ("支部委员、统战委员", (MEMBER,), ("统战委员",)),
        ("纪检委员、学习委员", (DIS, MEMBER), ("学习委员",)),
        ("宣传统战委员", (PUB, MEMBER), ("统战委员",)),
        ("女工委员、群团委员", (MEMBER,), ("女工委员", "群团委员")),
        *[
            (f"{word}委员", (MEMBER,), (f"{word}委员",))
            for word in ["工会", "妇女", "文体", "体育", "生活", "安全", "学习", "群众"]
        ],
    ],
)
def test_members_of_the_committee_keep_their_title(
    written: str, duties: tuple[Duty, ...], titles: tuple[str, ...]
) -> None:
    found = offices(written)
    assert (found.duties, found.titles, found.kept, found.notes) == (duties, titles, "", ())


@pytest.mark.parametrize("written", ["保密员", "数字化委员"])
def test_an_unusual_member_of_the_committee_is_said(written: str) -> None:
    found = offices(f"纪检委员、{written}")
    assert (found.duties, found.titles) == ((DIS, MEMBER), (written,))
    assert [note.chinese for note in found.notes] == [f"“{written}”按支委会委员登记，请核对"]


@pytest.mark.parametrize(
    "written",
    [
        "原党支部书记",
        "原书记",
        "前任书记",
        "曾任组织委员",
        "代理书记",
        "拟任书记",
        "临时负责人",
        "兼职委员",
        "名誉书记",
        "书记助理",
        "候补委员",
        "第一书记",
        "书记（已卸任）",
        "组织委员（原）",
        "党总支书记",
        "党总支部书记",
        "总支书记",
        "总支委员",
        "党委委员",
        "党委书记",
        "纪委委员",
        "党支部纪委委员",
        "机关纪委委员",
        "团支部书记",
        "团支部组织委员",
        "团委书记",
        "工会主席",
        "机关工会委员",
        "机关团委委员",
        "工会小组长",
        "妇委会委员",
        "政协委员",
        "人大常委会委员",
        "领导小组组长",
        "学习小组组长",
        "党小组副组长",
        "外单位党支部书记",
        "下属支部书记",
        "科长",
        "安全员",
        "联络员",
        "预备党员",
    ],
)
def test_what_is_no_office_of_the_branch_is_kept_as_it_stands(written: str) -> None:
    found = offices(written)
    assert (found.duties, found.titles, found.kept) == ((), (), written)
    among = offices(f"宣传委员、{written}")
    assert (among.duties, among.titles, among.kept) == ((PUB,), (), written)


@pytest.mark.parametrize("written", ["原党支部书记、组织委员", "曾任宣传委员、组织委员", "拟任组织委员、宣传委员"])
def test_a_list_that_begins_in_the_past_is_asked_for_anew(written: str) -> None:
    with pytest.raises(Unclear, match="present offices only"):
        offices(written)


def test_what_is_held_now_beside_the_past() -> None:
    found = offices("原党支部书记，现任组织委员")
    assert (found.duties, found.kept) == ((ORG,), "原党支部书记")
    dated = offices("书记（2023年7月起）")
    assert (dated.duties, dated.kept) == ((SECRETARY,), "书记（2023年7月起）")


@pytest.mark.parametrize(
    ("written", "group"),
    [
        ("第一党小组长", "第一小组"),
        ("宣传委员、第二党小组组长", "第二小组"),
        ("党小组长", ""),
        ("组长", ""),
        ("原第一党小组长", ""),
        ("书记", ""),
        (None, ""),
    ],
)
def test_the_group_that_is_led(written: object, group: str) -> None:
    assert led_group(written) == group
