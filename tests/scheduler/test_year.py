"""A year (or a month) day by day: a restart every day, SIGKILL at random, on a machine set to UTC; all is sent once."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.features.study import planning
from scheduler.calendar.days import BUNDLED
from storage.choices import JobRunState, OutboxState, StudyItemKind
from storage.engine import Storage
from storage.models.outbox import JobRun, Outbox
from tests.cast import Cast, make_branch
from tests.scheduler.year import SHANGHAI, day_file

SPANS = [
    # from, to, after so many seconds a SIGKILL each
    pytest.param("2026-09-16", "2026-10-10", [(0.2, 0.6)], id="month"),
    pytest.param("2026-01-01", "2026-12-31", [(1.5, 4)] * 5, id="year", marks=pytest.mark.long),
]
# The offices, a leader, a member and somebody who is exempt.
PEOPLE = ("甲一", "乙二", "丙一", "甲三", "甲五", "乙八")
# 中秋 and 国庆 share one; 元旦 2027 is not announced yet; 元旦 2026 was reminded of the year before.
REMINDED = ["02-12", "04-01", "04-28", "06-16", "09-22", "12-29"]


@pytest.mark.parametrize(("first", "last", "kills"), SPANS)
def test_a_year_says_everything_once(
    first: str, last: str, kills: list[tuple[float, float]], sqlite_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    begin = datetime.fromisoformat(f"{first} 09:00").replace(tzinfo=SHANGHAI) - timedelta(days=1)
    prompts = [day for month in range(1, 13) if first <= f"{(day := BUNDLED.first_working_day(2026, month))}" <= last]
    with Storage(sqlite_url) as storage:
        with storage.transaction() as session:
            cast = make_branch(session, now=begin, only=PEOPLE)
        plan_themes(storage, cast, begin, prompts)
    kill_at_random(sqlite_url, log, first, last, kills)
    with Storage(sqlite_url) as storage, storage.reading() as session:
        rows = session.scalars(select(Outbox)).all()
        daily = (JobRun.slot.like("____-__-__"), JobRun.slot >= first)
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

    assert days("【节前廉洁提醒】") == [day for day in REMINDED if first[5:] <= day <= last[5:]] != []
    # On 1 April the prompt goes along with the reminder of 清明, before it.
    assert days("月学习】") == [f"{day:%m-%d}" for day in prompts] != []
    for words in ("【节前廉洁提醒】", "月学习】"):
        asked = Counter(chat for _, chat, text in once if words in text)
        assert len(set(asked.values())) == 1, "nobody is forgotten, nobody gets more than the others"


def plan_themes(storage: Storage, cast: Cast, begin: datetime, prompts: list[date]) -> None:
    """One a month, with a book that nobody will have learnt: entered over the year before, as far as the rules go."""
    with storage.transaction() as session:
        for month in [day.month for day in prompts]:
            now = datetime(2026, month, 1, tzinfo=SHANGHAI) if month > 1 else begin
            me = cast.me(session, "丙一", now.date())
            theme = planning.enter_theme(session, me, f"2026-{month:02}", f"{month}月主题", now, SHANGHAI)
            draft = planning.Draft(StudyItemKind.BOOK, f"书目{month}", date(2026, month, 28))
            planning.add_item(session, me, theme, draft, now, SHANGHAI)


def kill_at_random(url: str, log: Path, first: str, last: str, after: list[tuple[float, float]]) -> None:
    """Let the days be lived, by as many processes as it takes."""
    seed = random.Random(20260922)
    kills = [seed.uniform(*seconds) for seconds in after]
    while True:
        command = [sys.executable, "-m", "tests.scheduler.year", url, str(log), first, last, str(seed.random())[2:9]]
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
