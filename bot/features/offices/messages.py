"""Every word and button of offices: handing over the secretary's, and choosing the place one acts for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.features.offices.service import Place
from bot.kit.buttons import Button
from bot.kit.doors import Look
from bot.kit.glossary.choices import DUTIES
from bot.kit.lists import PEOPLE, filled, page_of, really, told_apart, two_a_row
from bot.kit.owing import Waiting, counted
from bot.kit.replies import Choice, Keyboard, Message
from bot.kit.words import cut
from storage.roster import Member

ONE_PLACE = "您只在一个支部，无需切换。"
NOBODY = "还没有其他已绑定的同志，请先发送邀请链接。"
NOT_HANDED_OVER = "书记职务未移交。"


@dataclass(frozen=True)
class ChooseSuccessor(Button):
    prefix: ClassVar[str] = "ho"
    page: int


@dataclass(frozen=True)
class HandOver(Button):
    """0: ask once more; 1: do it; 2: leave it."""

    prefix: ClassVar[str] = "hv"
    person_id: int
    sure: int


@dataclass(frozen=True)
class SwitchTo(Button):
    prefix: ClassVar[str] = "ow"
    organisation_id: int


def choose_successor(branch: str, people: Sequence[Member], at: int) -> Message:
    if not people:
        return Message(NOBODY)
    names = told_apart(people, lambda one: one.name, lambda one: one.group_name or "")
    shown = page_of([Choice(name, HandOver(one.id, 0)) for one, name in zip(people, names, strict=True)], at, PEOPLE)
    text = f"【移交书记职务】{branch}\n请选择接任书记的同志（须已绑定）。"
    back = [Choice("更多", Look("more"))]
    return Message(text, filled(*two_a_row(shown.things), shown.turn(ChooseSuccessor), back))


def sure(branch: str, new: Member, waits: Sequence[Waiting]) -> Message:
    """`waits`: what goes with the office; none at all is one line less."""
    group = f"（{new.group_name}）" if new.group_name else ""
    waiting = counted(waits)
    lines = [
        f"确认将{branch}书记职务移交给{new.name}同志{group}吗？请在上级党组织批复后办理。",
        "自今日起生效：您不再有书记权限，仍是本支部党员，以前的记录不变。移交后不能自行收回。",
        f"一并移交的待办事项：{waiting}。" if waiting else "",
    ]
    two = (Choice("确认移交", HandOver(new.id, 1)), Choice("不移交", HandOver(new.id, 2)))
    return really("\n".join(filter(None, lines)), *two)


def handed_over(branch: str, new: str, day: str) -> str:
    """The card on which it was done."""
    return f"【移交书记职务】{day}，{branch}书记职务已移交给{new}同志。"


def receipt_of_old(branch: str, new: str, day: str, keyboard: Keyboard) -> Message:
    text = f"移交回执：您已于{day}将{branch}书记职务移交给{new}同志。您仍是本支部党员，以前的记录不变。"
    return Message(text, keyboard=keyboard)


def receipt_of_new(branch: str, old: str, day: str, waits: Sequence[Waiting], keyboard: Keyboard) -> Message:
    waiting = counted(waits)
    lines = [
        f"移交回执：{old}同志已于{day}将{branch}书记职务移交给您，自今日起由您履行书记职责。",
        f"待您办理：{waiting}。" if waiting else "",
        "发送“帮助”查看说明。",
    ]
    return Message("\n".join(filter(None, lines)), keyboard=keyboard)


def choose_place(places: Sequence[Place], here: int) -> Message:
    now = next(place.name for place in places if place.id == here)
    rows = [[Choice(cut(f"{place.name}（{_offices(place)}）", 30), SwitchTo(place.id))] for place in places]
    return Message(f"您在{len(places)}个单位办理业务，现在是：{now}。\n请选择要办理的单位。", rows)


def _offices(place: Place) -> str:
    return "、".join(word for duty, word in DUTIES.items() if duty in place.duties) or "党员"


def switched(place: Place, keyboard: Keyboard) -> Message:
    return Message(f"现在办理的是：{place.name}（{_offices(place)}）。", keyboard=keyboard)
