"""A year day by day: a restart every day, SIGKILL at random moments, on a machine set to UTC; each key is sent once."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select

from bot.features.study import planning
from scheduler.calendar import BUNDLED
from storage.choices import JobRunState, OutboxState, StudyItemKind
from storage.engine import Storage
from storage.models.outbox import JobRun, Outbox
from tests.cast import Cast, make_branch
from tests.scheduler.year import SHANGHAI, day_file

FIRST, LAST = "2026-01-01", "2026-12-31"
BEFORE = datetime(2025, 12, 31, 9, tzinfo=SHANGHAI)
KILLS = 5
# The offices, a leader, a member and somebody who is exempt.
PEOPLE = ("甲一", "乙二", "丙一", "甲三", "甲五", "乙八")
# 中秋 and 国庆 share one; 元旦 2027 is not announced yet; 元旦 2026 was reminded of the year before.
REMINDED = ["02-12", "04-01", "04-28", "06-16", "09-22", "12-29"]


def test_a_year_says_everything_once(sqlite_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Storage(sqlite_url) as storage:
        with storage.transaction() as session:
            cast = make_branch(session, now=BEFORE, only=PEOPLE)
        plan_themes(storage, cast)
    kill_at_random(sqlite_url, log)
    with Storage(sqlite_url) as storage, storage.reading() as session:
        rows = session.scalars(select(Outbox)).all()
        daily = (JobRun.slot.like("____-__-__"), JobRun.slot >= FIRST)
        runs = session.scalars(select(JobRun.state).where(*daily)).all()
    heard = [line.split("\t") for line in log.read_text().splitlines()]
    once = Counter((when[:10], chat, text) for when, chat, text in heard)
    doubled = sum(times - 1 for times in once.values())
    # Whoever was killed between Telegram's answer and its row does not know: those are sent once more, and marked.
    assert doubled <= sum(row.resent for row in rows)
    assert {row.state for row in rows} <= {OutboxState.SENT, OutboxState.CANCELLED}
    assert sum(row.state is OutboxState.SENT for row in rows) == len(once)
    assert set(runs) == {JobRunState.PLANNED}

    def days(words: str) -> list[str]:
        return sorted({when[5:10] for when, _, text in heard if words in text})

    assert days("【节前廉洁提醒】") == REMINDED
    first_days = [BUNDLED.first_working_day(2026, month) for month in range(1, 13)]
    # On 1 April the prompt goes along with the reminder of 清明, before it.
    assert days("月学习】") == [f"{day:%m-%d}" for day in first_days]
    for words in ("【节前廉洁提醒】", "月学习】"):
        asked = Counter(chat for _, chat, text in once if words in text)
        assert len(set(asked.values())) == 1, "nobody is forgotten, nobody gets more than the others"


def plan_themes(storage: Storage, cast: Cast) -> None:
    """One a month, with a book that nobody will have learnt: entered over the year before, as far as the rules go."""
    with storage.transaction() as session:
        for month in range(1, 13):
            now = datetime(2026, month, 1, tzinfo=SHANGHAI) if month > 1 else BEFORE
            me = cast.me(session, "丙一", now.date())
            theme = planning.enter_theme(session, me, f"2026-{month:02}", f"{month}月主题", now, SHANGHAI)
            draft = planning.Draft(StudyItemKind.BOOK, f"书目{month}", date(2026, month, 28))
            planning.add_item(session, me, theme, draft, now, SHANGHAI)


def kill_at_random(url: str, log: Path) -> None:
    """Let the year be lived, by as many processes as it takes."""
    seed = random.Random(20260922)
    kills = [seed.uniform(1.5, 4) for _ in range(KILLS)]
    while True:
        command = [sys.executable, "-m", "tests.scheduler.year", url, str(log), FIRST, LAST, str(seed.random())[2:9]]
        with subprocess.Popen(command, env={**os.environ, "TZ": "UTC"}) as process:
            if not kills:
                assert process.wait() == 0
                return
            started = day_file(log).exists()
            while not started and process.poll() is None:
                started = day_file(log).exists()
                time.sleep(0.01)
            time.sleep(kills.pop())
            process.kill()
