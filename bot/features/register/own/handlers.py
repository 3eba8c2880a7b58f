"""登记项目: the kinds of a unit's own, made and changed by the secretary and the deputy."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.register.own import buttons, forms, handing_in, messages, service, store
from bot.features.register.own.declaring import from_json
from bot.kit.access import Right
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from storage.models.organisation import Organisation
from storage.models.own_kind import OwnKind


def show(session: Session, call: Call) -> Reply:
    """/kinds, 登记项目."""
    return say(_all(session, call))


def show_own(session: Session, call: Call, button: buttons.ShowOwn) -> Reply:
    return Reply(edit=_all(session, call))


def _all(session: Session, call: Call) -> Message:
    own = store.of_branch(session, call.me.branch_id)
    rows = session.scalars(select(OwnKind).where(OwnKind.name.in_([one.name for one in own]))).all()
    above = {row.name for row in rows if row.organisation_id != call.me.branch_id}
    stopped = {row.name for row in rows if row.stopped_at is not None}
    return messages.listed(own, above, stopped, store.hidden_in(session, call.me.branch_id))


def make(session: Session, call: Call, button: buttons.MakeOwn) -> Reply:
    return Reply(edit=forms.FORMS.open(session, call, act="new"))


def open_own(session: Session, call: Call, button: buttons.OpenOwn) -> Reply:
    return Reply(edit=_page(session, call, button.kind))


def _page(session: Session, call: Call, name: str) -> Message:
    row = session.scalar(select(OwnKind).where(OwnKind.name == name))
    if row is None or row.organisation_id not in store.line_of(session, call.me.branch_id):
        raise Refusal(service.NO_SUCH)
    [newest] = store.newest_of(session, [row.id])
    mine = row.organisation_id == call.me.branch_id
    above = "" if mine else session.get_one(Organisation, row.organisation_id).name
    hidden = name in store.hidden_in(session, call.me.branch_id)
    declared = from_json(name, newest.declaration)
    return messages.opened(declared, name, newest.revision, above, row.stopped_at is not None, hidden)


def add_field(session: Session, call: Call, button: buttons.AddField) -> Reply:
    _, declared = service.found(session, call.me, button.kind)
    # f1, f2 …: a number that no field has had.
    taken = [int(one.key[1:]) for one in declared.fields if one.key[:1] == "f" and one.key[1:].isdecimal()]
    number = max(taken, default=0) + 1
    return Reply(edit=forms.FORMS.open(session, call, act="add", kind=button.kind, number=number))


def open_field(session: Session, call: Call, button: buttons.OpenField) -> Reply:
    _, declared = service.found(session, call.me, button.kind)
    one = next((one for one in declared.asked if one.key == button.key), None)
    if one is None:
        raise Refusal(messages.NO_FIELD)
    return Reply(edit=messages.field_page(declared, button.kind, one))


def rename(session: Session, call: Call, button: buttons.Rename) -> Reply:
    service.found(session, call.me, button.kind)
    return Reply(edit=forms.FORMS.open(session, call, act="rename", kind=button.kind, key=button.key))


def drop_field(session: Session, call: Call, button: buttons.DropField) -> Reply:
    _, declared = service.found(session, call.me, button.kind)
    one = next((one for one in declared.asked if one.key == button.key), None)
    if one is None:
        raise Refusal(messages.NO_FIELD)
    if one.dated:
        raise Refusal(messages.DATED_STAYS)
    left = replace(declared, fields=tuple(each for each in declared.fields if each.key != button.key))
    service.change(session, call.me, button.kind, left, call.now)
    return Reply(toast=f"已停用“{one.label}”。", edit=_page(session, call, button.kind))


def stop(session: Session, call: Call, button: buttons.StopOwn) -> Reply:
    _, declared = service.found(session, call.me, button.kind)
    if not service.stop(session, call.me, button.kind, button.on == 1, call.now):
        return Reply(edit=messages.gone(declared.word))
    return Reply(toast="已停用。" if button.on == 1 else "已恢复使用。", edit=_page(session, call, button.kind))


def hide(session: Session, call: Call, button: buttons.HideOwn) -> Reply:
    _page(session, call, button.kind)
    service.hide(session, call.me, button.kind, button.on == 1, call.now)
    return Reply(toast="已不显示。" if button.on == 1 else "已恢复显示。", edit=_page(session, call, button.kind))


_OFFICE = Right.BRANCH_SETTINGS
HANDLERS: Sequence[Handler] = [
    *handing_in.HANDLERS,
    Command(
        "kinds",
        show,
        "登记项目",
        _OFFICE,
        reads=True,
        more=65,
        help="登记项目：新增支部自己的登记项目，调整填写内容。",
    ),
    Tap(buttons.ShowOwn, show_own, reads=True, right=_OFFICE, private=True),
    Tap(buttons.MakeOwn, make, right=_OFFICE, private=True),
    Tap(buttons.OpenOwn, open_own, reads=True, right=_OFFICE, private=True),
    Tap(buttons.AddField, add_field, right=_OFFICE, private=True),
    Tap(buttons.OpenField, open_field, reads=True, right=_OFFICE, private=True),
    Tap(buttons.Rename, rename, right=_OFFICE, private=True),
    Tap(buttons.DropField, drop_field, right=_OFFICE, private=True),
    Tap(buttons.StopOwn, stop, right=_OFFICE, private=True),
    Tap(buttons.HideOwn, hide, right=_OFFICE, private=True),
]
