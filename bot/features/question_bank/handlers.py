"""题库: looked at, added to by a table or question by question, taken out of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.features.question_bank import buttons, rules, service, sheet
from bot.features.question_bank.rules import Question
from bot.kit import dialog as dialogs
from bot.kit.access import Right
from bot.kit.asking import CancelQuestion, question
from bot.kit.doors import OpenBank
from bot.kit.form_fields import Action, Field, Values
from bot.kit.forms import Form
from bot.kit.glossary.choices import QUESTION_KINDS
from bot.kit.handlers import Answer, Call, Handler, Tap, Word
from bot.kit.lists import filled, page_of
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Document, Message, Reply, say
from bot.kit.words import cut, plain
from storage.choices import QuestionKind
from storage.models.dialog import Dialog
from storage.models.exam import ExamQuestion

STEP = "question_bank.add"
_ON_A_PAGE, _SHORT, _SEEN, _FAULTS = 10, 60, 3, 10
_OLD = "这些题目已失效，请重新点“添加题目”。"
_DONE, _CALLED = "完成", "添加题目"
_HOW = (
    "请发送题库表格，或发送一题或几题文字，例如：\n党的最高纪律处分是什么？\nA. 警告\nB. 开除党籍\n答案：B\n"
    "没有选项的是判断题，答案写正确或错误。"
)
_TRUE_FALSE = {"A": "正确", "B": "错误"}


# --- looked at -------------------------------------------------------------------------------------------------------


def open_bank(session: Session, call: Call, button: OpenBank) -> Reply:
    return by_word(session, call)


def by_word(session: Session, call: Call) -> Reply:
    """题库, typed or tapped."""
    there = service.listed(session, call.me.branch_id)
    kinds = [(word, sum(one.kind is kind for one in there)) for kind, word in QUESTION_KINDS.items()]
    said = "，".join(f"{word}{many}题" for word, many in kinds if many)
    text = f"【题库】共{len(there)}题：{said}。" if there else "【题库】还没有题目。"
    rows = [
        [Choice("添加题目", buttons.AddQuestions()), Choice("题库模板", buttons.BankTemplate())],
        [Choice("查看题目", buttons.ShowQuestions(0)), Choice("删除题目", buttons.TakeOut())] if there else [],
    ]
    return Reply(here=[Message(text, filled(*rows))])


def show(session: Session, call: Call, button: buttons.ShowQuestions) -> Reply:
    page = page_of(service.listed(session, call.me.branch_id), button.page, _ON_A_PAGE)
    lines = ["【题库】" + page.words, *(_line(one) for one in page.things)]
    does = [Choice("添加题目", buttons.AddQuestions()), Choice("删除题目", buttons.TakeOut())]
    rows = filled(page.turn(buttons.ShowQuestions), does if page.things else does[:1], [Choice("题库", OpenBank())])
    return Reply(edit=Message("\n".join(lines), rows))


def _line(row: ExamQuestion) -> str:
    """3. （单选）……　答案：B"""
    return f"{row.number}. （{QUESTION_KINDS[row.kind]}）{cut(' '.join(row.text.split()), _SHORT)}　{_right(row)}"


def _right(one: ExamQuestion | Question) -> str:
    return f"答案：{_TRUE_FALSE[one.right] if one.kind is QuestionKind.TRUE_FALSE else one.right}"


def template(session: Session, call: Call, button: buttons.BankTemplate) -> Reply:
    return say(Document(sheet.NAME, sheet.empty(), caption="填好后点“添加题目”，再发送这张表格。"))


# --- added to --------------------------------------------------------------------------------------------------------


def ask(session: Session, call: Call, button: buttons.AddQuestions) -> Reply:
    dialog = dialogs.ask(session, call.me, STEP, call.now)
    return Reply(here=[question(dialog, _HOW)])


def take(session: Session, call: Call, dialog: Dialog) -> Reply:
    """Shown as it was read, behind what was read before it; nothing is written yet."""
    if call.files and not isinstance(call.content, list):
        raise Refusal("请发送题库表格，或发送一题或几题文字。")
    before = [_from_json(one) for one in dialog.draft.get("questions") or ()]
    if plain(call.text) == _DONE and not isinstance(call.content, list):
        return _done(session, call, dialog, before)
    found = call.content if isinstance(call.content, list) else _of_text(call.text)
    new = service.fresh(session, call.me.branch_id, [*before, *found])
    if len(new) == len(before):
        raise Refusal("这些题目已添加过，没有重复添加。" if before else "这些题目题库中都有了，没有重复添加。")
    dialogs.move(dialog, STEP, call.now, questions=[_to_json(one) for one in new])
    dialog.id += 1
    return say(_read_through(dialog, new[len(before) :], len(new), len(before) + len(found) - len(new)))


def _read_through(dialog: Dialog, new: Sequence[Question], many: int, again: int) -> Message:
    """What has just been read; how many the button saves."""
    also = f"，另有{again}题已添加过" if again else ""
    more = [f"……本次读取{len(new)}题。"] if len(new) > _SEEN else []
    lines = [f"将添加{many}题{also}。", *map(_whole, new[:_SEEN]), *more]
    lines.append("核对无误请点“保存”，也可以继续发送下一题；如有错误请点“取消”，重新添加。")
    return question(dialog, "\n".join(lines), [[Choice("保存", buttons.SaveQuestions(dialog.id))]])


def _done(session: Session, call: Call, dialog: Dialog, waiting: Sequence[Question]) -> Reply:
    if waiting:
        text = f"有{len(waiting)}题还没有保存，请先点“保存”，或点“取消”。"
        return say(question(dialog, text, [[Choice("保存", buttons.SaveQuestions(dialog.id))]]))
    reply = left(session, call, dialog) if dialog.draft.get("saved") else by_word(session, call)
    dialogs.close(session, call.me.id)
    return reply


def left(session: Session, call: Call, dialog: Dialog) -> Reply:
    """完成, or 取消 behind what was saved: says what came of it."""
    saved, waiting = int(dialog.draft.get("saved") or 0), len(dialog.draft.get("questions") or ())
    if not saved:
        return say(f"已取消填写：{_CALLED}。")
    dropped = f"另有{waiting}题没有保存。" if waiting else ""
    text = f"已添加{saved}题，题库共{service.many(session, call.me.branch_id)}题。{dropped}"
    return say(Message(text, [[Choice("查看题目", buttons.ShowQuestions(0)), Choice("题库", OpenBank())]]))


def _of_text(text: str) -> list[Question]:
    read = rules.read_all(text)
    faults = [
        f"{_which(number, len(read))}{what}：{how}。"
        for number, (_, wrong) in enumerate(read, 1)
        for what, how in wrong
    ]
    if faults:
        more = [f"另有{len(faults) - _FAULTS}处。"] if len(faults) > _FAULTS else []
        raise Refusal("\n".join(["题目没有添加，请修改后重新发送：", *faults[:_FAULTS], *more]))
    return [one for one, _ in read if one is not None]


def _which(number: int, many: int) -> str:
    """第2题，: only where there are several."""
    return f"第{number}题，" if many > 1 else ""


def _whole(one: Question) -> str:
    options = [f"{letter}. {option}" for letter, option in zip(rules.LETTERS, one.options, strict=False)]
    return "\n".join([f"（{QUESTION_KINDS[one.kind]}）{one.text}", *options, _right(one)])


def _to_json(one: Question) -> list[Any]:
    return [one.kind.value, one.text, list(one.options), one.right]


def _from_json(kept: Sequence[Any]) -> Question:
    kind, text, options, right = kept
    return Question(QuestionKind(kind), text, tuple(options), right)


def save(session: Session, call: Call, button: buttons.SaveQuestions) -> Reply:
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, _OLD, STEP, needs="questions")
    wanted = [_from_json(one) for one in dialog.draft["questions"]]
    rows = service.add(session, call.me, wanted, call.now)
    dialogs.move(dialog, STEP, call.now, questions=[], saved=int(dialog.draft.get("saved") or 0) + len(rows))
    dialog.id += 1
    there = service.many(session, call.me.branch_id)
    done = f"已添加{len(rows)}题，题库共{there}题。继续添加请直接发送下一题，添加完请点“{_DONE}”。"
    stop = [[Choice(_DONE, CancelQuestion(dialog.id))]]
    return Reply(toast=f"已添加{len(rows)}题。", edit=Message(done, stop))


# --- taken out of ----------------------------------------------------------------------------------------------------


def _read_numbers(session: Session, call: Call, said: str) -> Values:
    found = rules.numbers(said)
    if found is None:
        raise Refusal("没有看懂题号，请这样发送：1、3、5-8。")
    known = {one.number for one in service.listed(session, call.me.branch_id)}
    missing = [one for one in found if one not in known]
    if missing:
        raise Refusal(f"题库中没有第{missing[0]}题，请重新发送题号。")
    return {"numbers": ",".join(map(str, found))}


def _out_summary(session: Session, call: Call, values: Values) -> str:
    wanted = {int(one) for one in (values.get("numbers") or "").split(",") if one}
    rows = [one for one in service.listed(session, call.me.branch_id) if one.number in wanted]
    return "\n".join(["【删除题目】", *map(_line, rows)])


def _take_out(session: Session, call: Call, values: Values) -> Reply:
    many = service.take_out(session, call.me, [int(one) for one in values["numbers"].split(",")], call.now)
    done = f"已删除{many}题。已布置的考试不受影响。"
    return Reply(toast=done, edit=Message(done))


OUT = Form(
    name="question_bank.take_out",
    code="xq",
    again="题库",
    fields=(
        Field("numbers", "请发送要删除的题号，例如：1、3、5-8。", "题号", read=_read_numbers, what="题号", longest=200),
    ),
    summary=_out_summary,
    confirm="确认从题库删除这些题目吗？",
    actions=(Action("out", "确认删除", _take_out),),
    right=Right.MAKE_EXAM,
    called="这些题目",
)


def take_out(session: Session, call: Call, button: buttons.TakeOut) -> Reply:
    return OUT.start(session, call)


HANDLERS: list[Handler] = [
    Tap(OpenBank, open_bank, reads=True, right=Right.MAKE_EXAM, private=True),
    Word(("题库", "查看题库"), by_word, reads=True, right=Right.MAKE_EXAM),
    Tap(buttons.ShowQuestions, show, reads=True, right=Right.MAKE_EXAM, private=True),
    Tap(buttons.BankTemplate, template, reads=True, right=Right.MAKE_EXAM, private=True),
    Tap(buttons.AddQuestions, ask, right=Right.MAKE_EXAM, private=True),
    Tap(buttons.SaveQuestions, save, right=Right.MAKE_EXAM, private=True),
    Tap(buttons.TakeOut, take_out, right=Right.MAKE_EXAM, private=True),
    Answer(
        STEP,
        take,
        right=Right.MAKE_EXAM,
        called=_CALLED,
        reads_file=sheet.read,
        reads_which=sheet.is_table,
        measure=lambda dialog: ("题目", None),
        cancelled=left,
    ),
]
