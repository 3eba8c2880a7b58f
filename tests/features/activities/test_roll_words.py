"""A roll in a sentence: what is read as one, who is named, and what is none."""

import pytest

from bot.features.activities.roll_words import Said, is_roll, people, read

BOTH = ("甲五", "丙五")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("全部到会", ()),
        ("全部到会。", ()),
        ("全部到会，谢谢", ()),
        ("全到了", ()),
        ("全部到齐", ()),
        ("都到了", ()),
        ("都到齐了！", ()),
        ("大家都到了", ()),
        ("人到齐了", ()),
        ("都来了", ()),
        ("全体党员到会", ()),
        ("全部到会，除甲五、丙五", BOTH),
        ("全部到会,除甲五,丙五", BOTH),
        ("全部到会 除甲五 丙五", ("甲五 丙五",)),
        ("全部到会（除甲五、丙五）", BOTH),
        ("全部到会，除了甲五和丙五", ("甲五和丙五",)),
        ("全部到会，除甲五、丙五没来", BOTH),
        ("除了甲五都到了", ("甲五",)),
        ("除甲五、丙五外，全部到会", BOTH),
        ("除甲五没来外都到了", ("甲五",)),
        ("除甲五、丙五以外其他人都到了", BOTH),
        ("甲五没来其他都到了", ("甲五",)),
        ("甲五、丙五没到，其余都到了", BOTH),
        ("全部到会，甲五没来", ("甲五",)),
        ("全部到会，缺甲五", ("甲五",)),
        ("没来：甲五", ("甲五",)),
        ("没来:甲五、丙五", BOTH),
        ("没来的有甲五", ("甲五",)),
        ("缺甲五、丙五", BOTH),
        ("缺席：甲五", ("甲五",)),
        ("只有甲五没来", ("甲五",)),
        ("甲五、丙五没来", BOTH),
        ("全部到会，除丁也、丁几", ("丁也", "丁几")),
        ("除我都到了", ("我",)),
    ],
)
def test_who_is_said_to_be_missing(text: str, names: tuple[str, ...]) -> None:
    assert read(text) == Said(names)


@pytest.mark.parametrize(
    "text",
    [
        "到", "到了", "我到了", "已到", "到会", "我没来", "谁没来", "有人没来", "没来得及交心得", "缺席怎么办",
        "缺席名单", "缺勤", "不能参加", "都参加", "全部完成", "大家好", "材料还没到", "一个都没到",
        "学习全部完成，没有缺课", "",
        "全部到会，除甲五" + "、丙五" * 100,
    ],
)  # fmt: skip
def test_what_is_no_roll(text: str) -> None:
    assert not is_roll(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("全部到会，除甲五、丙五2人", Said(BOTH, 2)),
        ("除甲五等两人外都到了", Said(("甲五",), 2)),
        ("全部到会，乙二请假", Said(rest="乙二请假")),
        ("全部到会，明天补课", Said(rest="明天补课")),
    ],
)
def test_what_is_said_beside_the_names(text: str, said: Said) -> None:
    assert read(text) == said


@pytest.mark.parametrize(
    ("pieces", "found", "lost"),
    [
        (["甲五", "丙五"], ["甲五", "丙五"], []),
        (["甲五 丙五"], ["甲五", "丙五"], []),
        (["甲 五 丙 五"], ["甲五", "丙五"], []),
        (["甲五和丙五同志"], ["甲五", "丙五"], []),
        (["丁和一"], ["丁和一"], []),
        (["丁和一和甲五"], ["丁和一", "甲五"], []),
        (["甲五同志"], ["甲五"], []),
        (["甲五", "甲五"], ["甲五", "甲五"], []),
        (["丙五五"], [], ["丙五五"]),
        (["甲五", "丙五五 甲五"], ["甲五"], ["丙五五"]),
    ],
)
def test_names_are_cut_where_they_are_known(pieces: list[str], found: list[str], lost: list[str]) -> None:
    assert people(pieces, {"甲五", "丙五", "丁和一"}) == (found, lost)
