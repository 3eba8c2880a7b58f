"""Files of a notice: handed in with its form, shown in its preview, and sent below each of its messages, once each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.kit.form_fields import Field, Values
from bot.kit.handlers import Call, File
from bot.kit.questions import fixed
from bot.kit.refusal import Refusal
from bot.kit.replies import Document, To
from scheduler.broadcasts import batch_of

KEY, KEY_OF_NOTICE, KINDS = "files", "notice_file", frozenset({"photo", "document"})
MOST, LONGEST_NAME, LARGEST = 5, 100, 50 * 1024 * 1024
ASK = f"请发送附件（照片或文件），最多{MOST}个，随通知一并发送。"
PHOTO, NAMELESS = "照片", "附件"


def field(**more: Any) -> Field:
    """The question for them; they are heard whatever page is open. Without words: a caption says something else."""
    none = fixed({"": "不填写"})
    return Field(KEY, ASK, "附件", options=none, files=add, later=True, optional=True, what="附件", longest=0, **more)


def add(session: Session, call: Call, values: Values) -> Values:
    """One after the other, up to the most."""
    if any(file.kind not in KINDS for file in call.files):
        raise Refusal("请发送照片或文件。")
    if any((file.size or 0) > LARGEST for file in call.files):
        raise Refusal(f"单个附件不能超过{LARGEST // 1024 // 1024}MB。")
    held = [*(values.get(KEY) or []), *map(_named, call.files)]
    once = list({file["file_unique_id"]: file for file in held}.values())
    fitting(0, once)
    return {KEY: once}


def fitting(held: int, files: Sequence[Mapping[str, Any]]) -> None:
    """Refuses more than a notice may have, and what is neither photo nor document."""
    if held + len(files) > MOST:
        raise Refusal(f"通知附件最多{MOST}个。")
    if any(file["kind"] not in KINDS for file in files):
        raise Refusal("请发送照片或文件。")


def _named(file: File) -> dict[str, Any]:
    found = file.to_json()
    return {**found, "name": found["name"][:LONGEST_NAME]} if found.get("name") else found


def of(values: Values) -> list[dict[str, Any]]:
    return list(values.get(KEY) or [])


def words(files: Sequence[Mapping[str, Any]]) -> str:
    """2个（通知.pdf、照片）"""
    named = "、".join(file.get("name") or (PHOTO if file["kind"] == "photo" else NAMELESS) for file in files)
    return f"{len(files)}个（{named}）" if files else ""


def documents(files: Iterable[Mapping[str, Any]], under: str = "") -> list[Document]:
    """As they are sent; under: the promise of the message that they stand below."""
    return [
        Document(file.get("name") or NAMELESS, file_id=file["file_id"], kind=file["kind"], under=under)
        for file in files
    ]


def batch(kind: str, subject_id: int) -> str:
    """Their own broadcast: what is counted and corrected of the notice is its words."""
    return batch_of(f"{kind}_file", subject_id)


def below(kind: str, subject_id: int, files: Sequence[Mapping[str, Any]], told: Iterable[To]) -> list[To]:
    """The messages of a notice, each followed by the files."""
    found: list[To] = []
    for to in told:
        found.append(to)
        if to.key is None:
            continue
        whom = f"chat:{to.chat_id}" if to.person_id is None else str(to.person_id)
        found += [
            To(
                file,
                person_id=to.person_id,
                chat_id=to.chat_id,
                key=f"{kind}_file:{subject_id}:{number}:{whom}",
                batch=batch(kind, subject_id),
            )
            for number, file in enumerate(documents(files, to.key))
        ]
    return found
