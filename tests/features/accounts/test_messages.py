"""Messages that fit, page by page."""

from bot.features.accounts import messages
from bot.kit.replies import CAPTION_LIMIT, TEXT_LIMIT
from storage.audience import Me
from storage.roster import Member
from tests.books import rows_of

ME = Me(id=1, name="甲一", branch_id=1, group_id=1, duties=frozenset(), leads=frozenset())


def member(number: int, name: str, group: str, *, bound: bool = False, reachable: bool = True) -> Member:
    return Member(
        id=number,
        name=name,
        group_id=1,
        group_name=group,
        exemption=None,
        status=None,
        rank=None,
        category=None,
        bound=bound,
        reachable=reachable,
    )


def test_who_is_not_bound_page_by_page() -> None:
    people = [member(number, f"甲{number}", "第一党小组") for number in range(45)]
    people += [member(100, "乙一", "第二党小组", bound=True, reachable=False), member(101, "甲1", "第二党小组")]
    first, last, beyond = (messages.unbound("示范党支部", people, page) for page in (0, 3, 99))
    assert first.text == (
        "【党员】示范党支部共47人，已绑定1人，未绑定46人。\n第一党小组：未绑定45人\n第二党小组：未绑定1人\n"
        "另有1人停用了小助手，收不到消息。\n请点姓名，生成其本人的邀请链接；生成新的链接后，以前的链接失效。"
    )
    labels = [[choice.label for choice in row] for row in first.rows]
    assert labels[0] == ["甲0", "甲1（第一党小组）"]
    assert labels[-4:] == [["下一页"], ["全部邀请", "打印邀请单"], ["更换账号", "绑定工作群"], ["名册", "导入名册"]]
    assert [choice.label for choice in last.rows[-4]] == ["上一页"]
    assert beyond == last


def test_when_everybody_is_bound() -> None:
    shown = messages.unbound("示范党支部", [member(1, "甲一", "", bound=True)], 0)
    labels = [[choice.label for choice in row] for row in shown.rows]
    assert labels == [["更换账号", "绑定工作群"], ["名册", "导入名册"]]


def test_extreme_names_fit() -> None:
    name = "🌟" * 25
    people = [member(number, name, f"{name}{number}") for number in range(2000)]
    shown = messages.unbound(name * 2, people, 0)
    assert len(shown.text.encode("utf-16-le")) // 2 <= TEXT_LIMIT
    caption = messages.invite(1, name * 2, name * 2, "b" * 32, "c" * 22).caption
    assert len(caption.encode("utf-16-le")) // 2 <= CAPTION_LIMIT
    assert len(messages.welcome(ME, name * 2, name * 2, ()).text) <= TEXT_LIMIT


def test_an_invite_is_a_link_and_its_picture() -> None:
    made = messages.invite(7, "甲一", "第一党小组", "branch_bot", "c" * 22)
    assert made.picture
    assert made.content is not None
    assert made.content.startswith(b"\x89PNG")
    assert "https://t.me/branch_bot?start=i_" + "c" * 22 in made.caption


def test_all_invites_as_a_table_without_formulas() -> None:
    made = messages.invites([("=cmd()", "@一组", "c" * 22)], "branch_bot")
    assert made.content is not None
    assert made.name == "邀请链接.xlsx"
    assert rows_of(made.content) == [
        ["姓名", "党小组", "邀请链接"],
        ["'=cmd()", "'@一组", "https://t.me/branch_bot?start=i_" + "c" * 22],
    ]
