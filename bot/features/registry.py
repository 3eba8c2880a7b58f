"""The one list of features, in order, and what comes of it: everything that members can do, and all on the clock."""

from datetime import tzinfo

from bot.features.accounts import feature as accounts
from bot.features.activities import feature as activities
from bot.features.activity_changes import feature as activity_changes
from bot.features.anniversaries import feature as anniversaries
from bot.features.archive import feature as archive
from bot.features.attention import feature as attention
from bot.features.away import feature as away
from bot.features.broadcasts import feature as broadcasts
from bot.features.calendar import feature as calendar
from bot.features.closes import feature as closes
from bot.features.development import feature as development
from bot.features.dues import feature as dues
from bot.features.exams import feature as exams
from bot.features.finding import feature as finding
from bot.features.integrity import feature as integrity
from bot.features.kept_files import feature as kept_files
from bot.features.leave import feature as leave
from bot.features.ledgers import feature as ledgers
from bot.features.lists import feature as lists
from bot.features.menu import feature as menu
from bot.features.minutes import feature as minutes
from bot.features.month import feature as month
from bot.features.norms import feature as norms
from bot.features.notices import feature as notices
from bot.features.notices.cards import NOTICE
from bot.features.offices import feature as offices
from bot.features.privacy import feature as privacy
from bot.features.question_bank import feature as question_bank
from bot.features.readiness import feature as readiness
from bot.features.reflections import feature as reflections
from bot.features.register import feature as register
from bot.features.reminders import feature as reminders
from bot.features.report import feature as report
from bot.features.roster import feature as roster
from bot.features.roster_files import feature as roster_files
from bot.features.settings import feature as settings
from bot.features.study import feature as study
from bot.features.talks import feature as talks
from bot.features.tally import feature as tally
from bot.features.tally import keeping
from bot.features.todo import feature as todo
from bot.features.votes import feature as votes
from bot.kit import asking, form_families, handing_in, opening, parked, photos, plain_words, undo
from bot.kit.activities import ACTIVITY_CARD
from bot.kit.broadcasts import Broadcast
from bot.kit.feature import Feature
from bot.kit.figures import Figures, together
from bot.kit.form_families import Forms
from bot.kit.forms import Form
from bot.kit.handlers import Handler
from bot.kit.keyboard import with_words
from bot.kit.reposts import Anew
from bot.kit.titles import Titles
from bot.kit.undo import Steps
from scheduler.jobs import Job

_LISTED: tuple[Feature, ...] = (
    activities.FEATURE,
    votes.FEATURE,
    activity_changes.FEATURE,
    # Before leave: 回来了 of who is away ends that.
    away.FEATURE,
    leave.FEATURE,
    notices.FEATURE,
    talks.FEATURE,
    minutes.FEATURE,
    study.FEATURE,
    reflections.FEATURE,
    exams.FEATURE,
    question_bank.FEATURE,
    integrity.FEATURE,
    register.FEATURE,
    lists.FEATURE,
    finding.FEATURE,
    kept_files.FEATURE,
    calendar.FEATURE,
    settings.FEATURE,
    reminders.FEATURE,
    tally.FEATURE,
    closes.FEATURE,
    report.FEATURE,
    ledgers.FEATURE,
    norms.FEATURE,
    readiness.FEATURE,
    attention.FEATURE,
    todo.FEATURE,
    month.FEATURE,
    menu.FEATURE,
    accounts.FEATURE,
    roster.FEATURE,
    development.FEATURE,
    dues.FEATURE,
    anniversaries.FEATURE,
    roster_files.FEATURE,
    broadcasts.FEATURE,
    offices.FEATURE,
    privacy.FEATURE,
    archive.FEATURE,
)


def _built() -> tuple[Feature, ...]:
    """What serves all the others knows them, and what of its kind comes before it."""
    found = {one.name: one for one in _LISTED if one.across is None}
    for one in _LISTED:
        if one.across is not None:
            found[one.name] = one.across(tuple(found.values()))
    return tuple(found[one.name] for one in _LISTED)


FEATURES = _built()
# Of the jobs due at one instant these come first: a reminder carries the month's prompt of the same morning.
_FIRST = integrity.FEATURE

BROADCASTS: list[Broadcast] = [kind for feature in FEATURES for kind in feature.broadcasts]
# What is posted once more after an outage.
ANEW: list[Anew] = [feature.reposts for feature in FEATURES if feature.reposts is not None]
TITLES: dict[str, Titles] = {kind: titles for feature in FEATURES for kind, titles in feature.titles.items()}

# What is counted of a branch, in the order of a tally's JSON.
FIGURES: Figures = together(*(feature.figures for feature in FEATURES))

# What is kept of a branch for the officers of its superiors.
KEEPS = keeping.keeps_of(FEATURES)

# What is asked question by question; each has a letter of its own on its buttons.
FORMS: list[Form] = [form for feature in FEATURES for form in feature.forms]
FAMILIES: list[Forms] = [forms for feature in FEATURES for forms in feature.families]

# What somebody did last may stand in each of these, and the word 撤销 takes it back.
STEPS: list[Steps] = [steps for feature in FEATURES for steps in feature.steps]

# What a long text or a file may be handed in as.
OFFERS = handing_in.Offers([takes for feature in FEATURES for takes in feature.takes])

HANDLERS: list[Handler] = [one for feature in FEATURES for one in with_words(feature.handlers)]
HANDLERS += parked.HANDLERS
HANDLERS += form_families.handlers(FORMS, FAMILIES)
HANDLERS += undo.handlers(STEPS, (ACTIVITY_CARD, NOTICE))
HANDLERS += opening.handlers(HANDLERS)
HANDLERS += asking.handlers(HANDLERS)
HANDLERS += plain_words.handlers(HANDLERS, FEATURES, STEPS, OFFERS)
HANDLERS += handing_in.handlers(OFFERS)
# Whatever dialog a photo was handed in to goes on with it once its sender has confirmed.
HANDLERS += photos.handlers(HANDLERS)


def jobs(tz: tzinfo) -> list[Job]:
    """Every job, built for the branch's time zone. Those due at one instant run in this order."""
    ordered = (_FIRST, *(feature for feature in FEATURES if feature is not _FIRST))
    return [job for feature in ordered for job in feature.jobs(tz)]
