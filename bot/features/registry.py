"""The explicit list of everything that members can do and of everything on the clock, in order."""

from datetime import tzinfo

from bot.features.accounts import handlers as people
from bot.features.accounts import jobs as people_jobs
from bot.features.activities import forms as activities_forms
from bot.features.activities import handlers as activities
from bot.features.activities import jobs as activities_jobs
from bot.features.activities import participation
from bot.features.activities import service as activities_service
from bot.features.broadcasts import handlers as broadcasts
from bot.features.broadcasts import jobs as broadcasts_jobs
from bot.features.calendar import handlers as calendar
from bot.features.integrity import broadcast as reminders
from bot.features.integrity import handlers as integrity
from bot.features.integrity import jobs as integrity_jobs
from bot.features.leave import handlers as leave
from bot.features.leave import makeups
from bot.features.leave import service as leave_service
from bot.features.notices import broadcast as notices_broadcast
from bot.features.notices import handlers as notices
from bot.features.notices import plain_notices
from bot.features.notices import reposts as notices_reposts
from bot.features.notices import service as notices_service
from bot.features.notices.cards import NOTICE
from bot.features.offices import handlers as offices
from bot.features.privacy import handlers as care
from bot.features.reflections import broadcast as tasks
from bot.features.reflections import forms as reflections_forms
from bot.features.reflections import handlers as reflections
from bot.features.roster import handlers as roster
from bot.features.roster import jobs as roster_jobs
from bot.features.roster import undoing as roster_undoing
from bot.features.study import broadcast as study_broadcast
from bot.features.study import handlers as study
from bot.features.study import jobs as study_jobs
from bot.features.study import service as study_service
from bot.features.tally import handlers as tally
from bot.features.todo import handlers as todo
from bot.features.todo import jobs as todo_jobs
from bot.kit import forms, parked, photos, undo
from bot.kit.activities import ACTIVITY_CARD
from bot.kit.broadcasts import Broadcast
from bot.kit.forms import Form
from bot.kit.handlers import Handler
from bot.kit.reposts import Anew
from bot.kit.undo import Steps
from scheduler.jobs import Job

# What goes to many at one time, and may be stopped and corrected.
BROADCASTS: list[Broadcast] = [
    *notices_broadcast.BROADCASTS,
    *study_broadcast.BROADCASTS,
    *reminders.BROADCASTS,
    *tasks.BROADCASTS,
]

# What is asked question by question; each has a letter of its own on its buttons.
FORMS: list[Form] = [activities_forms.FORM, plain_notices.FORM, reflections_forms.FORM]

# What somebody did last may stand in each of these, and the word 撤销 takes it back.
STEPS: list[Steps] = [
    participation.steps,
    activities_service.steps,
    notices_service.steps,
    leave_service.steps,
    leave_service.entered_steps,
    makeups.steps,
    study_service.steps,
    reflections.steps,
    roster_undoing.steps,
]

HANDLERS: list[Handler] = [
    *activities.HANDLERS,
    *leave.HANDLERS,
    *notices.HANDLERS,
    *study.HANDLERS,
    *reflections.HANDLERS,
    *integrity.HANDLERS,
    *calendar.HANDLERS,
    *tally.HANDLERS,
    *todo.HANDLERS,
    *people.HANDLERS,
    *roster.HANDLERS,
    *broadcasts.build(BROADCASTS),
    *offices.HANDLERS,
    *care.HANDLERS,
    *parked.HANDLERS,
    *forms.handlers(FORMS),
    *undo.handlers(STEPS, (ACTIVITY_CARD, NOTICE)),
]
# Whatever dialog a photo was handed in to goes on with it once its sender has confirmed.
HANDLERS += photos.handlers(HANDLERS)

# What is posted once more after an outage.
ANEW: list[Anew] = [notices_reposts.reposts, reminders.reposts]


def jobs(tz: tzinfo) -> list[Job]:
    """Every job, built for the branch's time zone.

    Those due at one instant run in this order: a reminder carries the month's prompt of the same morning.
    """
    return [
        *activities_jobs.build(tz),
        *integrity_jobs.build(tz),
        *study_jobs.build(tz),
        *todo_jobs.build(tz),
        *broadcasts_jobs.build(tz, BROADCASTS),
        *roster_jobs.build(tz),
        *people_jobs.build(tz),
    ]
