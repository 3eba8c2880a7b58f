"""What remarks say of exemptions."""

from datetime import date, timedelta

import pytest

from bot.features.roster_files.reading.cells import Unclear
from bot.features.roster_files.reading.exemptions import exemptions
from bot.features.roster_files.reading.rows import Exempt, ExemptAsk, RosterRow, as_planned
from storage.choices import ExemptionReason

SICK, MATERNITY, FRAIL = (
    ExemptionReason.LONG_SICK_LEAVE,
    ExemptionReason.MATERNITY_LEAVE,
    ExemptionReason.FRAIL_RETIRED,
)
ABROAD, FLOATING, OTHER = ExemptionReason.ABROAD, ExemptionReason.FLOATING_MEMBER, ExemptionReason.OTHER
MARCH, JULY, SEPTEMBER = date(2026, 3, 1), date(2026, 7, 1), date(2026, 9, 1)
NOVEMBER, YEAR_END = date(2026, 11, 1), date(2027, 1, 1)


@pytest.mark.parametrize(
    ("remark", "meant"),
    [
        ("长期病休", Exempt(SICK)),
        ("85岁高龄，行动不便", Exempt(FRAIL)),
        ("年老体弱，行动不便", Exempt(FRAIL)),
        ("行动不便免于考勤", Exempt(FRAIL)),
        ("出国（境）", Exempt(ABROAD)),
        ("产假2023.08.01至2024.01.31", Exempt(MATERNITY, date(2023, 8, 1), date(2024, 2, 1))),
        ("产假：2023.08-2024.01", Exempt(MATERNITY, date(2023, 8, 1), date(2024, 2, 1))),
        ("产假，二〇二三年八月一日至2024年1月31号", Exempt(MATERNITY, date(2023, 8, 1), date(2024, 2, 1))),
        ("2023年9月起出国", Exempt(ABROAD, date(2023, 9, 1))),
        ("出国，至2023年12月", Exempt(ABROAD, None, date(2024, 1, 1))),
        ("产假2026年3月1日", Exempt(MATERNITY, MARCH)),
        ("长期病休2026年3月至今", Exempt(SICK, MARCH)),
        # The second day may lack year and month.
        ("产假2026年3月1日至8月31日", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        ("产假2026年3月1日至15日", Exempt(MATERNITY, MARCH, date(2026, 3, 16))),
        ("产假自2026年3月1日起至2026年8月31日止", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        ("产假（2026.03.01-2026.08.31）", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        ("产假2026/3/1-8/31", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        ("产假20260301－20260831", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        ("2026.03-08产假", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        ("产假2026年3月至8月", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        ("产假至2026年8月", Exempt(MATERNITY, None, SEPTEMBER)),
        ("产假至2026年8月底", Exempt(MATERNITY, None, SEPTEMBER)),
        ("产假至2026年8月末", Exempt(MATERNITY, None, SEPTEMBER)),
        ("产假2026年8月31日止", Exempt(MATERNITY, None, SEPTEMBER)),
        ("产假2026年11月1日至2月28日", Exempt(MATERNITY, date(2026, 11, 1), date(2027, 3, 1))),
        ("产假2026年8月31日至2026年3月1日", Exempt(MATERNITY, date(2026, 8, 31), date(2026, 3, 2))),
        ("产假2026年3月10日至3月1日", Exempt(MATERNITY, date(2026, 3, 10), date(2026, 3, 2))),
        ("2026年3月1日起产假，2026年8月31日止", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        ("2026年3月1日至8月31日，产假", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        # Lengths from a day that is known.
        ("2026年3月起病休半年", Exempt(SICK, MARCH, SEPTEMBER)),
        ("2026年3月1日起，病休三个月", Exempt(SICK, MARCH, date(2026, 6, 1))),
        ("产假98天，2026年3月1日起", Exempt(MATERNITY, MARCH, date(2026, 6, 7))),
        ("2026年3月1日起产假一年半", Exempt(MATERNITY, MARCH, date(2027, 9, 1))),
        # Over, on a day.
        ("原长期病休，2026年9月1日已恢复", Exempt(SICK, None, SEPTEMBER)),
        ("产假2026年8月31日结束", Exempt(MATERNITY, None, SEPTEMBER)),
        ("长期病休，2026年9月1日返岗", Exempt(SICK, None, SEPTEMBER)),
        ("长期病休，已于2026年7月1日恢复", Exempt(SICK, None, JULY)),
        ("长期病休，自2026年7月1日起恢复考勤", Exempt(SICK, None, JULY)),
        ("长期病休，于2026年7月1日正式返岗", Exempt(SICK, None, JULY)),
        # Nursing belongs to a birth.
        ("哺乳假至2026年12月", Exempt(MATERNITY, None, date(2027, 1, 1))),
        ("哺乳期2026年3月1日至8月31日", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        ("生育假2026年3月1日至8月31日（含哺乳假）", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        ("产假2026年3月1日至8月31日，2026年7月1日已返岗", Exempt(MATERNITY, MARCH, date(2026, 7, 1))),
        # The rest of a remark does not disturb.
        ("曾任工会主席；产假2026年3月1日至8月31日；党务干事", Exempt(MATERNITY, MARCH, SEPTEMBER)),
        ("长期病休\n曾任工会主席", Exempt(SICK)),
        ("长期病休（已报备）", Exempt(SICK)),
        ("流动，免于考勤", Exempt(FLOATING)),
        ("流动（2023-03-01起）", Exempt(FLOATING, date(2023, 3, 1))),
    ],
)
def test_what_a_remark_says_for_certain(remark: str, meant: Exempt) -> None:
    assert exemptions(remark) == (meant,)


@pytest.mark.parametrize(
    "remark",
    [
        "",
        None,
        "流动党员",
        "流动党员，曾任科长",
        "非流动党员",
        "未休产假",
        "无长期病休",
        "不免于考勤",
        "未住院",
        "工号20231345",
        "2020年入党",
    ],
)
def test_what_is_no_exemption(remark: object) -> None:
    assert exemptions(remark) == ()


@pytest.mark.parametrize(
    ("remark", "from_on", "latest"),
    [
        ("原长期病休，2026年9月已恢复", None, SEPTEMBER),
        ("长期病休，2026年9月痊愈", None, SEPTEMBER),
        ("长期病休2026年8月结束", None, SEPTEMBER),
        ("2026年3月1日起长期病休，2026年9月销假", MARCH, SEPTEMBER),
        ("长期病休已结束", None, None),
        ("长期病休期满，已上班", None, None),
        ("已不再长期病休", None, None),
        ("原长期病休", None, None),
    ],
)
def test_the_last_day_of_what_is_over_is_asked(remark: str, from_on: date | None, latest: date | None) -> None:
    assert exemptions(remark) == (Exempt(SICK, from_on, latest, ExemptAsk.LAST_DAY, remark),)


@pytest.mark.parametrize(
    ("remark", "said"),
    [
        *[
            (remark, remark)
            for remark in [
                "拟申请产假",
                "产假待批",
                "其妻产假",
                "陪同产假",
                "预计9月产假",
                "2020年曾产假",
                "产假98天",
                "产假3月1日至8月31日",
                "产假2026年8月中旬起",
                "产假2026年8月底起",
                "产假（配偶）",
                "产假，9月已恢复",
                "产假，3月1日起",
                "产假，半年",
                "产假2026年3月1日至8月31日，2026年9月10日已返岗",
                "产假2026年3月1日起，2026年5月1日起",
            ]
        ],
        ("曾任科长，其妻产假", "其妻产假"),
    ],
)
def test_what_is_not_understood_wholly_is_asked(remark: str, said: str) -> None:
    assert exemptions(remark) == (Exempt(MATERNITY, asks=ExemptAsk.WHETHER, said=said),)


@pytest.mark.parametrize(
    ("remark", "from_on", "to_on"),
    [
        ("产假26年3月1日至8月31日", MARCH, SEPTEMBER),
        ("产假自26年3月1日起", MARCH, None),
        ("产假26.3.1-26.8.31", MARCH, SEPTEMBER),
        ("产假2026年3月1日至8月31日，哺乳假9月1日至12月31日", MARCH, SEPTEMBER),
        ("产假2026年3月1日至8月31日，2027年起住院", MARCH, SEPTEMBER),
        ("其妻产假2026年3月1日至8月31日", MARCH, SEPTEMBER),
        ("产假3月1日至8月31日", None, None),
        ("产假2026年3月上旬至8月31日", None, None),
        ("2026年3月起产假98天", MARCH, None),
        # The second half is no less a part of it.
        ("产假2026年3月1日至8月31日、2026年9月1日至12月31日陪护", MARCH, SEPTEMBER),
        ("产假2026年3月1日至8月31日，9月1日起陪护", MARCH, SEPTEMBER),
        ("产假2026年3月1日至8月31日，2026年7月1日已正常出勤", MARCH, SEPTEMBER),
        ("产假2026年3月1日至8月31日，因病免于考勤2026年11月1日至12月31日", MARCH, SEPTEMBER),
        ("产假2026年3月1日至8月31日，因病住院", MARCH, SEPTEMBER),
    ],
)
def test_what_is_asked_has_the_days_that_were_understood(remark: str, from_on: date | None, to_on: date | None) -> None:
    assert exemptions(remark) == (Exempt(MATERNITY, from_on, to_on, ExemptAsk.WHETHER, remark),)


def test_of_several_the_whole_remark_is_asked_about() -> None:
    """Whoever says no has read all of it."""
    said = "长期病休；其妻产假"
    assert exemptions(said) == (Exempt(SICK, asks=ExemptAsk.WHETHER, said=said),)


def test_a_day_of_something_else_does_not_disturb() -> None:
    for other in ("2020年1月入党", "2020年1月至2023年5月任工会主席", "2021年9月1日转入"):
        assert exemptions(f"{other}；产假2026年3月1日至8月31日") == (Exempt(MATERNITY, MARCH, SEPTEMBER),)


@pytest.mark.parametrize(
    "remark",
    [
        "产假2026年3月1日至8月31日、2026年9月1日至12月31日哺乳",
        "产假2026.03.01-2026.08.31；哺乳期2026.09.01-2026.12.31",
        "产假2026年3月1日至8月31日，哺乳假至2026年12月",
    ],
)
def test_leave_after_leave_is_two_spells(remark: str) -> None:
    assert exemptions(remark) == (Exempt(MATERNITY, MARCH, SEPTEMBER), Exempt(MATERNITY, SEPTEMBER, YEAR_END))


@pytest.mark.parametrize(
    ("remark", "meant"),
    [
        ("因病免于考勤2026年11月1日至12月31日", Exempt(SICK, NOVEMBER, YEAR_END)),
        ("因病免于考勤26年11月1日至12月31日", Exempt(SICK, NOVEMBER, YEAR_END)),
        ("住院治疗，暂不参加组织生活", Exempt(SICK)),
        ("患病，2026年11月1日起不参加组织生活", Exempt(SICK, NOVEMBER)),
        ("病假2026年11月1日至12月31日", Exempt(SICK, NOVEMBER, YEAR_END)),
        ("免于考勤2026年11月1日至12月31日", Exempt(OTHER, NOVEMBER, YEAR_END)),
        ("免考勤", Exempt(OTHER)),
        ("经支委会同意免予考勤", Exempt(OTHER)),
        ("暂不参加组织生活", Exempt(OTHER)),
        ("流动党员，因病住院", Exempt(SICK)),
        ("住院，已于2026年7月1日出院", Exempt(SICK)),
        ("住院治疗，2026年7月1日恢复", Exempt(SICK, None, JULY)),
    ],
)
def test_days_off_without_a_reason_of_ours_are_asked_about(remark: str, meant: Exempt) -> None:
    [found] = exemptions(remark)
    said = remark.removeprefix("流动党员，")
    assert found == Exempt(meant.reason, meant.from_on, meant.to_on, ExemptAsk.WHETHER, said)


def test_only_what_speaks_of_days_off_is_repeated() -> None:
    [found] = exemptions("曾任工会主席；因病免考勤")
    assert (found.reason, found.said) == (SICK, "因病免考勤")


@pytest.mark.parametrize(
    ("remark", "reason", "from_on", "to_on"),
    [
        ("出国探亲2026.6.1至2027.3.1（已回国）", ABROAD, date(2026, 6, 1), date(2027, 3, 2)),
        ("产假2026年3月1日至8月31日，已返岗", MATERNITY, MARCH, SEPTEMBER),
        ("产假2026年3月1日至8月31日已返岗", MATERNITY, MARCH, SEPTEMBER),
        ("2026年3月1日起病休半年，已恢复", SICK, MARCH, SEPTEMBER),
    ],
)
def test_who_is_back_may_have_come_before_the_planned_end(
    remark: str, reason: ExemptionReason, from_on: date, to_on: date
) -> None:
    [found] = exemptions(remark)
    assert (found.reason, found.from_on, found.to_on) == (reason, from_on, to_on)
    assert (found.asks, found.planned) == (ExemptAsk.LAST_DAY, True)
    row = RosterRow(name="甲一", exemption=found)
    assert as_planned([row], to_on - timedelta(days=1)) == [row]
    assert as_planned([row], to_on)[0].exemptions == (Exempt(reason, from_on, to_on),)


def test_the_end_of_a_month_is_no_planned_end() -> None:
    row = RosterRow(name="甲一", exemption=exemptions("原长期病休，2026年9月已恢复")[0])
    assert as_planned([row, RosterRow(name="甲二")], date(2027, 1, 1)) == [row, RosterRow(name="甲二")]


def test_several_apart_are_several() -> None:
    spring = Exempt(MATERNITY, date(2025, 3, 1), date(2025, 9, 1))
    assert exemptions("2026年1月起长期病休；产假2025年3月1日至8月31日") == (spring, Exempt(SICK, date(2026, 1, 1)))
    said = "长期病休，产假2026年3月1日至8月31日"
    assert exemptions(said) == (Exempt(SICK, asks=ExemptAsk.WHETHER, said=said),)


def test_a_day_that_no_calendar_has() -> None:
    with pytest.raises(Unclear, match="1990-05-01"):
        exemptions("出国2023.13")
    assert exemptions("文号2023.13") == ()


def test_a_column_of_its_own_says_that_somebody_is_exempt() -> None:
    assert exemptions("流动", own_column=True) == (Exempt(FLOATING),)
    for nothing in ("否", "无", "", None):
        assert exemptions(nothing, own_column=True) == ()
    for unclear in ("是", "2026年3月1日至8月31日"):
        with pytest.raises(Unclear, match="产假"):
            exemptions(unclear, own_column=True)
