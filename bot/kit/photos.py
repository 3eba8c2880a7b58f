"""Photos wait until their sender has said that they show no secret paper: asked once a hand-in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from bot.kit import admission
from bot.kit import dialog as dialogs
from bot.kit.asking import question
from bot.kit.buttons import Button
from bot.kit.handlers import Answer, Call, Edited, File, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply, say
from storage import audit
from storage.models.dialog import Dialog

# In the draft of the open dialog: what came since the first photo, and whether its sender has confirmed.
HELD, CONFIRMED = "photos_held", "photos_confirmed"
MOST = 30
QUESTION = "照片已收到，尚未提交。请确认照片中没有涉密或标密级的文件，再点“确认不涉密”。"
FIRST = "请先点“确认不涉密”或“不提交”：照片中不能有涉密或标密级的文件。"
TAKEN = "已按您的修改更新。"
OLD = "这些照片已失效，请重新发送。"


@dataclass(frozen=True)
class ConfirmPhotos(Button):
    prefix: ClassVar[str] = "ph"
    dialog_id: int


@dataclass(frozen=True)
class DropPhotos(Button):
    prefix: ClassVar[str] = "pf"
    dialog_id: int


def is_picture(file: File) -> bool:
    """A photo, also one that was sent as a file: what it says of itself is enough to ask."""
    name = (file.name or "").lower()
    by_name = name.endswith((".jpg", ".jpeg", ".png", ".heic", ".webp", ".bmp", ".tif", ".tiff"))
    return file.kind == "photo" or (file.mime_type or "").startswith("image/") or by_name


def waits(call: Call, dialog: Dialog, answer: Answer) -> bool:
    """Does this message wait for the tick: a photo without one, or anything that came behind it?"""
    if not answer.takes_files(dialog):
        return False
    if dialog.draft.get(HELD):
        return True
    return not dialog.draft.get(CONFIRMED) and any(is_picture(file) for file in call.files)


def hold(call: Call, dialog: Dialog) -> Reply:
    """Keep the message in the draft, in order; asked at the first photo, and again at what is typed behind it."""
    held: list[dict[str, Any]] = list(dialog.draft.get(HELD, []))
    if len(held) >= MOST:
        raise Refusal(FIRST)
    files = [file.to_json() for file in call.files]
    message = {"message_id": call.message_id, "text": call.text, "files": files}
    dialogs.move(dialog, dialog.step, call.now, **{HELD: [*held, message]})
    if held and call.files:
        return Reply()
    rows = [[Choice("确认不涉密", ConfirmPhotos(dialog.id)), Choice("不提交", DropPhotos(dialog.id))]]
    return say(Message(QUESTION, rows))


def require_confirmed(session: Session, call: Call) -> None:
    """Before a button takes what was handed in: nothing of it may still wait."""
    dialog = dialogs.current(session, call.me, call.now)
    if dialog is not None and dialog.draft.get(HELD):
        raise Refusal(FIRST)


def handlers(others: Iterable[Handler]) -> list[Handler]:
    """The two buttons and the edits, over the answers of all features."""
    answers = {item.step: item for item in others if isinstance(item, Answer)}

    def confirm(session: Session, call: Call, button: ConfirmPhotos) -> Reply:
        dialog = _open(session, call, button.dialog_id)
        held = dialog.draft[HELD]
        dialogs.move(dialog, dialog.step, call.now, **{HELD: [], CONFIRMED: True})
        audit.record(
            session,
            "confirm",
            "photos",
            None,
            now=call.now,
            by=call.me,
            count=len(held),
        )
        return _go_on(session, call, answers, held)

    return [Tap(ConfirmPhotos, confirm, private=True), Tap(DropPhotos, drop, private=True), Edited(edited)]


def edited(session: Session, call: Call) -> Reply | None:
    """An edit of what waits replaces it; None when nothing of it waits."""
    dialog = dialogs.standing(session, call.me.id, call.now)
    held = list(dialog.draft.get(HELD, [])) if dialog is not None else []
    at = next((at for at, message in enumerate(held) if message["message_id"] == call.message_id), None)
    if dialog is None or at is None:
        return None
    held[at] = {**held[at], "text": call.text, "files": [file.to_json() for file in call.files]}
    dialogs.move(dialog, dialog.step, call.now, **{HELD: held})
    return say(TAKEN)


def drop(session: Session, call: Call, button: DropPhotos) -> Reply:
    """Forget what waits; the dialog stays open for something else."""
    dialog = _open(session, call, button.dialog_id)
    dialogs.move(dialog, dialog.step, call.now, **{HELD: []})
    return Reply(toast="未提交。", edit=question(dialog, "照片未提交，请发送其他内容。"))


def _open(session: Session, call: Call, dialog_id: int) -> Dialog:
    return dialogs.tapped(session, call.me, dialog_id, call.now, OLD, needs=HELD)


def _go_on(session: Session, call: Call, answers: dict[str, Answer], held: Sequence[dict[str, Any]]) -> Reply:
    """Every held message is answered in order, as if it came now, by who may; what finds no open question is named."""
    replies, left = [], 0
    for message in held:
        dialog = dialogs.current(session, call.me, call.now)
        answer = answers.get(dialog.step) if dialog is not None else None
        if dialog is None or answer is None:
            left += 1
            continue
        files = tuple(File(**file) for file in message["files"])
        again = replace(call, message_id=message["message_id"], text=message["text"], files=files)
        replies.append(admission.run(answer, session, again, dialog))
    more = [Message(f"另有{left}条没有收到，请重新发送。")] if left else []
    # Several of a piece ask for the same card: the last one shows it as it stands now.
    others = {(to.person_id, to.chat_id, to.card or number): to for number, to in _numbered(replies)}
    return Reply(
        toast="已确认。",
        edit=Message("已确认照片不含涉密内容。"),
        here=[*(said for reply in replies for said in reply.here), *more],
        others=list(others.values()),
        refresh=list(dict.fromkeys(card for reply in replies for card in reply.refresh)),
    )


def _numbered(replies: Iterable[Reply]) -> Iterable[tuple[int, Any]]:
    return enumerate(to for reply in replies for to in reply.others)
