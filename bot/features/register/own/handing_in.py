"""A kind as a file in chat: read with every fault and its line, shown, and added or not by a tap."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register.own import buttons, declaring, file, messages, service
from bot.features.register.own.declaring import Declared, Fault
from bot.features.register.own.file import Placed
from bot.kit import dialog as dialogs
from bot.kit.access import Right
from bot.kit.handlers import Answer, Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply, say
from storage.models.dialog import Dialog
from storage.models.own_kind import OwnKind

FILE, LOOK = "own.file", "own.look"
OLD = "这次导入已失效，请重新点“导入文件”。"


def ask(session: Session, call: Call, button: buttons.HandInKind) -> Reply:
    dialogs.ask(session, call.me, FILE, call.now)
    return Reply(edit=messages.ask_file())


def came(session: Session, call: Call, dialog: Dialog) -> Reply:
    """Every fault at once, or what it would be; nothing is added yet."""
    if call.content is None:
        raise Refusal("请发送登记项目文件（toml格式）。")
    found: tuple[Declared | None, list[Placed], str] = call.content
    declared, placed, text = found
    if declared is not None:
        placed = file.placed(text, _faults(session, call, declared))
    if declared is None or placed:
        dialogs.ask(session, call.me, FILE, call.now)
        return say(messages.faults([one.chinese for one in placed]))
    kept = {"id": declared.id, "said": declaring.to_json(declared)}
    looked = dialogs.ask(session, call.me, LOOK, call.now, **kept)
    return say(messages.preview(declared, looked.id, _known(session, call, declared) is not None))


def read(content: bytes) -> tuple[Declared | None, list[Placed], str]:
    """With the text, for the lines of what is found beside other kinds."""
    declared, placed = file.read(content)
    return declared, placed, content.decode("utf-8-sig", "replace")


def _known(session: Session, call: Call, declared: Declared) -> Declared | None:
    """The kind of the own branch that the file is another revision of."""
    row = session.scalar(select(OwnKind).where(OwnKind.name == declared.id)) if declared.id else None
    if row is None or row.organisation_id != call.me.branch_id:
        return None
    return service.found(session, call.me, row.name)[1]


def _faults(session: Session, call: Call, declared: Declared) -> Sequence[Fault]:
    return service.faults(session, call.me.branch_id, declared, _known(session, call, declared))


def decide(session: Session, call: Call, button: buttons.TakeFile) -> Reply:
    dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, OLD, LOOK)
    known, said = str(dialog.draft.get("id") or ""), dialog.draft["said"]
    dialogs.close(session, call.me.id)
    if not button.sure:
        return Reply(edit=messages.not_added())
    declared = declaring.from_json(known, said)
    if _known(session, call, declared) is not None:
        service.change(session, call.me, known, declared, call.now)
        return Reply(edit=messages.changed("已调整", declared, known))
    return Reply(edit=messages.added(declared.word, service.add(session, call.me, declared, call.now).name))


def undecided(session: Session, call: Call, dialog: Dialog) -> Reply:
    """Another file takes the place of the one that was shown."""
    if call.content is None:
        raise Refusal("请点“添加”或“不添加”；要换文件，请直接发送新的文件。")
    return came(session, call, dialog)


def cancelled(session: Session, call: Call, dialog: Dialog) -> Reply:
    return say(messages.not_added())


_OFFICE = Right.BRANCH_SETTINGS
HANDLERS: Sequence[Handler] = [
    Tap(buttons.HandInKind, ask, right=_OFFICE, private=True),
    Tap(buttons.TakeFile, decide, right=_OFFICE, private=True),
    Answer(FILE, came, cancelled, reads_file=read, largest=file.MAX_BYTES, right=_OFFICE),
    Answer(LOOK, undecided, cancelled, reads_file=read, largest=file.MAX_BYTES, right=_OFFICE),
]
