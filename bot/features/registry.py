"""The explicit list of everything that members can do and of everything on the clock, in order."""

from datetime import tzinfo

from bot.features.activities import handlers as activities
from bot.features.activities import jobs as activities_jobs
from bot.features.care import handlers as care
from bot.features.integrity import handlers as integrity
from bot.features.integrity import jobs as integrity_jobs
from bot.features.people import handlers as people
from bot.features.reflections import handlers as reflections
from bot.features.study import handlers as study
from bot.features.study import jobs as study_jobs
from bot.features.tally import handlers as tally
from bot.features.todo import handlers as todo
from bot.features.todo import jobs as todo_jobs
from bot.kit import photos
from bot.kit.handlers import Handler
from scheduler.jobs import Job

HANDLERS: list[Handler] = [
    *activities.HANDLERS,
    *study.HANDLERS,
    *reflections.HANDLERS,
    *integrity.HANDLERS,
    *tally.HANDLERS,
    *todo.HANDLERS,
    *people.HANDLERS,
    *care.HANDLERS,
]
# Whatever dialog a photo was handed in to goes on with it once its sender has confirmed.
HANDLERS += photos.handlers(HANDLERS)


def jobs(tz: tzinfo) -> list[Job]:
    """Every job, built for the branch's time zone.

    Those due at one instant run in this order: a reminder carries the month's prompt of the same morning.
    """
    return [*activities_jobs.build(tz), *integrity_jobs.build(tz), *study_jobs.build(tz), *todo_jobs.build(tz)]
