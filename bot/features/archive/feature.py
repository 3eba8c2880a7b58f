"""The archive: a branch written into one document and read back, by the command line alone."""

from bot.kit.feature import Feature

FEATURE = Feature(name="archive")
