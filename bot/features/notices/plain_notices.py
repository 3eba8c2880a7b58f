"""发通知: a plain notice that asks for 收到, without an activity."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from bot.features.notices import buttons, cards, messages, rules, service
from bot.kit import notice_files
from bot.kit.access import Right
from bot.kit.broadcasts import delivering, preview, progress_card, to_many, with_delivery
from bot.kit.form_fields import Action, Field, Fill, Values
from bot.kit.form_pages import CANCEL, GO
from bot.kit.forms import Form
from bot.kit.handing_in import Sent, Takes, Taking, files, is_table, texts
from bot.kit.handlers import Call, CardView, Command, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import TEXT_LIMIT, Message, Reply, To
from bot.kit.words import cut, units
from scheduler.calendar.store import calendar_of
from storage.audience import Me
from storage.lookups import group_chats
from storage.models.notice import Notice
from storage.roster import roster

LONGEST = 3000
ASK = "请发送通知内容（文字），可附照片或文件，将发给支部全体同志，请其点“收到”。"
ANOTHER = "\n（尚未发送。请发送修改后的全文。）"


def _text(session: Session, call: Call, text: str) -> Values:
    if units(text) > LONGEST:
        raise Refusal(f"请发送一段不超过{LONGEST}字的文字。")
    return {"text": text}


def _handed_in(session: Session, call: Call, values: Values) -> Values:
    """Files, and the words below one as those of the notice."""
    words = _text(session, call, call.text.strip()) if call.text.strip() else {}
    return {**notice_files.add(session, call, values), **words}


def _reply_by(session: Session, call: Call) -> datetime:
    """Noon of the next working day."""
    next_day = calendar_of(session, call.me.branch_id).next_working_day(call.today)
    return rules.reply_by(call.now, datetime.max.replace(tzinfo=call.tz), next_day, call.tz)


def _body(session: Session, call: Call, text: str) -> str:
    return cards.worded(Notice(text=text, reply_by=_reply_by(session, call)), call.tz)


def _summary(session: Session, call: Call, values: Values) -> str:
    """As it will go out."""
    files = notice_files.words(notice_files.of(values))
    attached = f"（附件：{files}）" if files else ""
    body = _body(session, call, values["text"]) if values.get("text") else ""
    return "\n".join(filter(None, [body, attached]))


def _confirm(session: Session, call: Call, values: Values) -> str:
    expected = len(roster(session, call.me.branch_id, call.today))
    return messages.notice_confirm(bool(group_chats(session, call.me.branch_id)), expected)


def _preview(session: Session, call: Call, values: Values) -> Reply:
    """As it will stand in the group, or in each one's own chat."""
    body, grouped = _body(session, call, values["text"]), bool(group_chats(session, call.me.branch_id))
    expected = len(roster(session, call.me.branch_id, call.today)) if grouped else 0
    shown = preview(messages.plain_notice(body, 0 if grouped else None, expected, 0))
    return Reply(toast="已发给您本人。", here=[shown, *notice_files.documents(notice_files.of(values))])


def _send(session: Session, call: Call, values: Values) -> Reply:
    """To the group, else privately to everybody on the roster."""
    text = str(values["text"])
    notice = service.make(session, call.me, text, _reply_by(session, call), call.now, length=len(text))
    notice.files = notice_files.of(values) or None
    refresh = [cards.card_of(notice), progress_card(cards.NOTICE, notice.id)]
    said = Message("通知正在发送。")
    return Reply(toast=said.text, edit=said, others=_tell(session, call, notice), refresh=refresh)


def _tell(session: Session, call: Call, notice: Notice) -> list[To]:
    """The desk's card first: it shows how far the others are."""
    members = roster(session, notice.branch_id, call.today)
    body = cards.worded(notice, call.tz)
    shown = messages.plain_notice(body, 0, len(members), notice.id)
    card, chats = cards.card_of(notice), group_chats(session, notice.branch_id)
    told = [To(shown, chat_id=chat, key=f"notice:{notice.id}:chat:{chat}", card=card) for chat in chats]
    if not chats:
        private = messages.plain_notice(body, None, 0, notice.id)
        told += [To(private, person_id=member.id, key=f"notice:{notice.id}:{member.id}") for member in members]
    mine = with_delivery(session, Message(shown.text), notice.branch_id, cards.NOTICE, notice.id, call.now, call.tz)
    desk = To(mine, person_id=call.me.id, key=f"notice:{notice.id}:desk", card=card)
    title = cards.unasked(notice).split("\n")[0]
    many = to_many(session, cards.NOTICE, notice.id, title, told, call.me.id, call.now)
    return [desk, *with_files(notice, notice.files or (), many)]


def with_files(notice: Notice, files: Sequence[Mapping[str, Any]], told: Sequence[To]) -> list[To]:
    """Each message of the notice with the files below it; the card of its progress has none."""
    mine = f"{cards.NOTICE}:{notice.id}:"
    return [
        one
        for to in told
        for one in (
            notice_files.below(cards.NOTICE, notice.id, files, [to]) if (to.key or "").startswith(mine) else [to]
        )
    ]


def render(session: Session, notice_id: int, chat_id: int, now: datetime, tz: tzinfo) -> Message | None:
    """The live card: numbers in the group; to the desk also who has not answered yet."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        return None
    members = roster(session, notice.branch_id, notice.created_at.astimezone(tz).date())
    received = service.receipts(session, notice.id)
    answered = sum(member.id in received for member in members)
    card = messages.plain_notice(cards.worded(notice, tz), answered, len(members), notice.id)
    if chat_id < 0:
        return card
    silent = "、".join(member.name for member in members if member.id not in received)
    desk = Message(cut(f"{card.text}\n未回复：{silent or '无'}", TEXT_LIMIT - 100))
    return with_delivery(session, desk, notice.branch_id, cards.NOTICE, notice_id, now, tz)


def says_instead(session: Session, notice_id: int, tz: tzinfo) -> Message | None:
    """To who has replied to it in words that nobody understands."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.closed_at is not None:
        return None
    return messages.not_understood(notice)


FORM = Form(
    name="notice.text",
    code="n",
    again="发通知",
    fields=(
        Field(
            "text",
            lambda values: ANOTHER if values.get("text") else ASK,
            "修改",
            read=_text,
            what="通知",
            longest=LONGEST,
        ),
        replace(notice_files.field(), label="", files=_handed_in),
    ),
    summary=_summary,
    confirm=_confirm,
    actions=(Action("try", "预览", _preview, closes=False), Action("send", "发送", _send)),
    right=Right.MAKE_NOTICE,
    dropped="已取消，通知未发送。",
)


def offers(session: Session, me: Me, sent: Sequence[Sent], now: datetime, tz: tzinfo) -> Iterator[Taking]:
    """发通知 with files that came with nothing open: documents and pictures; a table is rather a roster."""
    came = files(sent)
    fits = all(file.kind in notice_files.KINDS and not is_table(file) for file in came)
    if came and fits and len(came) <= notice_files.MOST and all(one.files for one in sent):
        yield Taking(0, "发通知")


def take(session: Session, call: Call, subject_id: int, sent: Sequence[Sent]) -> Reply:
    """The form with the files attached, and with what was written below them as its words."""
    given = _handed_in(session, replace(call, text=texts(sent), files=files(sent)), {})
    return Reply(edit=FORM.filled(session, call, **given))


TAKES = Takes("notice", offers, take, right=Right.MAKE_NOTICE)
# What the buttons of an earlier version do.
DOES = {
    buttons.Draft.TRY: "try",
    buttons.Draft.SEND: "send",
    buttons.Draft.CHANGE: "text",
    buttons.Draft.DROP: CANCEL,
}


def decide(session: Session, call: Call, button: buttons.PlainNotice) -> Reply:
    return FORM.tap(session, call, Fill(FORM.code, button.dialog_id, GO, DOES[button.does]))


HANDLERS: list[Handler] = [
    Command(
        "notice",
        FORM.start,
        "发通知",
        Right.MAKE_NOTICE,
        more=21,
        hands_in=True,
    ),
    Tap(buttons.PlainNotice, decide),
    CardView(cards.NOTICE, render, lives=delivering(cards.NOTICE), offers=says_instead),
]
