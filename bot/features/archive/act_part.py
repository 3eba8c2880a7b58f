"""The activities of an archive, with what goes together with them."""

from bot.features.archive import act_rows, act_writing
from bot.features.archive.acts import ACTIVITIES, ITEMS, LEAVE
from bot.features.archive.parts import Part

PART = Part(
    (ITEMS, ACTIVITIES, LEAVE), "activities", act_rows.read, act_rows.differs, act_rows.there, act_rows.clear,
    act_rows.lay, act_writing.write,
)  # fmt: skip
