"""A notice keeps its words alone: heading and deadline are made of what its row says."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NOTICE = sa.table(
    "notice",
    *map(sa.column, ("id", "activity_id", "text")),
    sa.column("reply_by", sa.DateTime(timezone=True)),
)
HEAD = "【通知】"
DEADLINE = re.compile(r"\n请于[^\n]*前回复(?:“收到”)?。$")
# The earlier version wrote a deadline in the branch's time; all branches have one.
CHINA = timezone(timedelta(hours=8))


def _reword(how: Callable[[sa.RowMapping], str]) -> None:
    bind = op.get_bind()
    for row in bind.execute(sa.select(NOTICE).where(NOTICE.c.text != "")).mappings().all():
        text = how(row)
        if text != row["text"]:
            bind.execute(sa.update(NOTICE).where(NOTICE.c.id == row["id"]).values(text=text))


def _words(row: sa.RowMapping) -> str:
    text: str = DEADLINE.sub("", row["text"])
    return text.removeprefix(HEAD) if row["activity_id"] is None else text


def _whole(row: sa.RowMapping) -> str:
    plain = row["activity_id"] is None
    head, answer = (HEAD, "“收到”") if plain else ("", "")
    return f"{head}{row['text']}\n请于{_moment(row['reply_by'])}前回复{answer}。"


def _moment(instant: datetime) -> str:
    at = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(CHINA)
    return f"{at.month}月{at.day}日（周{'一二三四五六日'[at.weekday()]}）{at:%H:%M}"


def upgrade() -> None:
    _reword(_words)


def downgrade() -> None:
    _reword(_whole)
