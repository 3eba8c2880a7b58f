"""What the words of a roster mean."""

from datetime import date, datetime

import pytest

from bot.features.roster_files.reading import cells as words
from bot.features.roster_files.reading.cells import Unclear
from storage.choices import Category, MembershipStatus, Rank


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1990.05", date(1990, 5, 1)),
        ("1990.5", date(1990, 5, 1)),
        (1990.05, date(1990, 5, 1)),
        ("1990.05.12", date(1990, 5, 12)),
        ("1990年5月", date(1990, 5, 1)),
        ("1990 年 5 月 12 日", date(1990, 5, 12)),
        ("1990年5月1号", date(1990, 5, 1)),
        ("一九九〇年五月", date(1990, 5, 1)),
        ("一九九零年十月", date(1990, 10, 1)),
        ("二○二三年七月三十一日", date(2023, 7, 31)),
        ("二〇二三年十二月二十号", date(2023, 12, 20)),
        ("2023 年 七 月 十一 日", date(2023, 7, 11)),
        ("1990-05-01", date(1990, 5, 1)),
        ("1990/5/1", date(1990, 5, 1)),
        ("１９９０．０５", date(1990, 5, 1)),
        ("199005", date(1990, 5, 1)),
        (199005, date(1990, 5, 1)),
        (19900512.0, date(1990, 5, 12)),
        (datetime(1990, 5, 12, 0, 0), date(1990, 5, 12)),
        (date(1990, 5, 12), date(1990, 5, 12)),
        ("1990-05-12 00:00:00", date(1990, 5, 12)),
        ("1990.5.12日", date(1990, 5, 12)),
        ("2005-07-01", date(2005, 7, 1)),
        (33005, date(1990, 5, 12)),
        ("33005", date(1990, 5, 12)),
        ("", None),
        (None, None),
        ("—", None),
    ],
)
def test_a_day_in_its_usual_forms(written: object, meant: date | None) -> None:
    assert words.day(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "去年",
        "1990",
        "1990.13",
        "1990-02-30",
        "90.05",
        "90年5月",
        "1990年5月12日生",
        "1990.05.12（身份证）",
        "12.05.1990",
        990512,
        "二〇二三年七月三十二日",
        "二十三年七月",
        "一九九十年五月",
    ],
)
def test_a_day_that_nobody_can_read(written: object) -> None:
    with pytest.raises(Unclear, match="1990-05-01"):
        words.day(written)


@pytest.mark.parametrize("written", [1990.1, "1990.1"])
def test_excel_drops_the_zero_of_october(written: object) -> None:
    with pytest.raises(Unclear, match="January or October"):
        words.day(written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("13812345678", "13812345678"),
        (13812345678, "13812345678"),
        (13812345678.0, "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("0086 13812345678", "13812345678"),
        ("+852 9123 4567", "85291234567"),
        ("0755-22345678", None),
        ("25123456", None),
        ("无", None),
        (None, None),
    ],
)
def test_a_mobile_number_is_kept_as_digits_and_a_landline_not_at_all(written: object, meant: str | None) -> None:
    assert words.phone(written) == meant


@pytest.mark.parametrize("written", ["12345", "13812345678/13912345678", "同上", "138123456789", "110101199003074258"])
def test_a_number_that_is_none(written: str) -> None:
    with pytest.raises(Unclear, match="one mobile number"):
        words.phone(written)


def test_a_month_covers_all_its_days() -> None:
    covered = words.days("2023.12")
    assert covered == words.Days(date(2023, 12, 1), date(2024, 1, 1))


R, RANKED = Rank, words.Ranked


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *[
            (word, rank)
            for word, rank in zip(
                ["工人", "科办员", "科员", "副科", "正科", "副处", "正处", "副厅", "正厅"], Rank, strict=True
            )
        ],
        ("科员级", R.STAFF),
        ("办事员", R.CLERK),
        ("副科级", R.DEPUTY_SECTION),
        ("乡科级副职", R.DEPUTY_SECTION),
        ("乡科级正职", R.SECTION),
        ("正科级", R.SECTION),
        ("处级副职", R.DEPUTY_DIVISION),
        ("县处级副职", R.DEPUTY_DIVISION),
        ("正处级", R.DIVISION),
        ("县处级正职", R.DIVISION),
        (" 正处 级 ", R.DIVISION),
        ("副厅级", R.DEPUTY_BUREAU),
        ("厅局级副职", R.DEPUTY_BUREAU),
        ("正局级", R.BUREAU),
        ("局级正职", R.BUREAU),
    ],
)
def test_ranks_of_the_list(written: str, meant: Rank) -> None:
    assert words.rank(written) == RANKED(meant)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("一级巡视员", R.BUREAU),
        ("二级巡视员", R.DEPUTY_BUREAU),
        ("一级调研员", R.DIVISION),
        ("二级调研员", R.DIVISION),
        ("三级调研员", R.DEPUTY_DIVISION),
        ("四级调研员", R.DEPUTY_DIVISION),
        ("一级主任科员", R.SECTION),
        ("二级主任科员", R.SECTION),
        ("三级主任科员", R.DEPUTY_SECTION),
        ("四级主任科员", R.DEPUTY_SECTION),
        ("4级主任科员", R.DEPUTY_SECTION),
        ("一级科员", R.STAFF),
        ("二级科员", R.STAFF),
        ("科长（正科级）", R.SECTION),
        ("副科级（四级主任科员）", R.DEPUTY_SECTION),
        ("高级工程师、副处级", R.DEPUTY_DIVISION),
    ],
)
def test_a_rank_with_a_level_keeps_its_own_word(written: str, meant: Rank) -> None:
    assert words.rank(written) == RANKED(meant, written)


@pytest.mark.parametrize(
    "written",
    [
        "正高级",
        "副高级",
        "高级工程师",
        "管理五级",
        "专技七级",
        "工勤技能二级",
        "一级法官",
        "四级警长",
        "处长",
        "科长",
        "主任",
        "试用期",
        "享受正处级待遇",
        "原正科级",
        "相当于副处级",
        "调研员",
        "五级调研员",
    ],
)
def test_a_rank_without_a_level_is_its_word_alone(written: str) -> None:
    """Neither above nor below any: it is never a cadre's."""
    assert words.rank(written) == RANKED(None, written)


@pytest.mark.parametrize("written", ["正科级、四级调研员", "副处（一级调研员）", "110101199003074258"])
def test_a_rank_that_is_refused(written: str) -> None:
    with pytest.raises(Unclear):
        words.rank(written)


def test_no_rank_and_gender() -> None:
    assert [words.rank(word) for word in ("", "无", None)] == [RANKED()] * 3
    assert (words.gender("男"), words.gender("女 "), words.gender(None)) == ("男", "女", None)


FULL, PROBATIONARY = MembershipStatus.FULL, MembershipStatus.PROBATIONARY


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("在职", words.Standing(Category.IN_SERVICE)),
        ("在职在岗", words.Standing(Category.IN_SERVICE)),
        ("在　职", words.Standing(Category.IN_SERVICE)),
        ("在职 借调", words.Standing(Category.IN_SERVICE, None, "借调")),
        ("在职 正式党员", words.Standing(Category.IN_SERVICE, FULL)),
        ("在编人员", words.Standing(Category.IN_SERVICE)),
        ("退休党员", words.Standing(Category.RETIRED)),
        ("离休", words.Standing(Category.RETIRED)),
        ("离退休", words.Standing(Category.RETIRED)),
        ("流动党员", words.Standing(Category.FLOATING)),
        ("流出党员", words.Standing(Category.FLOATING)),
        ("预备党员", words.Standing(None, PROBATIONARY)),
        ("中共预备党员", words.Standing(None, PROBATIONARY)),
        ("预备期", words.Standing(None, PROBATIONARY)),
        ("在职（正式党员）", words.Standing(Category.IN_SERVICE, FULL)),
        ("在职正式党员", words.Standing(Category.IN_SERVICE, FULL)),
        ("中共党员", words.Standing()),
        ("党员", words.Standing()),
        ("", words.Standing()),
        ("在职（借调）", words.Standing(Category.IN_SERVICE, None, "借调")),
        ("在职、流动", words.Standing(Category.FLOATING, None, "在职")),
        *[
            (word, words.Standing(kept=word))
            for word in ["退居二线", "借调", "挂职", "停职", "学生", "流入党员", "非在职", "未退休"]
        ],
    ],
)
def test_standing(written: str, meant: words.Standing) -> None:
    assert words.standing(written) == meant


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("入党积极分子", "who is not admitted yet"),
        ("发展对象", "who is not admitted yet"),
        ("入党申请人", "who is not admitted yet"),
        ("群众", "who is not admitted yet"),
        ("在职、退休", "one of each"),
        ("正式党员（预备）", "one of each"),
    ],
)
def test_a_standing_that_is_none_of_a_member(written: str, message: str) -> None:
    with pytest.raises(Unclear, match=message):
        words.standing(written)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("甲三（预备）", ("甲三", PROBATIONARY)),
        ("甲三(预备党员)", ("甲三", PROBATIONARY)),
        ("甲三 【预备期】", ("甲三", PROBATIONARY)),
        ("甲三[中共预备党员]", ("甲三", PROBATIONARY)),
        ("甲三（正式）", ("甲三", FULL)),
        ("甲三", ("甲三", None)),
        ("甲三（大）", ("甲三（大）", None)),
        ("甲三（非预备）", ("甲三（非预备）", None)),
        ("（预备）", ("（预备）", None)),
    ],
)
def test_the_stage_behind_a_name(name: str, meant: tuple[str, MembershipStatus | None]) -> None:
    assert words.stage_in_name(name) == meant


@pytest.mark.parametrize(
    ("remark", "meant"),
    [
        ("预备党员", PROBATIONARY),
        ("党务干事，系预备党员", PROBATIONARY),
        ("原预备党员", None),
        ("2023年7月由预备党员转正", None),
        ("", None),
    ],
)
def test_the_stage_in_a_remark(remark: str, meant: MembershipStatus | None) -> None:
    assert words.stage_in_notes(remark) == meant


def test_transfers() -> None:
    assert words.transfers("2023-08-15转入") == (date(2023, 8, 15), None)
    assert words.transfers("转出：2023年9月1日") == (None, date(2023, 9, 1))
    assert words.transfers("2023.08.15转入，2023.11.01转出") == (date(2023, 8, 15), date(2023, 11, 1))
    assert words.transfers("二〇二三年八月十五号转入") == (date(2023, 8, 15), None)
    assert words.transfers("") == (None, None)
    assert words.transfers("20230815转入；2023年11月 转出") == (date(2023, 8, 15), date(2023, 11, 1))


@pytest.mark.parametrize(
    "written",
    [
        "2023-08-15",
        "转入",
        "转入2023.08，转入2023.09",
        "2023年8月转入（原属乙支部）",
        "2023年8月由乙支部转入",
        "8月15日转入",
        "拟转出",
        "拟2023年9月转出",
        "2023年8月15日转入，9月转出",
        "2023-13-01转入",
    ],
)
def test_a_transfer_is_read_whole_or_not_at_all(written: str) -> None:
    with pytest.raises(Unclear):
        words.transfers(written)
