"""发通知: a plain notice that asks for 收到, without an activity."""

from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.notices import buttons, cards, messages, rules, service
from bot.kit import dialog as dialogs
from bot.kit.access import Right, require
from bot.kit.broadcasts import delivering, preview, progress_card, to_many, with_delivery
from bot.kit.handlers import ANYBODY, Answer, Call, CardView, Command, Handler, HelpGroup, Key, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import TEXT_LIMIT, Message, Reply, To, say
from bot.kit.words import cut, moment_words, units
from scheduler.calendar.store import calendar_of
from storage import audit
from storage.lookups import group_chats
from storage.models.dialog import Dialog
from storage.models.notice import Notice
from storage.roster import roster

STEP = "notice.text"
OLD = "这份通知已失效，请重新点“发通知”。"
LONGEST = 3000


def start(session: Session, call: Call) -> Reply:
    require(call.me, Right.MAKE_NOTICE, branch_id=call.me.branch_id)
    dialogs.ask(session, call.me, STEP, call.now)
    return say("请发送通知内容（一段文字），将发给支部全体同志并请回复“收到”。不发了请发“取消”。")


def typed(session: Session, call: Call, dialog: Dialog) -> Reply:
    """The text, shown as it will go out; another one typed takes its place."""
    require(call.me, Right.MAKE_NOTICE, branch_id=call.me.branch_id)
    text = call.text.strip()
    if not text or units(text) > LONGEST:
        raise Refusal(f"请发送一段不超过{LONGEST}字的文字。")
    # A dialog anew: the buttons under an earlier text must not send this one.
    asked = dialogs.ask(session, call.me, STEP, call.now, text=text)
    expected = len(roster(session, call.me.branch_id, call.today))
    grouped = bool(group_chats(session, call.me.branch_id))
    return Reply(here=[messages.notice_preview(_body(session, call, text), grouped, expected, asked.id)])


def _reply_by(session: Session, call: Call) -> datetime:
    """Noon of the next working day."""
    next_day = calendar_of(session, call.me.branch_id).next_working_day(call.today)
    return rules.reply_by(call.now, datetime.max.replace(tzinfo=call.tz), next_day, call.tz)


def _body(session: Session, call: Call, text: str) -> str:
    return f"【通知】{text}\n请于{moment_words(_reply_by(session, call), call.tz)}前回复“收到”。"


def decide(session: Session, call: Call, button: buttons.PlainNotice) -> Reply:
    """发给自己看看, 发送, 修改 or 取消 under the text."""
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, OLD, STEP, needs="text")
    text = str(dialog.draft["text"])
    if button.does is buttons.Draft.TRY:
        return Reply(toast="已发给您本人。", here=[_preview(session, call, text)])
    if button.does is buttons.Draft.CHANGE:
        dialogs.ask(session, call.me, STEP, call.now)
        return Reply(edit=Message(f"{text}\n\n（尚未发送。请发送修改后的全文；不发了请发“取消”。）"))
    dialogs.close(session, call.me.id)
    if button.does is buttons.Draft.DROP:
        return Reply(toast="未发送。", edit=Message("已取消，通知未发送。"))
    return _send(session, call, text)


def _preview(session: Session, call: Call, text: str) -> Message:
    """As it will stand in the group, or in each one's own chat."""
    if not group_chats(session, call.me.branch_id):
        return preview(messages.plain_notice(_body(session, call, text), None, 0, 0))
    expected = len(roster(session, call.me.branch_id, call.today))
    return preview(messages.plain_notice(_body(session, call, text), 0, expected, 0))


def _send(session: Session, call: Call, text: str) -> Reply:
    """To the group, else privately to everybody on the roster."""
    require(call.me, Right.MAKE_NOTICE, branch_id=call.me.branch_id)
    notice = Notice(
        branch_id=call.me.branch_id,
        text=_body(session, call, text),
        reply_by=_reply_by(session, call),
        created_by_id=call.me.id,
        created_at=call.now,
    )
    session.add(notice)
    session.flush()
    audit.record(
        session,
        "make",
        "notice",
        notice.id,
        now=call.now,
        by=call.me,
        length=len(text),
    )
    refresh = [cards.card_of(notice), progress_card(cards.NOTICE, notice.id)]
    said = Message("通知正在送出。")
    return Reply(toast=said.text, edit=said, others=_tell(session, call, notice), refresh=refresh)


def _tell(session: Session, call: Call, notice: Notice) -> list[To]:
    """The desk's card first: it shows how far the others are."""
    members = roster(session, notice.branch_id, call.today)
    shown = messages.plain_notice(notice.text, 0, len(members), notice.id)
    card, chats = cards.card_of(notice), group_chats(session, notice.branch_id)
    told = [To(shown, chat_id=chat, key=f"notice:{notice.id}:chat:{chat}", card=card) for chat in chats]
    if not chats:
        private = messages.plain_notice(notice.text, None, 0, notice.id)
        told += [To(private, person_id=member.id, key=f"notice:{notice.id}:{member.id}") for member in members]
    mine = with_delivery(session, Message(shown.text), notice.branch_id, cards.NOTICE, notice.id, call.now, call.tz)
    desk = To(mine, person_id=call.me.id, key=f"notice:{notice.id}:desk", card=card)
    title = notice.text.split("\n")[0]
    return [desk, *to_many(session, cards.NOTICE, notice.id, title, told, call.me.id, call.now)]


def render(session: Session, notice_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
    """The live card: numbers in the group; to the desk also who has not answered yet."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        return None
    members = roster(session, notice.branch_id, notice.created_at.astimezone(tz).date())
    received = service.receipts(session, notice.id)
    card = messages.plain_notice(notice.text, sum(member.id in received for member in members), len(members), notice.id)
    if chat_id < 0:
        return card
    silent = "、".join(member.name for member in members if member.id not in received)
    desk = Message(cut(f"{card.text}\n未回复：{silent or '无'}", TEXT_LIMIT - 100))
    return with_delivery(session, desk, notice.branch_id, cards.NOTICE, notice_id, now, tz)


HANDLERS: list[Handler] = [
    Command(
        "notice",
        start,
        "发通知",
        Right.MAKE_NOTICE,
        keys={ANYBODY: Key(41)},
        help="发通知：发送需要回复“收到”的通知。",
        group=HelpGroup.OFFICE,
    ),
    Answer(STEP, typed),
    Tap(buttons.PlainNotice, decide),
    CardView(cards.NOTICE, render, lives=delivering(cards.NOTICE)),
]
