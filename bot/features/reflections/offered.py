"""What was sent with nothing open, handed in as a piece or a self-check: by the rules of the long way, in one tap."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.reflections import buttons, form_file, handlers, items, kinds, service, submissions, written
from bot.kit.fetching import NOT_FETCHED, FetchFirst
from bot.kit.handing_in import Sent, Takes, Taking, files
from bot.kit.handlers import Call, File
from bot.kit.owing import short
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Message, Reply
from storage.audience import Me
from storage.choices import HandInKind

GOES_ON = "这份内容之前没有提交，已一并放入，请核对后点“提交”。"
TRY_AGAIN = "文件暂时没有取到，请稍后再点一次。"
UNREAD = (
    "没有读出问题和整改措施，内容没有提交。请点“填自查表”，逐条发送问题和整改措施，也可以发送填好的表格或照片；"
    "一次发送的，请写成“问题：……”“整改措施：……”，一个问题后面写一条措施。"
)


def takings(session: Session, me: Me, sent: Sequence[Sent], now: datetime, tz: tzinfo) -> Iterator[Taking]:
    """What is owed; what may be handed in beside that is not asked for."""
    # Prose is a self-check only where nothing else is asked for: it says then how one is written.
    prose = not files(sent) and any(written.read(one.text) is None for one in sent)
    owed = {one.key: one for one in service.owing(session, me.branch_id, now, tz, me.id)}
    for kind in HandInKind:
        noun = kinds.of(kind).noun
        for task in submissions.open_tasks(session, me, kind, now, tz):
            owes = owed.get(f"{kind}:{task.row.id}")
            yield Taking(
                task.row.id,
                f"提交为{noun}",
                named=f"{noun}：{task.row.title}",
                question=f"这是您的{noun}吗？",
                line=owes.line if owes is not None else f"{short(task.row.title)}：可以提交{noun}。",
                asked=owes is not None and not (prose and kind is HandInKind.SELF_CHECK),
            )


def take(session: Session, call: Call, task_id: int, sent: Sequence[Sent]) -> Reply:
    """Handed in at once; where something was begun before, it goes on with both and hands in nothing unseen."""
    task = service.find(session, call.me, task_id, call.tz)
    checks = task.row.kind is HandInKind.SELF_CHECK
    said = [written.read(one.text) for one in sent if checks and not one.files]
    if None in said:
        return Reply(edit=Message(UNREAD, [[Choice("填自查表", buttons.HandIn(task_id))]]))
    form = _form(call, sent) if checks else None
    if form is not None and isinstance(call.content, Refusal):
        if call.content.text == NOT_FETCHED:
            # Nothing is wrong with what was sent: the offer stays, for another tap.
            raise Refusal(TRY_AGAIN)
        return Reply(edit=Message(call.content.text))
    row = submissions.start(session, call.me, task, call.now)
    begun = bool(submissions.parts(session, row.id) or items.listed(session, row.id))
    for found in said:
        items.append(session, row.id, found or [], call.now, call.today)
    for one in sent:
        if (one.files or not checks) and one.files != (form,):
            submissions.add_part(session, row, call.chat_id, one.message_id, one.text, one.files, call.now)
    handlers.go_on_with(session, call, row, task.row.kind)
    if form is not None:
        reply = handlers.form_came(session, call, row, call.content)
        if begun or not call.content:
            return reply
    if begun:
        return Reply(edit=Message(GOES_ON), others=[handlers.own_card(session, call, row)])
    return handlers.submitted(session, call, row, tapped=True)


def _form(call: Call, sent: Sequence[Sent]) -> File | None:
    """The last table that may be a form; it is fetched first."""
    found = [file for one in sent for file in one.files if form_file.is_form(file)]
    if found and call.content is None:
        raise FetchFirst(handlers.CHECK_ANSWER, found[-1])
    return found[-1] if found else None


TAKES = Takes("hand_in", takings, take)
