"""Talks without any I/O: what a campaign comes to, whom a year lacks, what is refused, how a sentence says a talk."""

from datetime import date, timedelta

import pytest

from bot.features.talks import rules
from bot.features.talks.rules import Held, Party, Said, Wanted
from storage.choices import TalkKind, TalkMode

TODAY = date(2023, 7, 3)
FIRST, LAST = date(2023, 7, 1), date(2023, 7, 20)


def talk(talker: int, *people: int, on: date = TODAY, written: bool = True) -> Held:
    talkees = tuple(Party(one) if one else Party(0, "外单位某") for one in people)
    kind, mode = TalkKind.HEART_TO_HEART, TalkMode.IN_PERSON
    return Held(1, on, Party(talker, "" if talker else "上级某"), talkees, kind, mode, written, 1, None, None)


@pytest.mark.parametrize(
    ("talks", "talked", "written"),
    [
        ([], set(), 0),
        ([talk(9, 1)], {1}, 1),
        ([talk(9, 1, written=False)], {1}, 0),
        # A collective talk is one record; somebody is talked with once, however often.
        ([talk(9, 1, 2, 3)], {1, 2, 3}, 1),
        ([talk(9, 1), talk(8, 1)], {1}, 2),
        # The first and the last day count, the days beside them do not.
        ([talk(9, 1, on=FIRST), talk(9, 2, on=LAST)], {1, 2}, 2),
        ([talk(9, 1, on=FIRST - timedelta(1)), talk(9, 2, on=LAST + timedelta(1))], set(), 0),
        # Who is not on the roster of the last day is no talkee that counts; an outsider never is.
        ([talk(9, 5), talk(9, 0)], set(), 2),
        # Who only talks is not talked with.
        ([talk(1, 2)], {2}, 1),
        ([talk(0, 2)], {2}, 1),
    ],
)
def test_a_campaign(talks: list[Held], talked: set[int], written: int) -> None:
    found = rules.progress(FIRST, LAST, [1, 2, 3, 4], talks)
    assert (set(found.talked), found.written) == (talked, written)
    assert found.missing == tuple(one for one in (1, 2, 3, 4) if one not in talked)


@pytest.mark.parametrize(
    ("should", "talked", "rate", "full"),
    [(0, 0, None, False), (25, 24, "96.0", False), (25, 25, "100.0", True), (1000, 999, "99.9", False)],
)
def test_all_of_them_or_not(should: int, talked: int, rate: str | None, full: bool) -> None:
    found = rules.progress(FIRST, LAST, range(1, should + 1), [talk(5000, *range(1, talked + 1))] if talked else [])
    assert (str(found.rate) if found.rate is not None else None, found.full) == (rate, full)


def test_whom_a_year_lacks() -> None:
    """Committee 1, 2, 3; members 4, 5, 6. Who of two began makes no difference; members among themselves are not
    asked, and a superior is nobody of the committee."""
    talks = [talk(1, 2), talk(4, 3), talk(5, 6), talk(0, 6), talk(2, 2)]
    found = rules.year([1, 2, 3], [1, 2, 3, 4, 5, 6], talks)
    assert found.pairs == ((1, 3), (2, 3))
    assert found.members == (5, 6)
    assert found.lacking_for(3) == {1, 2, 5, 6}
    assert found.lacking_for(4) == {5, 6}
    assert (found.of(2, 1), found.of(1, 3), found.of(3, 4)) == (1, 0, 1)


def test_of_a_collective_talk_each_is_a_pair_with_the_talker() -> None:
    found = rules.year([1], [1, 2, 3], [talk(1, 2, 3)])
    assert found.members == ()
    assert found.of(2, 3) == 0


@pytest.mark.parametrize(
    ("talker", "people", "day", "why"),
    [
        (1, [2], 0, ""),
        (1, [2], -400, ""),
        (1, [2], 1, rules.FUTURE),
        (1, [], 0, rules.NOBODY),
        (1, list(range(2, 2 + rules.MOST)), 0, ""),
        (1, list(range(2, 3 + rules.MOST)), 0, rules.TOO_MANY),
        (1, [2, 1], 0, rules.WITH_ONESELF),
    ],
)
def test_what_cannot_be_recorded(talker: int, people: list[int], day: int, why: str) -> None:
    wanted = Wanted(TODAY + timedelta(day), Party(talker), tuple(map(Party, people)))
    assert rules.wrong(wanted, TODAY) == why


def test_an_outsider_does_not_talk_with_oneself() -> None:
    assert rules.wrong(Wanted(TODAY, Party(0, "张 三"), (Party(0, "张三"),)), TODAY) == rules.WITH_ONESELF


def test_two_records_of_one_talk_share_a_mark() -> None:
    one = Wanted(TODAY, Party(1), (Party(2), Party(0, "张三")))
    assert one.mark == Wanted(TODAY, Party(1), (Party(0, "张 三"), Party(2)), mode=TalkMode.PHONE, written=True).mark
    others = [
        Wanted(TODAY, Party(3), one.talkees),
        Wanted(TODAY, Party(1), (Party(2),)),
        Wanted(TODAY, Party(1), one.talkees, TalkKind.ROUTINE),
    ]
    assert one.mark not in {each.mark for each in others}


@pytest.mark.parametrize(("days", "why"), [(0, ""), (366, ""), (-1, rules.WRONG_WAY), (367, rules.TOO_LONG)])
def test_days_of_a_campaign(days: int, why: str) -> None:
    assert rules.wrong_days(TODAY, TODAY + timedelta(days)) == why


# --- sentences -------------------------------------------------------------------------------------------------------

ONE = Said(("甲三",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("和甲三谈话", ONE),
        ("跟甲三同志谈心", ONE),
        ("找甲三谈话。", ONE),
        ("我与甲三谈心谈话", ONE),
        ("今天和甲三谈话", Said(("甲三",), on=TODAY)),
        ("今天下午我和甲三进行了谈心谈话", Said(("甲三",), on=TODAY)),
        ("昨天找甲三谈了话", Said(("甲三",), on=date(2023, 7, 2))),
        ("7月3日 与甲三、乙四谈心谈话", Said(("甲三", "乙四"), on=TODAY)),
        ("7月3日和甲三和乙四谈话", Said(("甲三", "乙四"), on=TODAY)),
        ("７月３日（周一）和甲三谈话，谢谢", Said(("甲三",), on=TODAY)),
        ("2022年12月30日与甲三谈话", Said(("甲三",), on=date(2022, 12, 30))),
        ("对甲三廉政提醒谈话", Said(("甲三",), TalkKind.INTEGRITY_REMINDER)),
        ("和甲三廉政谈话", Said(("甲三",), TalkKind.INTEGRITY_REMINDER)),
        ("与甲三任前谈话", Said(("甲三",), TalkKind.PRE_APPOINTMENT)),
        ("与甲三例行谈话", Said(("甲三",), TalkKind.ROUTINE)),
    ],
)
def test_a_talk_in_a_sentence(text: str, said: Said) -> None:
    assert rules.read(text, TODAY) == said


@pytest.mark.parametrize(
    "text",
    [
        "谈话",
        "谈心谈话",
        "没和甲三谈话",
        "要和甲三谈话",
        "和甲三谈话吗",
        "和甲三聊天",
        "什么时候和甲三谈话",
        "和谈话",
        "甲三谈话",
        "7月3日、7月4日和甲三谈话",
        "7月3日至7月5日和甲三谈话",
        "8月11日 甲支部 到 基地1 指导",
        "和甲三谈话\n和乙四谈话",
        "和" + "很" * 100 + "谈话",
        "",
    ],
)
def test_what_says_something_else(text: str) -> None:
    assert rules.read(text, TODAY) is None


def test_a_day_that_is_another_weekday() -> None:
    said = rules.read("7月3日（周二）和甲三谈话", TODAY)
    assert said is not None
    assert said.at_odds == TODAY
    assert rules.read("7月3日（周二）开会", TODAY) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [("甲三", ("甲三",)), ("甲三、乙四", ("甲三", "乙四")), ("甲三、甲三", ("甲三",)), ("、", ()), ("甲三、12", ())],
)
def test_typed_names(text: str, names: tuple[str, ...]) -> None:
    assert rules.names_in(text) == names


@pytest.mark.parametrize(
    "word", ["今天", "甲三谈话", "昨日", "7月3日", "１２日", "我", "大家", "谈心谈话", "甲三谈了话", "上午", "刚才"]
)
def test_a_word_about_a_talk_is_nobodys_name(word: str) -> None:
    assert rules.is_no_name(word)


@pytest.mark.parametrize("name", ["甲三", "共建单位王某", "区里李书记", "周一", "我山", "和某"])
def test_a_name_is_a_name(name: str) -> None:
    assert not rules.is_no_name(name)
