"""The words of what may be handed in: reflections (S48) and self-checks (S46), of one mechanism."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.choices import HandInKind
from storage.models.reflection import ReflectionTask


@dataclass(frozen=True, slots=True)
class Kind:
    """noun: 心得; title: 心得体会, as a heading says it; act: 交心得, the button; assign: 布置心得; unit: 篇.

    how: what may be sent.
    """

    noun: str
    title: str
    act: str
    assign: str
    unit: str
    how: str


REFLECTION = Kind(
    "心得",
    "心得体会",
    "交心得",
    "布置心得",
    "篇",
    "文字、语音、照片、文件均可，可以分多条发送。",
)
SELF_CHECK = Kind(
    "自查表",
    "自查表",
    "填自查表",
    "布置自查",
    "份",
    "逐条发送问题和整改措施，也可以发送填好的表格或照片；没有问题的，点“无问题”。",
)


def of(kind: HandInKind) -> Kind:
    return SELF_CHECK if kind is HandInKind.SELF_CHECK else REFLECTION


def of_task(session: Session, task_id: int) -> Kind:
    return of(session.scalars(select(ReflectionTask.kind).where(ReflectionTask.id == task_id)).one())
