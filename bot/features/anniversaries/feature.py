"""政治生日 (R42): a greeting on the day, where the branch wants it; next month's list in the digest of the 25th."""

from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from bot.features.anniversaries import jobs, service
from bot.kit.digest import Part, Section
from bot.kit.feature import Feature
from bot.kit.words import cut
from scheduler.calendar.days import local_day, next_month
from scheduler.calendar.store import calendar_of
from storage.audience import Me

DIGEST_DAY, LONGEST = 25, 600


def _digest(session: Session, me: Me, week: date, now: datetime, tz: tzinfo) -> Section | None:
    """On the day of that digest alone."""
    today = local_day(now, tz)
    of_month = calendar_of(session, me.branch_id).on_or_before(today.replace(day=DIGEST_DAY))
    if today != of_month or not service.LIST.is_on(session, me.branch_id):
        return None
    month = next_month(today)
    found = service.of_month(session, me.branch_id, today, month.year, month.month)
    if not found:
        return None
    return Section(
        Part.ANNIVERSARIES, (cut(f"下月政治生日：{'、'.join(found)}。", LONGEST), f"下月政治生日{len(found)}人。")
    )


FEATURE = Feature(name="anniversaries", jobs=jobs.build, digest=_digest)
