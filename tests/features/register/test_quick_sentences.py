"""A sentence read into the fields of a kind, without I/O."""

from datetime import date
from typing import Any

import pytest

from bot.features import registry
from bot.features.register.kinds.catalogue import KINDS
from bot.features.register.quick.pasted import is_pasted
from bot.features.register.quick.sentences import LONGEST, PATTERNS, Known, Said, is_sentence, read
from bot.kit.handlers import Command, Word
from tests.kit.test_plain_words import ROWS

TODAY = date(2023, 8, 11)
BY_NAME = {one.name: one for one in KINDS}
KNOWN = Known(
    members=["甲一", "甲四", "甲五"],
    names={"org": ["甲支部", "乙支部"], "site": ["基地1", "纪念馆"], "placements.platform": ["晨报", "今日头条"]},
)
GUIDED = {"on": "8月11日", "org": "甲支部", "site": "基地1"}


def meant(text: str) -> list[Said]:
    return read(text, TODAY, KNOWN, BY_NAME)


@pytest.mark.parametrize(
    ("text", "kind", "texts"),
    [
        ("8月11日 甲支部 到 基地1 指导", "guidance", GUIDED),
        ("8月11日到基地1指导甲支部", "guidance", GUIDED),
        ("8月11日，在基地1指导了甲支部。", "guidance", GUIDED),
        ("8月11日指导甲支部", "guidance", {"on": "8月11日", "org": "甲支部"}),
        ("８月１１日指导甲支部", "guidance", {"on": "８月１１日", "org": "甲支部"}),
        ("昨天我支部到纪念馆指导乙支部", "guidance", {"on": "昨天", "org": "乙支部", "site": "纪念馆"}),
        # Known as a unit, or looking like one.
        ("8月11日到甲支部指导", "guidance", {"on": "8月11日", "org": "甲支部"}),
        ("8月11日到丁支部指导", "guidance", {"on": "8月11日", "org": "丁支部"}),
        ("8月11日指导", "guidance", {"on": "8月11日"}),
        (
            "晨报8月6日刊登《延时服务进社区》",
            "article",
            {"title": "延时服务进社区", "placements.on": "8月6日", "placements.platform": "晨报"},
        ),
        (
            "8月6日《延时服务进社区》在晨报刊登",
            "article",
            {"title": "延时服务进社区", "placements.on": "8月6日", "placements.platform": "晨报"},
        ),
        ("晨报刊登《延时服务进社区》", "article", {"title": "延时服务进社区", "placements.platform": "晨报"}),
        # No day of its own.
        (
            "今日头条8月6日刊登《延时服务》",
            "article",
            {"title": "延时服务", "placements.on": "8月6日", "placements.platform": "今日头条"},
        ),
        (
            "8月10日志愿服务 甲四、甲五 2小时",
            "volunteer_service",
            {"on": "8月10日", "participants": "甲四、甲五", "hours": "2"},
        ),
        (
            "8月10日在丁社区开展志愿服务 甲四 甲五同志 社区服务 2.5个小时 服务群众30人次",
            "volunteer_service",
            {
                "on": "8月10日",
                "participants": "甲四、甲五同志",
                "hours": "2.5",
                "beneficiaries": "30",
                "kind": "社区服务",
                "place": "丁社区",
            },
        ),
        ("8月10日走访慰问 庚一", "condolence", {"on": "8月10日", "recipients.who": "庚一"}),
        (
            "8月10日甲一、甲四走访慰问困难党员庚一",
            "condolence",
            {"on": "8月10日", "recipients.who": "庚一", "visitors": "甲一、甲四", "occasion": "困难"},
        ),
        ("8月10日与乙支部共建 座谈交流", "cobuild_event", {"on": "8月10日", "partner": "乙支部", "form": "座谈交流"}),
        # Words of other features stand in a title, or are a part of another word.
        (
            "晨报8月6日刊登《他没来签到》",
            "article",
            {
                "title": "他没来签到",
                "placements.on": "8月6日",
                "placements.platform": "晨报",
            },
        ),
        ("8月11日指导督查支部", "guidance", {"on": "8月11日", "org": "督查支部"}),
        ("8月11日到未来社区指导甲支部", "guidance", {"on": "8月11日", "org": "甲支部", "site": "未来社区"}),
        ("县委8月5日表彰《先进党支部》", "award", {"title": "先进党支部", "issued_on": "8月5日", "issuer": "县委"}),
    ],
)
def test_what_is_said_comes_into_its_fields(text: str, kind: str, texts: dict[str, str]) -> None:
    [said] = meant(text)
    assert (said.kind, dict(said.texts), said.left) == (kind, texts, ())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("8月11日指导甲支部、乙支部", ("乙支部",)),
        ("8月11日指导甲支部 内容是三会一课", ("内容是三会一课",)),
        ("7月7日和8日指导甲支部", ("和8日",)),
        ("8月10日志愿服务 甲四、庚九 共4小时", ("庚九", "共4小时")),
        ("8月10日走访慰问庚一、庚二", ("庚二",)),
    ],
)
def test_what_is_not_understood_is_named(text: str, left: tuple[str, ...]) -> None:
    [said] = meant(text)
    assert said.left == left


def test_two_meanings_are_both_told() -> None:
    unknown = meant("8月11日到丁园区指导")
    assert [dict(one.texts) for one in unknown] == [
        {"on": "8月11日", "org": "丁园区"},
        {"on": "8月11日", "site": "丁园区"},
    ]
    kinds = meant("8月10日志愿服务慰问庚一")
    assert [one.kind for one in kinds] == ["volunteer_service", "condolence"]


def test_a_kind_that_somebody_does_not_keep_is_not_read() -> None:
    assert read("8月11日指导甲支部", TODAY, KNOWN, {"article": BY_NAME["article"]}) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "指导",
        "指导台账",
        "登记指导支部",
        "指导甲支部",
        "8月11日",
        # A word that nobody listed.
        "8月11日参观基地1",
        # The verb stands in the title alone, or is another word.
        "8月11日学习《关于指导工作的意见》",
        "8月11日指导员甲四值班",
        "8月11日的指导意见",
        "8月10日召开表彰大会",
        # A line that was cut in the middle.
        "晨报刊登《延时服",
        # Words of other features.
        "全部到会，除甲五、丙五",
        "收到，请假",
        "8月11日出差",
        "名册 2023年9月8日",
        "7-9月",
        "三季度数据",
        "外出 7月3日至7月10日",
        "查 甲四",
        *(
            f"{before}8月11日志愿服务{behind}"
            for before, behind in (
                ("", " 甲四没来"),
                ("", "甲五没有参加，甲四2小时"),
                ("", " 缺席甲五"),
                ("取消", ""),
                ("", "取消了"),
                ("", "甲四请假，甲五2小时"),
                ("", "请病假"),
                ("撤销", ""),
                ("", " 签到"),
                ("查 ", ""),
                ("帮我查", "甲四"),
                ("搜", ""),
                ("看一下", ""),
                ("收到，", ""),
                ("", "改期到8月15日"),
                ("", "谁参加"),
                ("", "几点开始？"),
                ("", "开始了吗"),
                ("", "补学"),
                ("", "学完了"),
                ("", "未到甲四"),
            )
        ),
        "取消8月11日指导甲支部",
        "8月11日指导甲支部\n8月12日指导乙支部",
        "8月11日指导甲支部" + "。" * LONGEST,
    ],
)
def test_anything_else_is_no_entry(text: str) -> None:
    assert not is_sentence(text)
    assert meant(text) == []


def test_no_word_of_another_feature_is_an_entry() -> None:
    typed = [word for one in registry.HANDLERS if isinstance(one, Command) for each in one.typed for word in each.words]
    typed += [word for one in registry.HANDLERS if isinstance(one, Word) for word in one.words]
    typed += [word for row in ROWS.values() for word in row.words]
    typed += [f"登记{one.word}" for one in KINDS] + [one.ledger.name for one in KINDS]
    assert len(typed) > 100
    assert [word for word in typed if is_sentence(word) or is_pasted(word)] == []


def test_a_title_that_was_cut_is_no_title() -> None:
    assert meant("8月16日晨报刊登《延时服") == []


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.kind)
def test_a_pattern_names_fields_that_there_are(pattern: Any) -> None:
    kind = BY_NAME[pattern.kind]
    keys = [pattern.on, pattern.title, pattern.people, pattern.choice, *pattern.amounts, *pattern.slots]
    assert [key for key in keys if key and kind.field(key) is None] == []
