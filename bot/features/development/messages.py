"""Every word and page of this feature."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from bot.features.development import buttons, rules
from bot.features.development.known import Case
from bot.features.development.rules import OF_PEOPLE, Due, Happened, Terms
from bot.kit.doors import AcceptOnRoster, TurnFull
from bot.kit.glossary.choices import DEVELOPMENT_ENDS, DEVELOPMENT_STEPS, STATUSES
from bot.kit.lists import PEOPLE, Page, filled, label, page_of, two_a_row
from bot.kit.replies import Choice, Message
from bot.kit.words import by_day, cut, short_day
from scheduler.calendar.days import DAY
from storage.choices import DevelopmentStep as Step
from storage.choices import MembershipStatus

TITLE = "【发展党员】"
OVER = "已转正或终止培养"
STAGES = (
    MembershipStatus.APPLICANT, MembershipStatus.ACTIVIST, MembershipStatus.DEVELOPMENT_TARGET,
    MembershipStatus.PROBATIONARY,
)  # fmt: skip
NOBODY = "还没有登记发展党员工作的人员。新提出申请或正在培养的，请点“登记人员”。"
LONGEST = 3500
UNFOUNDED = "（表决已取消或没有通过，请核对）"
LEFT = "（已转出）"
# A name among others, and all those of a stage.
_NAME, _NAMES = 20, 700
Names = Mapping[int, str]
LACKING = {
    "political_review": "政治审查未登记",
    "preview": "预审未登记",
    "publicity": "公示未登记",
    "training": "集中培训不足{0.training_days}天或{0.training_hours}学时",
    "preview_over": "距预审已超过{0.preview_to_meeting}个月",
    "publicity_short": "公示不足{0.publicity_working_days}个工作日",
}
# What is asked for until a day, of whom.
_ASKS = {
    Step.APPLICATION_TALK: "{0}同志已递交入党申请书，请于{1}派人谈话。",
    Step.REVIEW: "{0}同志的半年考察，请于{1}完成并登记。",
    Step.ACCEPT_PASSED: "{0}同志已通过预审，请于{1}召开支部大会讨论接收。",
    Step.ACCEPT_APPROVED: "接收{0}同志为预备党员，请于{1}取得上级党委审批结果。",
    Step.CONVERSION_APPROVED: "{0}同志转正，请于{1}取得上级党委审批结果。",
}


def full_day(day: date) -> str:
    return f"{day.year}年{short_day(day)}"


def number_of(day: date) -> int:
    """For a button: 20230922."""
    return day.year * 10_000 + day.month * 100 + day.day


# --- the list --------------------------------------------------------------------------------------------------------


def page(cases: Sequence[Case], number: int) -> Message:
    """Who is on the way, by what they are."""
    groups = [(one, [case for case in cases if case.stage is one]) for one in STAGES]
    listed = [case for _, found in groups for case in found]
    lines = [cut(f"{STATUSES[one]}{len(found)}人：{_named(found)}", _NAMES) for one, found in groups if found]
    over = len(cases) - len(listed)
    below = [Choice("登记人员", buttons.EnterSomebody())]
    below += [Choice("导出表格", buttons.ExportDevelopment())] if cases else []
    more = [[Choice("已结束", buttons.ShowDevelopment(1, 0))]] if over else []
    return _listed(TITLE, lines or [NOBODY], page_of(listed, number, PEOPLE), 0, [below, *more])


def over_page(cases: Sequence[Case], number: int) -> Message:
    found = [case for case in cases if case.stage not in STAGES]
    back = [[Choice("全部人员", buttons.ShowDevelopment(0, 0))]]
    return _listed(f"{TITLE}{OVER}", [f"共{len(found)}人。"], page_of(found, number, PEOPLE), 1, back)


def _listed(title: str, lines: Sequence[str], of: Page[Case], over: int, below: list[list[Choice]]) -> Message:
    opens = [Choice(label(case.name), buttons.OpenDevelopment(case.person_id)) for case in of.things]
    turn = of.turn(lambda number: buttons.ShowDevelopment(over, number))
    text = "\n".join([title, *lines, *([of.words] if of.words else [])])
    return Message(text, filled(*two_a_row(opens), turn, *below))


def _named(cases: Iterable[Case]) -> str:
    return "、".join(cut(case.name, _NAME) for case in cases)


# --- one person ------------------------------------------------------------------------------------------------------


def stage_word(case: Case) -> str:
    said = STATUSES[case.stage] if case.stage is not None else "已终止培养"
    return said + LEFT if case.left else said


def person(case: Case, names: Names, today: date, unfounded: Collection[int] = ()) -> Message:
    """The chain with its days, what comes next and until when; what may be done about it. unfounded: the steps whose
    vote does not stand any more.
    """
    events = sorted(case.chain.events, key=lambda one: (one.on, rules.ORDER.index(one.step), one.id))
    lines = [
        f"{number}. {step_words(one, names)}{UNFOUNDED if one.id in unfounded else ''}"
        for number, one in enumerate(events, 1)
    ]
    dues = [one for one in case.dues if one.step is not Step.CONVERSION_PASSED or _is_near(one, today)]
    ends = [] if any(one.step is Step.CONVERSION_PASSED for one in dues) else _probation(case)
    ahead = [*_next(case), *ends, *(due_words(case.name, one, today) for one in dues)]
    text = "\n".join([f"{TITLE}{case.name}（{stage_word(case)}）", *lines, *ahead])
    below = [Choice("全部人员", buttons.ShowDevelopment(0, 0))]
    return Message(cut(text, LONGEST), filled(*two_a_row(_acts(case)), below))


def _is_near(due: Due, today: date) -> bool:
    return due.day - timedelta(days=max(due.notices)) <= today


def _next(case: Case) -> list[str]:
    """What is to come; what the roster knows already may be recorded too, and is not said to come."""
    steps = [one for one in rules.offered(case.chain) if not rules.reached(case.chain, one)]
    if not steps:
        return []
    said = [DEVELOPMENT_STEPS[one] + _from(case, one) for one in steps]
    return [f"下一步：{'、'.join(said)}"]


def _from(case: Case, step: Step) -> str:
    """（最早2022年1月31日）, where a rule says so."""
    if step not in (Step.DEVELOPMENT_TARGET, Step.CONVERSION_PASSED):
        return ""
    first = rules.earliest(case.chain, step, case.terms)
    return f"（最早{full_day(first)}）" if first is not None else ""


def _probation(case: Case) -> list[str]:
    shown = case.ends is not None and case.stage is MembershipStatus.PROBATIONARY and not case.left
    return [f"预备期届满：{full_day(case.ends)}"] if case.ends is not None and shown else []


def _acts(case: Case) -> list[Choice]:
    found = [Choice("登记下一步", buttons.ChooseStep(case.person_id))] if rules.offered(case.chain) else []
    found += [Choice("修改", buttons.ShowSteps(case.person_id, 0))] if case.chain.events else []
    if case.stage is MembershipStatus.PROBATIONARY and not case.chain.has(Step.CONVERSION_PASSED):
        found.append(Choice("延长预备期", buttons.RecordStep(case.person_id, Step.EXTENSION)))
    if case.stage in STAGES:
        found.append(Choice("终止培养", buttons.RecordStep(case.person_id, Step.ENDED)))
    return [*found, *on_roster(case)]


def on_roster(case: Case) -> list[Choice]:
    """What of it the roster does not say yet."""
    accepted, approved = case.chain.on(Step.ACCEPT_PASSED), case.chain.on(Step.CONVERSION_APPROVED)
    if accepted is not None and not case.here and case.chain.ended is None:
        return [Choice("编入名册", AcceptOnRoster(case.person_id, number_of(accepted)))]
    if approved is not None and case.here and case.chain.probationary_from is not None:
        return [Choice("转为正式党员", TurnFull(case.person_id, number_of(approved)))]
    return []


def step_words(one: Happened, names: Names) -> str:
    """公示：2023年9月13日至2023年9月19日"""
    return f"{DEVELOPMENT_STEPS[one.step]}：{day_of(one)}{_more(one, names)}"


def day_of(one: Happened) -> str:
    return full_day(one.on) + (f"至{full_day(one.to_on - DAY)}" if one.to_on is not None else "")


def _more(one: Happened, names: Names) -> str:
    if one.step in OF_PEOPLE:
        said = "、".join(names.get(each, "") for each in one.people)
    elif one.months is not None:
        said = f"延长{one.months}个月"
    elif one.reason is not None:
        said = DEVELOPMENT_ENDS[one.reason]
    else:
        said = amount(one.days, one.hours)
    return f"（{said}）" if said else ""


def amount(days: int | None, hours: int | None) -> str:
    return "，".join(filter(None, [f"{days}天" if days else "", f"{hours}学时" if hours else ""]))


def due_words(name: str, due: Due, today: date) -> str:
    """丁一同志预备期于8月31日届满，请按时讨论转正。"""
    if due.step is Step.CONVERSION_PASSED:
        day = short_day(due.day) if due.day.year == today.year else full_day(due.day)
        return f"{name}同志预备期{'已' if due.day < today else ''}于{day}届满，请按时讨论转正。"
    day = by_day(due.day) if due.day.year == today.year else f"{full_day(due.day)}（含）前"
    late = "已逾期，仍可登记。" if due.day < today else ""
    return _ASKS[due.step].format(name, day) + late


# --- what was done ---------------------------------------------------------------------------------------------------


def steps_page(case: Case, steps: Sequence[Step]) -> Message:
    choices = [Choice(_step_label(case, one), buttons.RecordStep(case.person_id, one)) for one in steps]
    back = [Choice("个人页面", buttons.OpenDevelopment(case.person_id))]
    return Message(f"{TITLE}{case.name}（{stage_word(case)}）\n请选择要登记的环节。", filled(*two_a_row(choices), back))


def _step_label(case: Case, step: Step) -> str:
    """补登大会通过接收, of what the roster knows already."""
    known = step not in rules.OFTEN and rules.reached(case.chain, step)
    return f"补登{DEVELOPMENT_STEPS[step]}" if known else DEVELOPMENT_STEPS[step]


MOST_STEPS = 8


def recorded_page(case: Case, names: Names, number: int) -> Message:
    """修改: each recorded step with its two buttons."""
    of = page_of(sorted(case.chain.events, key=lambda one: (one.on, one.id)), number, MOST_STEPS)
    lines = [f"{at}. {step_words(one, names)}" for at, one in enumerate(of.things, 1)]
    rows = [
        [Choice(f"修改第{at}项", buttons.CorrectStep(one.id)), Choice(f"删除第{at}项", buttons.RemoveStep(one.id))]
        for at, one in enumerate(of.things, 1)
    ]
    turn = of.turn(lambda to: buttons.ShowSteps(case.person_id, to))
    back = [Choice("个人页面", buttons.OpenDevelopment(case.person_id))]
    text = "\n".join([f"{TITLE}{case.name}　修改", *lines, *([of.words] if of.words else [])])
    return Message(text, filled(*rows, turn, back))


def notes(late: date | None, lacks: Sequence[str], terms: Terms, closed: str = "") -> list[str]:
    """What is to be looked at; nothing is refused for it."""
    found = [LACKING[one].format(terms) for one in lacks]
    return [
        *([f"晚于期限（{full_day(late)}），照实登记。"] if late is not None else []),
        *([f"请核对：{'；'.join(found)}。"] if found else []),
        *([closed] if closed else []),
    ]


def done(word: str, case: Case, one: Happened, names: Names, said: Sequence[str], *, undo: bool = True) -> Message:
    """已登记丁一同志派人谈话：2023年3月1日。 With the way back and what follows."""
    text = "\n".join([f"{word}{case.name}同志{step_words(one, names)}。", *said])
    first = [Choice("撤销", buttons.UndoDevelopment(one.id))] if undo else []
    opens = Choice("查看", buttons.OpenDevelopment(case.person_id))
    return Message(text, filled([*first, opens], on_roster(case)))


def gone(word: str, person_id: int, name: str, step: Step) -> Message:
    opens = Choice("查看", buttons.OpenDevelopment(person_id))
    return Message(f"{word}{name}同志的登记：{DEVELOPMENT_STEPS[step]}。", [[opens]])


def entered(case: Case, today: date) -> Message:
    """Somebody new on the way."""
    opens = Choice("查看", buttons.OpenDevelopment(case.person_id))
    dues = [due_words(case.name, one, today) for one in case.dues]
    return Message("\n".join([f"已登记{case.name}同志（{stage_word(case)}）。", *dues]), [[opens]])
