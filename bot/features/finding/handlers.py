"""查找, 搜 甲四, 查 基地1: the words are sought at once, or asked for."""

from sqlalchemy.orm import Session

from bot.features.finding import messages, rules, service
from bot.features.tally import looking
from bot.kit import questions
from bot.kit.access import Right
from bot.kit.form_fields import Action
from bot.kit.forms import Form
from bot.kit.handlers import Call, Command, Handler, Word
from bot.kit.names import name_key
from bot.kit.refusal import Nothing, Refusal
from bot.kit.replies import Reply, say


def _found(session: Session, call: Call, words: str) -> Reply:
    found = service.find(session, call.me, words, call.now, call.tz)
    return say(messages.page(words, found, call.today, call.tz))


def by_word(session: Session, call: Call) -> Reply:
    """搜 甲四, 查 基地1; 查 and the name of somebody asks for that person's record."""
    if looking.asks_for_somebody(session, call.me.branch_id, call.text):
        raise Nothing("", call.text)
    if name_key(rules.sought(call.text)) in ONESELF:
        return _found(session, call, call.me.name)
    return _found(session, call, rules.sought(call.text))


def ask(session: Session, call: Call) -> Reply:
    """/find, 查找, 查: asks for the words; /find 甲四 seeks them."""
    words = " ".join(call.text.split())
    if not words or words in TYPED:
        return say(FIND.open(session, call))
    if len(words) > rules.LONGEST:
        raise Refusal(f"请发送不超过{rules.LONGEST}字的查找内容。")
    return _found(session, call, words)


ONESELF = ("我", "我自己", "自己", "本人")
TYPED = ("查找", "搜索", "查", "搜", "查询")
FIND = Form(
    name="finding.form",
    code="f",
    again="查找",
    fields=(questions.text("words", messages.ASKS, "查找内容", rules.LONGEST),),
    summary=lambda session, call, values: "",
    confirm="",
    actions=(Action("save", "查找", lambda session, call, values: _found(session, call, values["words"])),),
    dropped="已取消填写：查找。",
    at_once=True,
)

# Everybody may seek; in 更多 it stands for who has more to find than the own entries.
HANDLERS: list[Handler] = [
    Command(
        messages.COMMAND,
        ask,
        "查找",
        Right.READ_REGISTER,
        only_shown=True,
        more=57,
        help="查找：发送“查 甲四”或“搜 基地1”。",
        labels=("搜索",),
        words=("查", "搜", "查询"),
    ),
    Word((), by_word, matches=rules.seeks, reads=True),
]
