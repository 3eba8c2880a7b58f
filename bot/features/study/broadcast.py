"""The month's prompt and a later item as what goes to many: how each reads now, and would with other words."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.features.study import messages, planning, rules, service
from bot.kit.access import Right
from bot.kit.broadcasts import BatchContent, Broadcast, Sent, begun_by
from bot.kit.deadlines import may_undo
from bot.kit.glossary.choices import STUDY_KINDS
from bot.kit.refusal import Refusal
from bot.kit.replies import Message
from bot.kit.titles import LONGEST, by_row
from bot.kit.words import quoted
from scheduler import broadcasts
from scheduler.broadcasts import batch_of
from storage.choices import StudyItemState
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem

THEME, ITEM = "theme", "study_item"


# --- the month's prompt: its first line is the theme, the rest the words of the prompt ------------------------------


def find_theme(session: Session, theme_id: int, tz: tzinfo) -> BatchContent | None:
    theme = session.get(MonthlyTheme, theme_id)
    if theme is None:
        return None
    return BatchContent(
        branch_id=theme.branch_id,
        title=f"{messages.month_word(theme.month)}学习提示",
        text=f"{theme.title}\n{theme.prompt}".strip(),
        longest=planning.LONGEST_TITLE + planning.LONGEST_PROMPT,
        right=Right.MAKE_STUDY,
    )


def _parts(text: str) -> tuple[str, str]:
    title, _, prompt = (part.strip() for part in text.partition("\n"))
    if len(title) > planning.LONGEST_TITLE or len(prompt) > planning.LONGEST_PROMPT:
        raise Refusal(
            f"第一行请写主题，不超过{planning.LONGEST_TITLE}字；从第二行起是提示语，不超过{planning.LONGEST_PROMPT}字。"
        )
    return title, prompt


def reword_theme(session: Session, theme_id: int, text: str, tz: tzinfo) -> Message:
    theme = session.get_one(MonthlyTheme, theme_id)
    title, prompt = _parts(text)
    worded = MonthlyTheme(id=theme.id, month=theme.month, title=title, prompt=prompt)
    return messages.prompt(worded, [messages.Seen(item) for item in planning.items_of(session, theme.id)])


def change_theme(session: Session, theme_id: int, text: str, tz: tzinfo) -> None:
    theme = session.get_one(MonthlyTheme, theme_id)
    theme.title, theme.prompt = _parts(text)


def theme_reads(session: Session, theme_id: int, sent: Sent, now: datetime, tz: tzinfo) -> Message | None:
    if sent.person_id is None:
        return None
    theme = session.get_one(MonthlyTheme, theme_id)
    seen = service.seen_by(session, sent.person_id, StudyItem.theme_id == theme.id)
    return messages.prompt(theme, seen, _undoable(seen, now))


def _undoable(seen: Iterable[messages.Seen], now: datetime) -> StudyCompletion | None:
    """The step just taken, which has its 撤销."""
    done = [one.done for one in seen if one.done is not None and may_undo(one.done.completed_at, now)]
    return max(done, key=lambda row: row.completed_at, default=None)


def carriers(session: Session, theme_id: int, tz: tzinfo) -> Sequence[str]:
    """A reminder of the same morning may have carried the prompt."""
    theme = session.get_one(MonthlyTheme, theme_id)
    if theme.prompt_sent_on is None:
        return []
    people = planning.learners(session, theme.branch_id, theme.prompt_sent_on)
    found = broadcasts.batches(session, [planning.prompt_key(theme, member.id) for member in people])
    return sorted(found - {batch_of(THEME, theme_id)})


# --- an item given out later ---------------------------------------------------------------------------------------


def find_item(session: Session, item_id: int, tz: tzinfo) -> BatchContent | None:
    item = session.get(StudyItem, item_id)
    if item is None:
        return None
    withdrawn = item.state is StudyItemState.WITHDRAWN
    return BatchContent(
        branch_id=item.branch_id,
        title=f"学习{STUDY_KINDS[item.kind]}{quoted(item.title)}",
        text=item.title,
        longest=planning.LONGEST_ITEM,
        right=Right.MAKE_STUDY,
        closed=service.WITHDRAWN if withdrawn else "",
    )


def reword_item(session: Session, item_id: int, text: str, tz: tzinfo) -> Message:
    item = session.get_one(StudyItem, item_id)
    return messages.item_card(
        messages.Seen(StudyItem(id=item.id, kind=item.kind, title=_line(text), due_on=item.due_on, files=item.files))
    )


def _line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise Refusal("请把名称写成一行，重新发送。")
    return text


def change_item(session: Session, item_id: int, text: str, tz: tzinfo) -> None:
    session.get_one(StudyItem, item_id).title = text


def item_reads(session: Session, item_id: int, sent: Sent, now: datetime, tz: tzinfo) -> Message | None:
    """A withdrawn one stays as it was: it says at the tap that it need not be learnt."""
    if sent.person_id is None:
        return None
    seen = service.seen_by(session, sent.person_id, StudyItem.id == item_id)
    return messages.item_card(seen[0], _undoable(seen, now)) if seen else None


def sent_apart(session: Session, items: Sequence[StudyItem]) -> set[int]:
    """Those of the items that went out by themselves, after the month's prompt."""
    names = {batch_of(ITEM, item.id): item.id for item in items}
    return {names[batch] for batch in broadcasts.sent(session, list(names))}


BROADCASTS = [
    Broadcast(
        THEME,
        find_theme,
        reword_theme,
        change_theme,
        theme_reads,
        carriers,
        word="学习提示",
        begun=begun_by(MonthlyTheme, MonthlyTheme.prompt_sent_on),
    ),
    Broadcast(
        ITEM,
        find_item,
        reword_item,
        change_item,
        item_reads,
        word="学习内容",
        begun=begun_by(StudyItem, StudyItem.created_at),
    ),
]
TITLES = {
    "theme": by_row(
        select(MonthlyTheme.id, MonthlyTheme.month), lambda row: f"{rules.first_day(row.month).month}月学习提示"
    ),
    "study_item": by_row(select(StudyItem.id, StudyItem.title), lambda row: f"学习{quoted(row.title, LONGEST)}"),
}
