"""What jobs, words, buttons and commands ask of the database is as many statements after years, and among many."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from bot.cli.main import cli
from bot.features.registry import FEATURES, HANDLERS, jobs
from bot.features.todo import service as todo
from bot.kit.handlers import CardView, Handler, Otherwise, Tap
from bot.kit.refusal import Refusal
from scheduler.due import Looked, ahead, due, next_at
from scheduler.jobs import Job
from scheduler.runs import Due, adopt, idle, run_slice
from storage.base import table
from storage.models.activity import Activity, Component
from storage.models.attendance import Attendance, LeaveRequest, Makeup
from storage.models.audit import Audit
from storage.models.dues import DuesMonth
from storage.models.inbox import Inbox
from storage.models.notice import Notice, Receipt
from storage.models.outbox import JobRun, Outbox, Promise
from storage.models.person import GroupSpan, MembershipSpan, Person, RosterSpan
from storage.models.reflection import Reflection, ReflectionPart, ReflectionTask
from storage.models.reminder import Acknowledgement, Reminder, ReminderAudience
from storage.models.study import MonthlyTheme, StudyCompletion, StudyItem
from tests.growth.conftest import Place
from tests.growth.counting import Said, scanned, statements
from tests.rights.branch import NOW, SHANGHAI
from tests.rights.table import TABLE
from tests.rights.trial import TakenBack, key, ready, subject_of

Equally = Callable[[Callable[[Place], list[Said]]], None]
# What is looked for that far ahead: the holidays of autumn among it.
SIGHT = timedelta(days=100)
JOBS = jobs(SHANGHAI)
# Takes away a slice of what it finds: where there is nothing to take away, that statement is not needed.
SWEEPS = {"tap:Sweep"}
TRIED = [
    one
    for one in HANDLERS
    if not isinstance(one, CardView) and not (isinstance(one, Tap) and one.operator) and key(one) not in SWEEPS
]
# The rest walks with the long tests.
OFTEN = [one for one in TRIED if key(one) in ("word:签到", "word:我的", "word:我的记录", "word:季度数据", "tap:SignIn")]
CARDS = [one for one in HANDLERS if isinstance(one, CardView)]
ROLES = ("secretary", "committee_officer", "group_leader", "member")


@contextmanager
def taken_back(place: Place) -> Iterator[Session]:
    with suppress(TakenBack), place.storage.transaction() as session:
        yield session
        raise TakenBack


def roles(handler: Handler) -> list[str]:
    """Of the most, of all branches, and of one's own: a group is asked as its branch is."""
    may = TABLE[key(handler)].may
    some = [role for role in ROLES if role in may and not (role == "group_leader" and "member" in may)]
    return some or sorted(may)[:1]


@pytest.mark.long
@pytest.mark.parametrize("handler", TRIED, ids=key)
def test_words_buttons_and_commands_of_the_chat(handler: Handler, equally: Equally) -> None:
    for role in roles(handler):
        equally(partial(tried, handler, role))


@pytest.mark.parametrize("handler", OFTEN, ids=key)
def test_what_is_typed_and_tapped_most(handler: Handler, equally: Equally) -> None:
    equally(partial(tried, handler, roles(handler)[0]))


def tried(handler: Handler, role: str, place: Place) -> list[Said]:
    made, case = place.made, TABLE[key(handler)]
    with taken_back(place) as session:
        run = ready(session, made, handler, case, made.accounts[role], made.here, made.here)
        with statements() as said, suppress(Refusal), session.begin_nested():
            run()
            session.flush()
    return said


@pytest.mark.parametrize("card", CARDS, ids=key)
def test_cards(card: CardView, equally: Equally) -> None:
    equally(partial(drawn, card))


def drawn(card: CardView, place: Place) -> list[Said]:
    with place.storage.reading() as session, statements() as said:
        card.render(session, subject_of(card, place.made.here), 1, NOW, SHANGHAI)
    return said


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_job_is_looked_for_planned_and_asked_again(job: Job, equally: Equally) -> None:
    equally(partial(looked_for, job))
    equally(partial(planned, job))
    equally(partial(missed, job))


def looked_for(job: Job, place: Place) -> list[Said]:
    """As every tick does, for all branches; and whom it concerns."""
    with place.storage.reading() as session, statements() as said:
        due(session, [job], NOW, Looked())
        next_at(session, [job], NOW, SIGHT)
        ahead(session, [job], NOW, NOW + SIGHT)
        if job.concerns is not None:
            job.concerns(session, NOW)
    return said


def first(session: Session, job: Job, place: Place) -> list[Due]:
    return ahead(session, [job], NOW, NOW + SIGHT, place.made.here.branch_id)[:1]


def planned(job: Job, place: Place) -> list[Said]:
    """Its next run for the branch, and one of its messages asked for again."""
    with taken_back(place) as session:
        found, known = first(session, job, place), adopt(session, [job.name], NOW)
        session.flush()
        session.expire_all()
        with statements() as said:
            for run in found:
                idle(session, found, run.occurrence.at, known)
                run_slice(session, run, run.occurrence.at, known)
                owed = list(run.job.plan(session, run.branch_id, run.occurrence, run.occurrence.at))
                if owed and job.still_owed is not None:
                    job.still_owed(session, dict(owed[-1].about), run.occurrence.at)
    return said


def missed(job: Job, place: Place) -> list[Said]:
    with taken_back(place) as session:
        found = first(session, job, place)
        with statements() as said:
            for run in found if job.missed is not None else ():
                list(job.missed(session, run.branch_id, run.occurrence))
    return said


# What is asked of every branch stays a look-up in each of them. Left out are pages of 数据管理 and 我的数据, which look
# for somebody in everything that there is, and a group's cards, looked for when its chat moves.
GROWING = {
    table(model).name
    for model in (
        Activity, Attendance, LeaveRequest, Makeup, Notice, Receipt, StudyItem, StudyCompletion, MonthlyTheme,
        ReflectionTask, Reflection, ReflectionPart, Reminder, ReminderAudience, Acknowledgement, Outbox, Promise,
        JobRun, StudyItem, Inbox, Audit, Person, RosterSpan, GroupSpan, MembershipSpan, Component, DuesMonth,
    )
}  # fmt: skip
LOOKED_THROUGH = [
    one for one in TRIED if isinstance(one, Otherwise) or not one.run.__module__.startswith("bot.features.privacy")
]


@pytest.mark.long
@pytest.mark.parametrize("handler", LOOKED_THROUGH, ids=key)
def test_no_table_is_read_from_end_to_end_for_somebody(handler: Handler, places: list[Place]) -> None:
    said = tried(handler, roles(handler)[0], places[0])
    with places[0].storage.reading() as session:
        assert scanned(session, said) & GROWING == set()


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_no_table_is_read_from_end_to_end_for_a_job(job: Job, places: list[Place]) -> None:
    said = [*looked_for(job, places[0]), *planned(job, places[0]), *missed(job, places[0])]
    with places[0].storage.reading() as session:
        assert scanned(session, said) & GROWING == set()


COMMANDS = (
    "tally --branch 1",
    "timetable",
    "timetable --branch 1",
    "timetable --branch 1 --from 2023-07-10 --to 2023-07-15",
    "owed",
    "branch list",
    "export --branch 1 --archive archive.json",
)


@pytest.mark.parametrize("words", COMMANDS)
def test_pages_of_the_command_line(
    words: str, equally: Equally, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def asked(place: Place) -> list[Said]:
        monkeypatch.chdir(tmp_path_factory.mktemp("command"))
        where = {"DATABASE_URL": f"sqlite:///{place.storage.url.database}"}
        with statements() as said:
            result = CliRunner().invoke(cli, words.split(), env=where)
        assert result.exit_code == 0, result.output
        return said

    equally(asked)


def test_what_one_person_owes_is_what_the_branch_knows_of_it(places: list[Place]) -> None:
    """Narrowed to one person it is asked in other statements."""
    five_years = places[1]
    branch_id, people = five_years.made.here.branch_id, five_years.made.here.people
    with five_years.storage.reading() as session:
        for when in (NOW, NOW - timedelta(days=90)):
            owed = todo.owing(session, FEATURES, branch_id, when, SHANGHAI)
            assert len({item.key.partition(":")[0] for item in owed}) > 2
            for person in people.values():
                mine = [item for item in owed if item.person_id == person]
                assert todo.owing(session, FEATURES, branch_id, when, SHANGHAI, person) == mine
