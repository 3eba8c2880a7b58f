"""Every word and button of the roster: the list as of a day, a person's card, the questions of a change."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bot.features.roster.buttons import (
    Change,
    Kind,
    SetTerm,
    ShowGroup,
    ShowPerson,
    UndoChange,
)
from bot.features.roster.rules import ON_ROSTER, Step, to_number
from bot.features.roster.service import Done
from bot.features.roster.words import NONE, full_day, offices, said, since, until
from bot.kit.doors import ImportRoster, SendSheet, Sheet, ShowRoster, ShowUnbound
from bot.kit.glossary.choices import EXEMPTIONS
from bot.kit.glossary.columns import APPROVERS, FACTS
from bot.kit.lists import PEOPLE, filled, page_of, two_a_row
from bot.kit.replies import Choice, Message
from bot.kit.words import cut, short_day
from storage.choices import ExemptionReason, MembershipStatus
from storage.facts import Facts
from storage.models.person import (
    CategorySpan,
    DutySpan,
    ExemptionSpan,
    GroupSpan,
    MembershipSpan,
    RankSpan,
    RosterSpan,
)
from storage.roster import Member

NO_GROUP, GONE = "未编组", "不在册"
_KINDS = {
    Kind.GROUP: FACTS["group_span"][0],
    Kind.DUTY: FACTS["duty_span"][0],
    Kind.RANK: FACTS["rank_span"][0],
    Kind.CATEGORY: FACTS["category_span"][0],
    Kind.STATUS: FACTS["membership_span"][0],
    Kind.EXEMPT: FACTS["exemption_span"][0],
    Kind.PRESENT: "恢复考勤",
    Kind.OUT: "转出",
    Kind.BACK: "转入",
    Kind.NEW: "转入",
    Kind.ACCEPT: "接收预备党员",
}
_QUESTIONS = {
    Step.NAME: "请发送转入党员的姓名。",
    Step.STATUS: "请选择党员身份。",
    Step.MEETING: "请选择通过接收的支部党员大会的日期，也可以发送日期，例如：8月1日。自次日起编入名册。",
    Step.DAY: "请选择从哪一天起，也可以发送日期，例如：8月1日。",
    Step.UNTIL: "请选择到哪一天为止，也可以发送最后一天的日期。",
    Step.APPROVER: "请选择由谁批准。",
    Step.CONTACT: "请选择联系人，点选后即登记。",
    Step.WHY: "请选择原因，点选后即登记。",
}
_CHOOSE = {
    Kind.GROUP: "请选择党小组。",
    Kind.DUTY: "请选择职务。",
    Kind.RANK: "请选择职级。",
    Kind.CATEGORY: "请选择人员类别。",
    Kind.STATUS: "请选择党员身份。",
    Kind.EXEMPT: "请选择免于考勤的原因。",
    Kind.BACK: "请选择党小组。",
    Kind.NEW: "请选择党小组。",
}
# What is asked otherwise than usual.
_ASKED = {
    (Kind.ACCEPT, Step.NAME): "请发送预备党员的姓名。",
    (Kind.ACCEPT, Step.VALUE): "请选择党小组，点选后即登记。",
}


# --- the list ------------------------------------------------------------------------------------------------------


def roster_of(branch: str, members: Sequence[Member], day: date, term: date | None, *, today: bool) -> Message:
    """Names by party group as of a day, who is exempt, who is probationary. `today`: with what can be done."""
    lines = [f"【名册】{branch}，{full_day(day)}共{len(members)}人。"]
    for name, people in by_group(members).items():
        lines.append(f"{name}（{len(people)}人）：{'、'.join(map(_with_duties, people))}")
    exempt = [f"{one.name}（{EXEMPTIONS[one.exemption]}）" for one in members if one.exemption is not None]
    probationary = [one.name for one in members if one.status is MembershipStatus.PROBATIONARY]
    lines += [f"免于考勤{len(exempt)}人：{'、'.join(exempt)}"] if exempt else []
    lines += [f"预备党员{len(probationary)}人：{'、'.join(probationary)}"] if probationary else []
    lines += [f"本届任期{until(term)}。"] if term is not None and today else []
    lines += ["查看某一天的名册，请这样发送：名册 2023年9月8日。"] if today else []
    text = cut("\n".join(lines), 4000)
    if today:
        return Message(text, _doors(members))
    return Message(text, [[Choice("下载名册", SendSheet(Sheet.FILLED, to_number(day))), Choice("名册", ShowRoster(0))]])


def by_group(members: Sequence[Member]) -> dict[str, list[Member]]:
    """In the order of the roster; those without a group last."""
    found: dict[str, list[Member]] = defaultdict(list)
    for one in members:
        found[one.group_name or NO_GROUP].append(one)
    return found


def _with_duties(member: Member) -> str:
    held = offices(member)
    return f"{member.name}（{held}）" if held else member.name


def _doors(members: Sequence[Member]) -> list[list[Choice]]:
    groups = {one.group_id or 0: one.group_name or NO_GROUP for one in members}
    people = [Choice(name, ShowGroup(group_id, 0)) for group_id, name in groups.items()]
    return two_a_row(
        [
            *people,
            Choice(GONE, ShowGroup(-1, 0)),
            Choice("转入党员", Change(0, Kind.NEW)),
            Choice("接收预备党员", Change(0, Kind.ACCEPT)),
            Choice("导入名册", ImportRoster()),
            Choice("下载名册", SendSheet(Sheet.FILLED, 0)),
            Choice("下载模板", SendSheet(Sheet.TEMPLATE, 0)),
            Choice("登记换届", SetTerm()),
            Choice("未绑定名单", ShowUnbound(0)),
        ]
    )


def group_of(title: str, people: Sequence[tuple[int, str]], group_id: int, number: int) -> Message:
    """Whose card to open, a page at a time."""
    shown = page_of(people, number, PEOPLE)
    choices = [Choice(name, ShowPerson(person_id)) for person_id, name in shown.things]
    turn = shown.turn(lambda at: ShowGroup(group_id, at))
    text = f"【名册】{title}共{len(people)}人，请点姓名查看和变更。" if people else f"【名册】{title}：暂无人员。"
    return Message(text, filled(*two_a_row(choices), turn, [Choice("名册", ShowRoster(0))]))


# --- one person ----------------------------------------------------------------------------------------------------


def person(facts: Facts, person_id: int, day: date, names: Mapping[int, str], undo: tuple[int, str] | None) -> Message:
    """Everything known of somebody as of a day, with what was before, and the buttons to change it."""
    values = facts.people[person_id].values
    lines = [f"【党员】{values['name']}"]
    for kind, title in _SHOWN:
        spans = sorted(facts.spans[kind, person_id], key=lambda span: span.from_on, reverse=True)
        told = [_span(kind, span.values, facts.groups, day, names) for span in spans[:4]]
        lines.append(f"{title}：{'；'.join(told) or NONE}")
    lines += [f"备注：{values['notes']}"] if values["notes"] else []
    lines += [f"最近一次变更：{undo[1]}"] if undo else []
    return Message(cut("\n".join(lines), 4000), _changes(facts, person_id, day, undo))


_SHOWN = tuple(
    (kind, FACTS[kind.__tablename__][0])
    for kind in (RosterSpan, GroupSpan, MembershipSpan, DutySpan, RankSpan, CategorySpan, ExemptionSpan)
)


def _span(
    kind: type[Any], values: Mapping[str, Any], groups: Mapping[int, str], day: date, names: Mapping[int, str]
) -> str:
    """第一党小组（自2023年1月1日起）; an exemption with who approved it and who looks after the person."""
    days = since(values["from_on"]) + (until(values["to_on"]) if values["to_on"] and kind is not ExemptionSpan else "")
    notes = [days] if days else []
    if kind is ExemptionSpan:
        approver = values["approved_by"]
        notes += [f"{APPROVERS.get(approver, approver)}批准"] if approver else []
        notes += [f"联系人{names[values['contact_person_id']]}"] if values["contact_person_id"] in names else []
    if values["to_on"] is not None and values["to_on"] <= day:
        notes.append("已结束")
    if kind is RosterSpan:
        return "，".join(notes) or "在册"
    return said(kind, values, groups) + (f"（{'，'.join(notes)}）" if notes else "")


def _changes(facts: Facts, person_id: int, day: date, undo: tuple[int, str] | None) -> list[list[Choice]]:
    listed = any(span.to_on is None or span.to_on > day for span in facts.spans[RosterSpan, person_id])
    kinds = [Kind.GROUP, Kind.DUTY, Kind.RANK, Kind.CATEGORY, Kind.STATUS, Kind.EXEMPT] if listed else [Kind.BACK]
    if listed and any(span.to_on is None or span.to_on > day for span in facts.spans[ExemptionSpan, person_id]):
        kinds.append(Kind.PRESENT)
    kinds += [Kind.OUT] if listed else []
    membership = facts.on(MembershipSpan, person_id, day)
    if not listed and (membership is None or membership.values["status"] not in ON_ROSTER):
        kinds.append(Kind.ACCEPT)
    choices = [Choice(_KINDS[kind], Change(person_id, kind)) for kind in kinds]
    choices += [Choice("撤销变更", UndoChange(undo[0]))] if undo else []
    return two_a_row([*choices, Choice("名册", ShowRoster(0))])


# --- changing ------------------------------------------------------------------------------------------------------


def namesake(name: str, listed: Sequence[Member], gone: int) -> str:
    """Asked before somebody new gets a name that the branch knows."""
    there = "、".join(one.group_name or NO_GROUP for one in listed)
    known = [f"名册上已有{name}同志（{there}）" if listed else "", f"{name}同志曾在或将在本支部名册上" if gone else ""]
    back = f"如是同一人，请点“取消”，再到名册的“{GONE}”中点其姓名办理。" if gone else ""
    return f"{'，'.join(filter(None, known))}。{back}确认是另一位同名的同志吗？"


def change_title(kind: Kind, name: str) -> str:
    return f"【{_KINDS[kind]}】{name}"


def question(kind: Kind, step: Step) -> str:
    """One question of a change."""
    usual = _CHOOSE.get(kind, "") if step is Step.VALUE else _QUESTIONS[step]
    return _ASKED.get((kind, step), usual)


def done(change: Done) -> Message:
    """What was written, and the way back."""
    text = f"已登记：{change.name}同志\n" + "\n".join(map(str, change.lines))
    return Message(
        text, [[Choice("撤销变更", UndoChange(change.audit_id)), Choice("查看党员", ShowPerson(change.person_id))]]
    )


def exemption_ends(
    person_id: int, name: str, reason: ExemptionReason, reason_text: str | None, to_on: date, today: date
) -> Message:
    """Seven days before (D26)."""
    word = reason_text or EXEMPTIONS[reason]
    return Message(
        f"【免于考勤到期】{name}同志的免于考勤（{word}）{_last_day(to_on, today)}，此后恢复参加组织生活。"
        "如需延长，请点“变更”。",
        [[Choice("变更", Change(person_id, Kind.EXEMPT))]],
    )


def term_ends(ends: date, today: date) -> Message:
    """Half a year before, and a month before (R44)."""
    return Message(
        f"【任期届满】本届支部委员会任期{_last_day(ends, today)}，请提前向上级党组织请示换届。",
        [[Choice("登记换届", SetTerm())]],
    )


def _last_day(before: date, today: date) -> str:
    """至8月31日止, with the year where that is not this one's."""
    last = before - timedelta(days=1)
    return f"至{short_day(last) if last.year == today.year else full_day(last)}止"
