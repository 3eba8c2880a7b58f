"""What talks say to norms: with whom somebody has talked (R15)."""

from collections.abc import Iterator

from bot.features.talks.buttons import OpenTalk
from bot.features.talks.figures import TALKS
from bot.kit.doors import ShowTalks
from bot.kit.figures import Counting
from bot.kit.glossary.choices import TALK_KINDS
from bot.kit.norms import Fact, Offer
from bot.kit.words import short_day


def _talks(counting: Counting) -> Iterator[Fact]:
    """One for each of those who talked with one another, whoever of them began it; what was said is nowhere."""
    for one in counting.of(TALKS):
        words = f"{short_day(one.on)} {TALK_KINDS[one.kind]}"
        for person_id in sorted({*one.people, *([one.talker.id] if one.talker.id else [])}):
            yield Fact(day=one.on, words=words, code=f"T{one.id}", opens=OpenTalk(one.id), person_id=person_id)


NORMS = (Offer("talk", _talks, does=ShowTalks()),)
