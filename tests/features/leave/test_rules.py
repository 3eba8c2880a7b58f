"""What is typed about leave, read whole or not at all."""

import pytest

from bot.features.leave.rules import Asked, read
from storage.choices import LeaveType

DUTY, SICK, OWN = LeaveType.OFFICIAL_DUTY, LeaveType.SICK, LeaveType.PERSONAL


@pytest.mark.parametrize(
    ("typed", "kind", "reason", "received"),
    [
        ("请假", None, "", False),
        ("请假 住院", None, "住院", False),
        ("请假，发烧了", None, "发烧了", False),
        ("请假 家里有事", None, "家里有事", False),
        ("请假住院", None, "住院", False),
        ("我要请假：家里老人住院，谢谢", None, "家里老人住院", False),
        ("请个假，发烧", None, "发烧", False),
        ("好的，请假 住院", None, "住院", False),
        ("请假\n住院", None, "住院", False),
        ("收到，请假", None, "", True),
        ("收到 请假", None, "", True),
        ("收到请假", None, "", True),
        ("收到。请假 住院", None, "住院", True),
        ("知道了，请假，发烧了", None, "发烧了", True),
        ("收到，病假", SICK, "", True),
        ("病假", SICK, "", False),
        ("病", SICK, "", False),
        ("病假 发烧", SICK, "发烧", False),
        ("请病假，发烧", SICK, "发烧", False),
        ("请假 病假 发烧", SICK, "发烧", False),
        ("请假 出差", DUTY, "", False),
        ("出差", DUTY, "", False),
        ("公差：去省里开会", DUTY, "去省里开会", False),
        ("事假　家里有事", OWN, "家里有事", False),
        ("请假 事", OWN, "", False),
        # Not of a kind for certain, so that is asked.
        ("请假 出差去省里", None, "出差去省里", False),
        ("请假 有事", None, "有事", False),
        ("请假 丁\U0003158e住院", None, "丁\U0003158e住院", False),
    ],
)
def test_what_it_says(typed: str, kind: LeaveType | None, reason: str, received: bool) -> None:
    assert read(typed) == Asked(kind, reason, received)


@pytest.mark.parametrize(
    "typed",
    [
        "收到",
        "收到，谢谢",
        "取消请假",
        "不请假",
        "不请假了",
        "请假审批",
        "请假条",
        "请假了吗",
        "请假怎么请",
        "请假的有几个人",
        "出差补助标准",
        "病假条",
        "病了",
        "有事",
        "甲三请假",
        "批准请假",
        "收到，到",
        "",
        "请",
    ],
)
def test_what_is_no_request(typed: str) -> None:
    assert read(typed) is None
