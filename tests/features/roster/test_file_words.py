"""What the words of a roster mean."""

from datetime import date, datetime

import pytest

from bot.features.roster import file_words as words
from bot.features.roster.file_words import Unclear
from bot.features.roster.rows import Exempt
from storage.choices import Category, Duty, ExemptionReason, MembershipStatus, Rank


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


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("书记", (Duty.SECRETARY,)),
        ("党支部书记、第一党小组组长", (Duty.SECRETARY, Duty.GROUP_LEADER)),
        ("副书记，组织委员", (Duty.DEPUTY_SECRETARY, Duty.ORGANIZATION_OFFICER)),
        ("支部副书记兼纪检委员", (Duty.DEPUTY_SECRETARY, Duty.DISCIPLINE_OFFICER)),
        ("宣传委员（兼）", (Duty.PUBLICITY_OFFICER,)),
        ("青年委员/群工委员", (Duty.YOUTH_OFFICER, Duty.MASS_WORK_OFFICER)),
        ("党小组长", (Duty.GROUP_LEADER,)),
        ("组长", (Duty.GROUP_LEADER,)),
        ("无", ()),
        (None, ()),
        ("党员", ()),
    ],
)
def test_duties(written: object, meant: tuple[Duty, ...]) -> None:
    assert words.duties(written) == meant


@pytest.mark.parametrize("written", ["科长", "党小组副组长", "书记助理"])
def test_a_duty_that_is_none_of_ours(written: str) -> None:
    with pytest.raises(Unclear, match="组织委员"):
        words.duties(written)


def test_ranks_and_gender() -> None:
    ranks = [words.rank(word) for word in ("工人", "科办员", "科员级", "副科", "正科级", "副处", "正处", "")]
    assert ranks == [*Rank, None]
    assert (words.gender("男"), words.gender("女 "), words.gender(None)) == ("男", "女", None)
    with pytest.raises(Unclear, match="副科 正科"):
        words.rank("四级主任科员")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("在职", (Category.IN_SERVICE, None)),
        ("退休党员", (Category.RETIRED, None)),
        ("离退休", (Category.RETIRED, None)),
        ("流动党员", (Category.FLOATING, None)),
        ("预备党员", (None, MembershipStatus.PROBATIONARY)),
        ("在职（正式党员）", (Category.IN_SERVICE, MembershipStatus.FULL)),
        ("", (None, None)),
    ],
)
def test_standing(written: str, meant: tuple[object, object]) -> None:
    assert words.standing(written) == meant


def test_a_standing_that_is_none() -> None:
    with pytest.raises(Unclear):
        words.standing("入党积极分子")


def test_transfers() -> None:
    assert words.transfers("2023-08-15转入") == (date(2023, 8, 15), None)
    assert words.transfers("转出：2023年9月1日") == (None, date(2023, 9, 1))
    assert words.transfers("2023.08.15转入，2023.11.01转出") == (date(2023, 8, 15), date(2023, 11, 1))
    assert words.transfers("二〇二三年八月十五号转入") == (date(2023, 8, 15), None)
    assert words.transfers("") == (None, None)
    for unclear in ("2023-08-15", "转入", "转入2023.08，转入2023.09"):
        with pytest.raises(Unclear):
            words.transfers(unclear)


@pytest.mark.parametrize(
    ("remark", "meant"),
    [
        ("长期病休", Exempt(ExemptionReason.LONG_SICK_LEAVE)),
        (
            "产假2023.08.01至2024.01.31",
            Exempt(ExemptionReason.MATERNITY_LEAVE, date(2023, 8, 1), date(2024, 2, 1)),
        ),
        (
            "产假：2023.08-2024.01",
            Exempt(ExemptionReason.MATERNITY_LEAVE, date(2023, 8, 1), date(2024, 2, 1)),
        ),
        (
            "产假，二〇二三年八月一日至2024年1月31号",
            Exempt(ExemptionReason.MATERNITY_LEAVE, date(2023, 8, 1), date(2024, 2, 1)),
        ),
        ("2023年9月起出国", Exempt(ExemptionReason.ABROAD, date(2023, 9, 1))),
        ("出国，至2023年12月", Exempt(ExemptionReason.ABROAD, None, date(2024, 1, 1))),
        ("年老体弱，行动不便", Exempt(ExemptionReason.FRAIL_RETIRED)),
        ("流动党员", None),
        ("流动，免于考勤", Exempt(ExemptionReason.FLOATING_MEMBER)),
        ("流动（2023-03-01起）", Exempt(ExemptionReason.FLOATING_MEMBER, date(2023, 3, 1))),
        ("工号20231345", None),
        ("", None),
    ],
)
def test_exemptions_in_remarks(remark: str, meant: Exempt | None) -> None:
    assert words.exemption(remark) == meant


def test_a_column_of_its_own_says_that_somebody_is_exempt() -> None:
    assert words.exemption("流动", own_column=True) == Exempt(ExemptionReason.FLOATING_MEMBER)
    assert words.exemption("否", own_column=True) is None
    with pytest.raises(Unclear, match="产假"):
        words.exemption("是", own_column=True)
