"""Names: every letter is kept, and what two spellings share."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.kit.ideographs import PRIVATE, RADICALS
from bot.kit.names import clean_name, group_key, is_name, name_key, near_groups, parted
from bot.kit.sheets import visible

# What names are made of, and what has spoilt them.
LETTERS = st.one_of(
    st.sampled_from("甲乙丙丁一二十第党小组支部机关〇· •.．・　 \t\u200b\u3164（）()【】*?1２①Ⅰxiⅱé神\ufa19⽅⻢⾼㇐"),
    st.sampled_from(["\U0003158e", "\U0002ebf5", "\ue863", "\ue815", "\U0002cb4e", "\ufe00", "\U000e0100", "\u0301"]),
    st.characters(exclude_categories=["Cs"]),
)
WRITTEN = st.text(LETTERS, max_size=12)


# --- what is kept ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        # Rare letters: younger than this Python's Unicode (extensions H and I), private in GB 18030-2000, other planes.
        ("甲\U0003158e", "甲\U0003158e"),
        ("乙\U0002ebf5一", "乙\U0002ebf5一"),
        ("丙\U0002cb4e", "丙\U0002cb4e"),
        ("丁\ue863", "丁\ue863"),
        ("丁\U000f0001", "丁\U000f0001"),
        # Another letter than 神 and 喝, and the one that was written; so is a chosen variant.
        ("\ufa19一", "\ufa19一"),
        ("\U0002f9b2二", "\U0002f9b2二"),
        ("葛\U000e0101", "葛\U000e0101"),
        ("甲一🌟", "甲一🌟"),
        ("劉一", "劉一"),
        # Blanks between Chinese letters, of whatever plane.
        ("甲　\U0002cb4e", "甲\U0002cb4e"),
        ("李　〇", "李〇"),
        ("王　五", "王五"),
        ("甲 \ue863 \ufa19", "甲\ue863\ufa19"),
        ("\U0003158e \U0003158e", "\U0003158e\U0003158e"),
        ("葛\U000e0101 一", "葛\U000e0101一"),
        (" 甲 一（预 备） ", "甲一（预备）"),
        ("Anna  Li\n", "Anna Li"),
        ("甲 Anna", "甲 Anna"),
        # Middle dots.
        ("阿甲 ·乙提", "阿甲·乙提"),
        ("阿甲•乙提", "阿甲·乙提"),
        ("阿甲・乙提", "阿甲·乙提"),
        ("阿甲･乙提", "阿甲·乙提"),
        ("阿甲 ‧ 乙提", "阿甲·乙提"),
        ("阿甲∙乙提⋅丙", "阿甲·乙提·丙"),
        ("阿甲··乙提", "阿甲·乙提"),
        ("阿\U0003158e●\ue863提", "阿\U0003158e·\ue863提"),
        ("Anna • Li", "Anna·Li"),
        ("• 甲一", "• 甲一"),
        ("1•5", "1•5"),
        # Radicals.
        ("⽅一", "方一"),
        ("⻢二", "马二"),
        ("⾼ 三", "高三"),
        ("⻩⿓", "黄龍"),
        ("㇐", "一"),
        # What hides or reorders.
        ("\u202e甲一\u202c\u200b", "甲一"),
        ("甲\u00ad\ufeff\u2065\U000e0041\ufffe\U0001ffff一", "甲一"),
        ("甲\u3164\u115f\u1160\uffa0\u2800一", "甲一"),
        ("e\u200b\u0301", "é"),
    ],
)
def test_a_name_is_kept_letter_for_letter(written: str, kept: str) -> None:
    assert clean_name(written) == kept


@given(WRITTEN)
@example("e\u200b\u0301")
@example("甲 ·\u0301")
def test_a_clean_name_is_clean(name: str) -> None:
    cleaned = clean_name(name)
    assert clean_name(cleaned) == cleaned
    assert visible(cleaned) == cleaned


@pytest.mark.parametrize(
    "letter", ["\U0003158e", "\U0002ebf5", "\U0003fffd", "\ue000", "\uf8ff", "\U0010fffd", "\u0378"]
)
def test_what_is_private_or_young_is_visible(letter: str) -> None:
    assert visible(f"a{letter}b") == f"a{letter}b"


@pytest.mark.parametrize(
    "mark", "\0\x07\x7f\u00ad\u034f\u061c\u180e\u200d\u202a\u2060\u2065\ufdd0\ufeff\ufff8\U000e0001"
)
def test_what_hides_is_not(mark: str) -> None:
    assert visible(f"a{mark}b") == "ab"


# --- what is compared -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spellings",
    [
        [
            "阿甲·乙提",
            "阿甲•乙提",
            "阿甲・乙提",
            "阿甲．乙提",
            "阿甲.乙提",
            "阿甲 · 乙提",
            "阿甲⋅\u200b乙提",
            "阿甲●乙提",
        ],
        ["方一", "⽅一", "方 一", "方\u3164一"],
        ["马二", "⻢二"],
        ["高三", "⾼ 三", "⾼　三"],
        ["丁䶮", "丁\ue863", "丁 \ue863"],
        ["甲龴", "甲\ue81e"],
        ["乙厂", "乙\ue815", "乙⺁"],
        ["\ufa19一", "神一"],
        ["葛一", "葛\U000e0101一", "葛\ufe00一"],
        ["Anna Li", "ＡＮＮＡ　ｌｉ", "anna li", "AnnaLi"],
        ["甲一（女）", "甲一(女)", "甲一 （女）"],
        ["甲\U0003158e", "甲　\U0003158e"],
    ],
)
def test_spellings_of_one_name(spellings: list[str]) -> None:
    assert len({name_key(one) for one in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("刘一", "劉一"),
        ("甲一", "甲二"),
        ("甲一", "甲一（女）"),
        ("阿甲乙提", "阿甲·乙提"),
        ("甲\U0003158e", "甲\U0003158f"),
        ("甲\U0003158e", "甲"),
        ("丁\ue863", "丁\ue862"),
        ("A.B", "A·B"),
    ],
)
def test_other_names(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(WRITTEN)
def test_a_key_is_its_own_key_and_the_clean_name_has_it(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key
    assert name_key(clean_name(name)) == key
    assert not any(letter.isspace() for letter in key)


@given(WRITTEN, WRITTEN)
def test_blanks_and_hidden_marks_make_no_other_name(one: str, other: str) -> None:
    assert name_key(f"{one}甲\u3000\u200b乙{other}") == name_key(f"{one}甲乙{other}")


# --- the tables -----------------------------------------------------------------------------------------------------


def test_radicals_are_the_letters_that_their_names_and_nfkc_say() -> None:
    """What two other properties of Unicode tell of the same signs."""
    assert len(RADICALS) == 134
    for sign, letter in RADICALS.items():
        folded = unicodedata.normalize("NFKC", sign)
        assert folded in (sign, letter)
        assert unicodedata.name(sign).startswith(("CJK RADICAL", "CJK STROKE"))
        assert unicodedata.name(letter).startswith("CJK UNIFIED")
    gap = {0x2E80, 0x2E9A}
    assert {ord(sign) for sign in RADICALS if sign < "⼀"} == {*range(0x2E80, 0x2EF4)} - gap


# The radical of each Kangxi number, of which the sign is the simplified form.
SIMPLE = dict(
    zip("⻅⻈⻉⻋⻐⻓⻔⻙⻚⻛⻜⻠⻢⻥⻦⻧⻨⻩⻬⻮⻰⻳", "见讠贝车钅长门韦页风飞饣马鱼鸟卤麦黄齐齿龙龟", strict=True)
)


def test_radicals_that_stand_in_names() -> None:
    """By hand."""
    assert {sign: RADICALS[sign] for sign in SIMPLE} == SIMPLE


def test_private_letters_are_what_gb18030_has_at_their_bytes() -> None:
    """By Python's table, which is that of the year 2000: it knows all but the letters that were private still."""
    codes = [bytes((0xFE, low)) for low in (*range(0x50, 0x7F), *range(0x80, 0xA1))]
    of_gbk = dict(zip(map(chr, range(0xE815, 0xE865)), codes, strict=True))
    assert PRIVATE.keys() == {*of_gbk, "\ue7c7", "\ue7c8"}
    later = {sign: PRIVATE[sign] for sign, code in of_gbk.items() if code.decode("gb18030") != PRIVATE[sign]}
    assert "".join(later.values()) == "\U00020087\U00020089\U000200cc龴龵龶龷\U000215d7龸\U0002298f龹龺\U000241fe龻"
    assert all(of_gbk[sign].decode("gb18030") == sign for sign in later)


# --- what stands behind a name --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name", "mark"),
    [
        ("甲一（女）", "甲一", "（女）"),
        ("甲二*", "甲二", "*"),
        ("甲三△", "甲三", "△"),
        ("甲四(已调出)", "甲四", "(已调出)"),
        ("甲五【新】", "甲五", "【新】"),
        ("甲六 1?", "甲六", "1?"),
        ("甲七★", "甲七", "★"),
        ("甲八①", "甲八", "①"),
        ("甲九 （女）*", "甲九", "（女）*"),
        ("甲十（一（二））", "甲十", "（一（二））"),
        ("乙一（女", "乙一", "（女"),
        ("乙二🌟\ufe0f", "乙二", "🌟\ufe0f"),
        ("丁\U0003158e（预备）", "丁\U0003158e", "（预备）"),
        ("丁\ue863", "丁\ue863", ""),
        ("葛\U000e0101", "葛\U000e0101", ""),
        ("甲一", "甲一", ""),
        ("李〇", "李〇", ""),
        ("阿甲·乙提", "阿甲·乙提", ""),
        ("Anna Li", "Anna Li", ""),
        ("Smith Jr.", "Smith Jr.", ""),
        ("（女）", "（女）", ""),
        ("***", "***", ""),
        ("", "", ""),
    ],
)
def test_a_name_and_what_stands_behind_it(written: str, name: str, mark: str) -> None:
    assert parted(written) == (name, mark)


@given(WRITTEN)
def test_nothing_is_lost_when_a_name_is_parted(written: str) -> None:
    name, mark = parted(written)
    assert "".join((name + mark).split()) == "".join(written.split())


@pytest.mark.parametrize(
    "name",
    ["甲一", "丁\U0003158e", "丁\ue863", "李〇", "Anna Li", "阿甲·乙提", "乙", "甲一1", "甲" * 50, "Nana", "Trueman"],
)
def test_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12345",
        "１２",
        "①",
        "-",
        "—",
        "/",
        "?",
        "？",
        "无",
        "合　计",
        "总计",
        "已注销7",
        *["None", "nan", "NaN", "null", "NULL", "TRUE", "False", "ｎａｎ", "N/A", "#N/A", "#REF!", "#NAME?", "#DIV/0!"],
        "甲" * 51,
        "甲\ufffd",
        "\u3164",
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert not is_name(text)


# --- party groups ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spellings",
    [
        [
            "第一党小组",
            "第一小组",
            "第１党小组",
            "第1党小组",
            "第 一 党小组",
            "一组",
            "第一 党小组",
            "①组",
            "Ⅰ组",
            "第一",
            "党小组一",
        ],
        ["第十二党小组", "12组", "第12小组", "⑫组", "Ⅻ组", "第拾贰党小组"],
        ["第二十党小组", "20组", "⑳小组", "第 20 组"],
        ["第九十九党小组", "99组", "第９９小组"],
        ["第三党小组", "㈢", "（三）组", "03组", "⒊", "III组"],
        ["机关党小组", "机关小组", "机关组", "机关 党小组", "机关"],
        ["离退休党小组", "离退休组", "离 退休小组"],
        ["综合党小组", "综合组"],
        ["第一党小组（机关）", "第1小组(机关)", "一组（机关）"],
        ["机关第一党小组", "机关一组", "机关第1小组"],
        ["第二支部第一党小组", "二支部1组", "2支部一组"],
        ["党小组", "小组", "组"],
        [""],
    ],
)
def test_spellings_of_one_group(spellings: list[str]) -> None:
    assert len({group_key(one) for one in spellings}) == 1


DIFFERENT = [
    "第一党小组", "第二党小组", "第十党小组", "第十一党小组", "第二十一党小组", "第一百党小组", "100组",
    "机关党小组", "离退休党小组", "三八小组", "第三十八党小组", "第一党小组（机关）", "第一党小组（离退休）",
    "机关第一党小组", "第二支部第一党小组", "第十二党小组", "A组", "B组", "甲组", "党小组", "2023", "",
]  # fmt: skip


def test_other_groups() -> None:
    assert len({group_key(one) for one in DIFFERENT}) == len(DIFFERENT)


def test_no_name_is_no_group() -> None:
    assert group_key("") == group_key(" \u200b") == ""


@given(WRITTEN)
def test_a_groups_key_is_its_own_key(name: str) -> None:
    key = group_key(name)
    assert group_key(key) == key
    assert group_key(clean_name(name)) == key
    assert bool(key) == bool(name_key(name))


@given(st.integers(1, 99))
def test_every_number_in_every_writing(number: int) -> None:
    tens, ones = divmod(number, 10)
    chinese = ("" if tens == 0 else "十" if tens == 1 else "零一二三四五六七八九"[tens] + "十") + " 一二三四五六七八九"[
        ones
    ].strip()
    assert group_key(f"第{chinese}党小组") == group_key(f"{number}组") == str(number)


@pytest.mark.parametrize(
    ("name", "known", "asked"),
    [
        ("第一党小组（机关）", ["第一党小组", "第二党小组"], ["第一党小组"]),
        ("第一党小组", ["第一党小组（机关）", "第十一党小组"], ["第一党小组（机关）"]),
        ("一组", ["第一党小组（机关）", "第一党小组（离退休）"], ["第一党小组（机关）", "第一党小组（离退休）"]),
        ("机关第一党小组", ["第一党小组"], ["第一党小组"]),
        ("第一党小组", ["第二支部第一党小组", "第一支部第二党小组", "第二十一党小组"], ["第二支部第一党小组"]),
        ("机关党小组", ["机关离退休党小组", "综合党小组"], ["机关离退休党小组"]),
        # Known already, under whatever spelling: nothing to ask.
        ("第一小组", ["第一党小组", "第一党小组（机关）"], []),
        ("第一党小组", ["第二党小组", "第十党小组", "第十一党小组"], []),
        ("第一党小组（机关）", ["第一党小组（离退休）"], []),
        ("第三党小组", [], []),
        ("", ["第一党小组"], []),
        ("第一党小组", [""], []),
    ],
)
def test_groups_to_ask_about(name: str, known: list[str], asked: list[str]) -> None:
    assert near_groups(name, known) == asked


@given(WRITTEN, WRITTEN)
def test_asking_goes_both_ways(one: str, other: str) -> None:
    assert bool(near_groups(one, [other])) == bool(near_groups(other, [one]))
