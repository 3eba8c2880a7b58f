"""What is changed of an activity after it was published, field by field."""

from bot.features.activity_changes import forms, handlers, jobs
from bot.kit.feature import Feature

FEATURE = Feature(
    name="activity_changes", handlers=handlers.HANDLERS, forms=[forms.FORM], jobs=jobs.build, titles=jobs.TITLES
)
