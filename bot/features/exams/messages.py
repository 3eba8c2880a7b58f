"""Every word about tests."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from bot.features.exams import buttons
from bot.features.exams.rules import Counted, score_words
from bot.features.exams.score_lines import Given
from bot.features.exams.sitting import Page, letters
from bot.kit.glossary.choices import ATTEMPTS, EXAM_MODES, QUESTION_KINDS
from bot.kit.lists import filled, two_a_row
from bot.kit.rates import percent, plain
from bot.kit.replies import Choice, Message, Pages
from bot.kit.words import cut, day_words, moment_words, short_day
from storage.choices import AttemptKind, QuestionKind
from storage.models.exam import Exam, ExamAttempt

NONE_OPEN = "现在没有需要参加的考试。"
GO_ON_HERE = "请从这一题继续。"
ON_A_BUTTON = 10
TRUE_FALSE = {"A": "正确", "B": "错误"}


# --- the test --------------------------------------------------------------------------------------------------------


def manner(exam: Exam) -> str:
    """闭卷，30分钟"""
    book = "闭卷" if exam.closed_book else "开卷"
    return f"{book}，{exam.minutes}分钟" if exam.minutes else book


def announced(exam: Exam, tz: tzinfo) -> Message:
    """【测试】纪法知识测试：闭卷，30分钟，请于8月30日（周三）18:00前完成。"""
    until = f"，请于{moment_words(exam.closes_at, tz)}前完成" if exam.closes_at is not None else ""
    return Message(f"【测试】{exam.title}：{manner(exam)}{until}。", [[_begin(exam)]])


def _begin(exam: Exam, label: str = "开始答题") -> Choice:
    return Choice(label, buttons.SitExam(exam.id, 0))


def called_off(exam: Exam) -> Message:
    return Message(f"【测试取消】{exam.title}\n考试已取消，无需答题。")


def about(exam: Exam, questions: str, tz: tzinfo) -> list[str]:
    """The lines of what was decided of it."""
    lines = [f"日期：{day_words(exam.held_on)}", f"方式：{EXAM_MODES[exam.mode]}，{manner(exam)}"]
    if exam.opens_at is not None and exam.closes_at is not None:
        lines += [f"试题：{questions}"] if questions else []
        lines.append(f"时间：{moment_words(exam.opens_at, tz)}至{moment_words(exam.closes_at, tz)}")
    return [*lines, f"满分{score_words(exam.full_score)}分，合格{score_words(exam.pass_score)}分"]


def card(exam: Exam, counted: Counted, many: int, tz: tzinfo, *, scores: bool, let_in: bool) -> Message:
    """What its makers see: counts alone; `scores`: for who reads them also their buttons."""
    lines = [f"【考试】{exam.title}", *about(exam, f"{many}题" if many else "", tz), counts(counted)]
    of_scores = [
        Choice("成绩册", buttons.ScoreSheet(exam.id)),
        Choice("登记成绩", buttons.EnterScores(exam.id)),
        *([Choice("修改成绩", buttons.ChangeScore(exam.id))] if counted.sat else []),
        *([Choice("安排补考", buttons.LetIn(exam.id))] if let_in else []),
    ]
    rows = [
        [Choice("未参加名单", buttons.NotSat(exam.id)), Choice("修改考试", buttons.ChangeExam(exam.id))],
        *(two_a_row(of_scores) if scores else []),
        [Choice("取消考试", buttons.CallOffExam(exam.id))],
    ]
    return Message("\n".join(filter(None, lines)), rows)


def counts(counted: Counted) -> str:
    """应考23人，实考21人，未参加2人（缺考1人），平均98分。"""
    said = [f"应考{len(counted.expected)}人"]
    said += [f"实考{len(counted.sat)}人"] if counted.sat else []
    absent = f"（缺考{len(counted.absent)}人）" if counted.absent else ""
    said += [f"未参加{len(counted.not_sat)}人{absent}"] if counted.not_sat else []
    said += [f"平均{plain(counted.average)}分"] if counted.sat else []
    return "，".join(said) + "。"


def exams(listed: Sequence[Exam]) -> Message:
    """The page of the makers."""
    lines = [f"{number}. {short_day(one.held_on)}　{one.title}" for number, one in enumerate(listed, 1)]
    taps = [Choice(f"查看第{number}项", buttons.OpenExam(one.id)) for number, one in enumerate(listed, 1)]
    head = "【考试】" if listed else "还没有布置过考试。"
    return Message("\n".join([head, *lines]), filled(*two_a_row(taps)))


def not_sat(exam: Exam, names: Sequence[str], absent: Sequence[str]) -> list[Message]:
    """absent: those of them who were recorded as such."""
    lines = [exam.title, f"未参加{len(names)}人：{'、'.join(names)}" if names else "全部已参加。"]
    lines += [f"其中缺考{len(absent)}人：{'、'.join(absent)}"] if absent else []
    return [Message(text) for text in Pages().add(lines).texts]


# --- sitting it ------------------------------------------------------------------------------------------------------


def own(open_: Sequence[tuple[Exam, str]], results: Sequence[str], more: Sequence[Choice], tz: tzinfo) -> Message:
    """考试 of a member: what may be sat, each with the word of its button, and the own scores."""
    many = len(open_) > 1
    lines = [
        f"{f'{number}. ' if many else ''}{one.title}：{manner(one)}，{word}"
        for number, (one, word) in enumerate(open_, 1)
    ]
    taps = [
        Choice(f"{_verb(word)}第{number}项" if many else _verb(word), buttons.SitExam(one.id, buttons.LISTED))
        for number, (one, word) in enumerate(open_, 1)
    ]
    head = [NONE_OPEN] if not open_ else ["【考试】"]
    said = ["我的成绩：", *results] if results else []
    return Message("\n".join([*head, *lines, *said]), filled(*two_a_row(taps), *two_a_row(more)))


def _verb(word: str) -> str:
    return "重考" if "重考" in word else "继续答题" if "继续" in word else "开始答题"


def open_word(exam: Exam, kind: AttemptKind, goes_on: bool, ends: str) -> str:
    """请于8月30日（周三）18:00前完成。"""
    if goes_on:
        return "正在答题，请点“继续答题”。"
    if kind is AttemptKind.RETAKE:
        return "可以重考，重考成绩不计入统计。"
    return f"{'补考，' if kind is AttemptKind.MAKEUP else ''}请于{ends}前完成。"


def ask_to_begin(exam: Exam, many: int, kind: AttemptKind) -> Message:
    """Before the time runs."""
    word = f"（{ATTEMPTS[kind]}）" if kind is not AttemptKind.FORMAL else ""
    text = (
        f"【测试】{exam.title}{word}：{manner(exam)}，共{many}题。\n"
        f"点“开始计时”后请在{exam.minutes}分钟内交卷，时间到后自动交卷。"
    )
    yes, no = Choice("开始计时", buttons.SitExam(exam.id, 1)), Choice("暂不开始", buttons.NotYet(exam.id))
    return Message(text, [[yes, no]])


def begun(exam: Exam, kind: AttemptKind) -> str:
    """What the question before it becomes, so that nobody begins twice."""
    return f"{exam.title}：已开始{'' if kind is AttemptKind.FORMAL else ATTEMPTS[kind]}答题，请在下面作答。"


def question(page: Page) -> Message:
    """The question that is open, or what is to be done when all were gone through."""
    row, asked = page.row, page.question
    left = f"剩余{page.minutes_left}分钟。" if page.minutes_left is not None else ""
    back = [Choice("上一题", buttons.TurnQuestion(row.id, row.position, row.position - 1))] if row.position > 1 else []
    if asked is None:
        text = f"{page.exam.title}：{page.many}题已答完。{left}\n请点“交卷”，交卷后不能再修改。"
        return Message(text, [[Choice("交卷", buttons.HandInExam(row.id)), *back]], protected=page.exam.closed_book)
    several = asked.kind is QuestionKind.SEVERAL
    head = f"第{row.position}题，共{page.many}题（{QUESTION_KINDS[asked.kind]}）。{left}"
    options = [f"{letter}. {option}" for letter, option in zip(letters(asked), asked.options, strict=False)]
    how = "选好后请点“下一题”。" if several else ""
    taps = [
        Choice(_label(page, letter), buttons.ChooseOption(row.id, row.position, letter)) for letter in letters(asked)
    ]
    on = [Choice("下一题", buttons.TurnQuestion(row.id, row.position, row.position + 1))] if page.chosen else []
    lines = [head, asked.text, *options, *filter(None, [how])]
    return Message("\n".join(lines), filled(*two_a_row(taps), [*on, *back]), protected=page.exam.closed_book)


def _label(page: Page, letter: str) -> str:
    asked = page.question
    word = TRUE_FALSE[letter] if asked is not None and asked.kind is QuestionKind.TRUE_FALSE else letter
    return f"✓ {word}" if letter in page.chosen else word


def handed_in(exam: Exam, row: ExamAttempt, *, over: bool) -> Message:
    """To who sat it, at the end; `over`: the time had run out."""
    done = f"{exam.title}：答题时间已到，已自动交卷。" if over else f"{exam.title}：已交卷。"
    told = f"您的成绩：{result(exam, row)}。" if exam.shows_score and row.score is not None else ""
    return Message(done + told)


def result(exam: Exam, row: ExamAttempt) -> str:
    """95分，合格"""
    score = row.score or 0
    word = f"（{ATTEMPTS[row.kind]}）" if row.kind is not AttemptKind.FORMAL else ""
    return f"{score_words(score)}分{word}，{'合格' if score >= exam.pass_score else '不合格'}"


def let_in(exam: Exam, ends: str) -> Message:
    return Message(f"【补考】{exam.title}：{manner(exam)}，请于{ends}前完成。", [[_begin(exam)]])


# --- scores ----------------------------------------------------------------------------------------------------------


def given(exam: Exam, found: Sequence[Given], members: set[int]) -> list[str]:
    """What was read, to be looked through: to who reads scores."""
    scored = [one for one in found if one.score is not None]
    absent = [one.name for one in found if one.score is None]
    by_kind: Mapping[AttemptKind, list[Given]] = {
        kind: [one for one in scored if one.kind is kind] for kind in AttemptKind
    }
    lines = [f"【登记成绩】{exam.title}", f"将登记{_what(len(scored), len(absent))}。"]
    lines += [
        f"{ATTEMPTS[kind]}{len(rows)}人：{'、'.join(f'{one.name}{score_words(one.score or 0)}分' for one in rows)}"
        for kind, rows in by_kind.items()
        if rows
    ]
    outside = [one.name for one in scored if one.person_id not in members]
    lines += [f"非党员，不计入：{'、'.join(outside)}"] if outside else []
    lines += [f"缺考{len(absent)}人：{'、'.join(absent)}，不登记成绩，计为未参加"] if absent else []
    return lines


def _what(scored: int, absent: int) -> str:
    said = [*([f"{scored}人的成绩"] if scored else []), *([f"缺考{absent}人"] if absent else [])]
    return "，".join(said)


def entered(exam: Exam, scored: int, absent: int, counted: Counted) -> Message:
    back = [[Choice("查看考试", buttons.OpenExam(exam.id))]]
    return Message(f"已登记{_what(scored, absent)}：{exam.title}\n{counts(counted)}", back)


def changed(exam: Exam, counted: Counted) -> Message:
    back = [[Choice("查看考试", buttons.OpenExam(exam.id))]]
    return Message(f"已修改成绩：{exam.title}\n{counts(counted)}", back)


def record_line(exam: Exam, rows: Sequence[ExamAttempt], *, scores: bool) -> str:
    """In somebody's record; without the scores for who is not to read them."""
    said = [result(exam, one) if scores else f"已参加（{ATTEMPTS[one.kind]}）" for one in rows]
    return f"{short_day(exam.held_on)}　{cut(exam.title, 40)}：{'；'.join(said)}"


def shown_figure(title: str, counted: Counted) -> list[str]:
    rated = f"，参加率{percent(counted.participation_rate)}" if counted.expected else ""
    return [f"{title}：应考{len(counted.expected)}人，实考{len(counted.sat)}人{rated}"]


def scores_of(counted: Counted, called: Mapping[int, str]) -> list[str]:
    return [f"{called.get(one.person_id or 0, '')}{score_words(one.score or 0)}分" for one in counted.sat]
