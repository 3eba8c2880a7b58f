"""What the author does with a piece: the draft and its parts, 提交, 取消, 撤销."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from bot.features.reflections import items, kinds, rules, service
from bot.features.reflections.kinds import of_task
from bot.kit.access import NO_RIGHT
from bot.kit.deadlines import before_cut_off, in_time
from bot.kit.handlers import File
from bot.kit.refusal import Refusal
from bot.kit.undo import take_back
from storage import audit
from storage.audience import Me
from storage.choices import HandInKind, PieceState, TaskAudience
from storage.lookups import changed, copy_rows
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask, SelfCheckItem

MOST_PARTS = 50
STANDS = "统计已截止，不能再修改，之前提交的内容仍然有效。"
CHANGED = "这份内容刚刚有了变化，请重新查看。"
NOT_FOR_YOU = "这项任务由科级以上党员干部提交。"
NO_TURN = {
    rules.NoTurn.WAITING: "您的{noun}已提交，待审阅。",
    rules.NoTurn.DONE: "您的{noun}已通过，无需再交。",
}


def open_tasks(session: Session, me: Me, kind: HandInKind, now: datetime, tz: tzinfo) -> list[service.Task]:
    """The tasks of a kind that somebody can hand in to now: voluntary ones last, the nearest due day first."""
    found = [
        task
        for task in service.still_open(session, me.branch_id, now, tz, [me.id])
        if task.row.kind is kind
        if not isinstance(rules.next_turn(task.of(me.id), task.row.per_person), rules.NoTurn)
        and service.welcome(session, task, me.id)
    ]
    return sorted(found, key=lambda task: task.row.audience is TaskAudience.VOLUNTARY)


def start(session: Session, me: Me, task: service.Task, now: datetime) -> Reflection:
    """The draft that somebody writes now: the one that is open, or a new version or piece. Refuses when it is done."""
    if not service.welcome(session, task, me.id):
        raise Refusal(NOT_FOR_YOU)
    turn = rules.next_turn(task.of(me.id), task.row.per_person)
    if isinstance(turn, rules.NoTurn):
        raise Refusal(NO_TURN[turn].format(noun=kinds.of(task.row.kind).noun))
    if turn.row_id is not None:
        return session.get_one(Reflection, turn.row_id)
    draft = _draft(session, task.row.id, me.id, turn.piece, turn.version, now)
    for returned in task.of(me.id):
        # What a form says is put right line by line; what was sent is sent anew.
        if (returned.piece, returned.version) == (turn.piece, turn.version - 1):
            items.copy(session, returned.row_id, draft.id)
    return draft


def _draft(session: Session, task_id: int, person_id: int, piece: int, version: int, now: datetime) -> Reflection:
    row = Reflection(task_id=task_id, person_id=person_id, piece=piece, version=version, started_at=now)
    session.add(row)
    session.flush()
    return row


def mine(session: Session, me: Me, reflection_id: int) -> Reflection:
    """One's own version, not withdrawn."""
    row = session.get(Reflection, reflection_id)
    if row is None or row.person_id != me.id:
        raise Refusal(NO_RIGHT)
    if row.withdrawn_at is not None:
        raise Refusal(f"这份内容已取消或撤销提交，请重新点“{of_task(session, row.task_id).act}”。")
    return row


def parts(session: Session, reflection_id: int) -> list[ReflectionPart]:
    """In the order in which they were sent: Telegram numbers the messages of a chat."""
    query = select(ReflectionPart).where(ReflectionPart.reflection_id == reflection_id)
    return list(session.scalars(query.order_by(ReflectionPart.message_id)))


def part_of(session: Session, chat_id: int, message_id: int) -> ReflectionPart | None:
    """What a message has become; of a piece that is written anew the later part."""
    mine = (ReflectionPart.chat_id == chat_id, ReflectionPart.message_id == message_id)
    return session.scalars(select(ReflectionPart).where(*mine).order_by(ReflectionPart.id.desc())).first()


def add_part(
    session: Session, row: Reflection, chat_id: int, message_id: int, text: str, files: Sequence[File], now: datetime
) -> ReflectionPart:
    """One message becomes a part of the draft; the same message twice is one part."""
    still_draft(session, row)
    known = part_of(session, chat_id, message_id)
    if known is not None:
        return known
    if _count(session, row.id) >= MOST_PARTS:
        raise Refusal(f"一份最多{MOST_PARTS}条，请点“提交”。")
    part = ReflectionPart(reflection_id=row.id, chat_id=chat_id, message_id=message_id, received_at=now)
    _fill(part, text, files)
    session.add(part)
    session.flush()
    return part


def _count(session: Session, reflection_id: int) -> int:
    return session.scalar(select(func.count()).where(ReflectionPart.reflection_id == reflection_id)) or 0


def still_draft(session: Session, row: Reflection) -> None:
    """Refuses what has been handed in or dropped."""
    if row.state is not PieceState.DRAFT or row.withdrawn_at is not None:
        raise Refusal(f"这份内容已提交或取消，如需再交请点“{of_task(session, row.task_id).act}”。")


def _fill(part: ReflectionPart, text: str, files: Sequence[File]) -> None:
    """Write what the message holds into its part; a sticker or a place holds nothing that could be a piece."""
    file = files[0] if files else None
    if not text.strip() and file is None:
        raise Refusal("请发送文字、语音、照片或文件。")
    part.kind = file.kind if file else "text"
    part.text = text
    part.file_id = file.file_id if file else None
    part.file_unique_id = file.file_unique_id if file else None
    part.file_name, part.mime_type, part.size = (file.name, file.mime_type, file.size) if file else (None, None, None)


def edit_part(session: Session, part: ReflectionPart, text: str, files: Sequence[File]) -> bool | None:
    """An edit before 提交 replaces the part: True. Nothing new in it: None. Later it changes nothing: False."""
    same_file = (files[0].file_unique_id if files else None) == part.file_unique_id
    if same_file and text == part.text:
        return None
    row = session.get_one(Reflection, part.reflection_id)
    if row.state is not PieceState.DRAFT or row.withdrawn_at is not None:
        return False
    _fill(part, text, files)
    return True


def drop_last(session: Session, row: Reflection) -> None:
    """删除上一条: the message or the line of a form that came last; refuses where there is none."""
    still_draft(session, row)
    said, sent = items.listed(session, row.id), parts(session, row.id)
    if not said and not sent:
        raise Refusal("没有可以删除的内容。")
    if sent and (not said or _came_after(sent[-1], said[-1])):
        session.delete(sent[-1])
        session.flush()
    else:
        items.drop_last(session, row.id)


def _came_after(part: ReflectionPart, line: SelfCheckItem) -> bool:
    """By the numbers of the messages; a line of a form, or of a text that waited, has none."""
    said = line.measure_message or line.problem_message
    return part.message_id > said if said is not None else part.received_at > line.received_at


def submit(
    session: Session, me: Me, row: Reflection, now: datetime, *, nothing: bool = False, cut_off: datetime | None = None
) -> Reflection | None:
    """提交; a draft without anything in it is refused. nothing: a self-check that finds no problem.

    What it takes the place of is withdrawn, and returned; not after the `cut_off` of what that counts for.
    """
    still_draft(session, row)
    filled = bool(_count(session, row.id) or items.listed(session, row.id))
    if nothing and filled:
        raise Refusal("已经填写了内容，请点“提交”；没有问题的，请先逐条删除。")
    if not nothing and not filled:
        raise Refusal(f"还没有收到内容。{of_task(session, row.task_id).how}")
    items.complete(session, row.id)
    before = given_before(session, row)
    if before is not None and cut_off is not None and not in_time(now, cut_off):
        raise Refusal(STANDS)
    row.problems = 0 if nothing else None
    changes = claim(session, row, PieceState.DRAFT, state=PieceState.SUBMITTED, submitted_at=now)
    note(session, me, "submit", row, changes, now)
    if before is not None:
        note(session, me, "resubmit", before, claim(session, before, PieceState.SUBMITTED, withdrawn_at=now), now)
    return before


def given_before(session: Session, row: Reflection) -> Reflection | None:
    """The version of the same piece that waits for its review while this one is written anew."""
    return session.scalars(_same_piece(row, *_live(PieceState.SUBMITTED))).first()


def given_after(session: Session, row: Reflection) -> bool:
    """Whether a later version of the same piece was handed in in its place."""
    later = (Reflection.version > row.version, Reflection.withdrawn_at.is_(None), Reflection.submitted_at.is_not(None))
    return session.scalars(_same_piece(row, *later)).first() is not None


def _live(state: PieceState) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Reflection.state == state, Reflection.withdrawn_at.is_(None)


def _same_piece(row: Reflection, *also: ColumnElement[bool]) -> Select[Reflection]:
    mine = (Reflection.task_id == row.task_id, Reflection.person_id == row.person_id, Reflection.piece == row.piece)
    return select(Reflection).where(*mine, Reflection.id != row.id, *also).order_by(Reflection.version.desc())


def drop_drafts(session: Session, row: Reflection, now: datetime) -> None:
    """What was begun anew of a piece that has passed meanwhile is not asked for any more."""
    for draft in session.scalars(_same_piece(row, *_live(PieceState.DRAFT))):
        draft.withdrawn_at = now


def discard(session: Session, me: Me, row: Reflection, now: datetime) -> None:
    """取消: the draft is withdrawn, what was sent stays with it."""
    still_draft(session, row)
    changes = claim(session, row, PieceState.DRAFT, withdrawn_at=now)
    note(session, me, "discard", row, changes, now)


def undo(session: Session, me: Me, row: Reflection, cut_off: datetime, now: datetime) -> Reflection:
    """Take 提交 back within ten minutes: the version is withdrawn, its parts go on in a new draft that is returned."""
    if row.state is not PieceState.SUBMITTED or row.submitted_at is None:
        raise Refusal("已经审阅，不能撤销。" if row.submitted_at else "尚未提交。")
    branch_id = session.get_one(ReflectionTask, row.task_id).branch_id
    version = {"piece": row.piece, "version": row.version}
    take_back(
        session,
        me,
        row,
        row.submitted_at,
        now,
        branch_id,
        cut_off,
        otherwise="。审阅之前，如需修改请点“修改重交”。",
        lost=CHANGED,
        details=version,
    )
    drop_drafts(session, row, now)
    gave_way = (Reflection.withdrawn_at == row.submitted_at, Reflection.state == PieceState.SUBMITTED)
    before = session.scalars(_same_piece(row, *gave_way)).first()
    if before is not None:
        before.withdrawn_at = None
    return _goes_on(session, row, now)


def resubmit(session: Session, me: Me, row: Reflection, cut_off: datetime, now: datetime) -> Reflection:
    """修改重交, until somebody has reviewed it: the draft of the next version, which takes its place when handed in.

    Not after the cut-off: what has come in time would be too late.
    """
    if row.state is not PieceState.SUBMITTED:
        raise Refusal("已经审阅，不能再修改；退回后可以重新提交。" if row.submitted_at else "尚未提交。")
    before_cut_off(now, cut_off)
    begun = session.scalars(_same_piece(row, *_live(PieceState.DRAFT))).first()
    if begun is not None:
        return begun
    draft = _draft(session, row.task_id, row.person_id, row.piece, row.version + 1, now)
    copy_rows(session, ReflectionPart, ReflectionPart.reflection_id, row.id, draft.id)
    items.copy(session, row.id, draft.id)
    return draft


def _goes_on(session: Session, row: Reflection, now: datetime) -> Reflection:
    """The same version once more as a draft, with all that was handed in."""
    draft = _draft(session, row.task_id, row.person_id, row.piece, row.version, now)
    session.execute(
        update(ReflectionPart)
        .where(ReflectionPart.reflection_id == row.id)
        .values(reflection_id=draft.id)
        .execution_options(synchronize_session=False)
    )
    items.move(session, row.id, draft.id)
    return draft


def lately(session: Session, me: Me, since: datetime) -> list[tuple[int, datetime, str]]:
    """The own pieces handed in since then that nobody has reviewed: id, when, title of the task."""
    query = (
        select(Reflection.id, Reflection.submitted_at, ReflectionTask.title)
        .join(ReflectionTask, ReflectionTask.id == Reflection.task_id)
        .where(Reflection.person_id == me.id, Reflection.state == PieceState.SUBMITTED)
        .where(Reflection.withdrawn_at.is_(None), Reflection.submitted_at >= since)
        .where(ReflectionTask.cancelled_at.is_(None))
    )
    return [(row_id, at, title) for row_id, at, title in session.execute(query) if at is not None]


def claim(session: Session, row: Reflection, was: PieceState, **values: Any) -> dict[str, list[Any]]:
    """Change the row only as it was when we looked: of an 撤销 and a 通过 at the same moment one wins.

    Returns what changed, for the audit log.
    """
    changes = audit.diff(row, values)
    mine = (Reflection.id == row.id, Reflection.state == was, Reflection.withdrawn_at.is_(None))
    if changed(session, update(Reflection).where(*mine).values(**values)) != 1:
        raise Refusal(CHANGED)
    session.refresh(row)
    return changes


def note(session: Session, me: Me, action: str, row: Reflection, changes: dict[str, list[Any]], now: datetime) -> None:
    audit.record(
        session,
        action,
        "reflection",
        row.id,
        now=now,
        by=me,
        piece=row.piece,
        version=row.version,
        changes=changes,
    )
