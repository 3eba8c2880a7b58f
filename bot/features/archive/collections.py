"""The parts of an archive, in the order in which they are written and laid."""

from bot.features.archive import away, development, dues, exams, talk_rows
from bot.features.archive.parts import Parts

PARTS = Parts((away.PART, development.PART, dues.PART, exams.PART, talk_rows.PART))
