"""Ledger 16, 廉洁提醒发送记录: every reminder that went out, and who has read it."""

from sqlalchemy import select

from bot.features.integrity.figures import REMINDERS
from bot.features.integrity.rules import names as holiday_names
from bot.kit.access import Right
from bot.kit.ledger_books import Asked, Book, fixed, numbered, wholly
from bot.kit.ledgers import Cell, Ledger
from bot.kit.words import full_moment
from storage.lookups import names_of
from storage.models.reminder import Reminder

NAME = "廉洁提醒发送记录"
_WORDS = ("时间", "节日", "发送人数", "按时已阅", "未阅名单")


def reminders(asked: Asked) -> list[Ledger]:
    found = asked.counting.of(REMINDERS)
    if not found:
        return []
    session, tz = asked.session, asked.counting.tz
    names = names_of(session, {person for one in found.values() for person in one.audience_ids})
    query = select(Reminder).where(Reminder.id.in_(list(found))).order_by(Reminder.sent_at, Reminder.id)
    rows: list[list[Cell]] = []
    for row in session.scalars(query):
        one = found[row.id]
        unread = [names.get(person, "") for person in one.audience_ids if person not in one.acknowledged_ids]
        rows.append(
            [
                full_moment(row.sent_at, tz),
                holiday_names(row.holidays),
                one.audience,
                one.ack_on_time,
                "、".join(unread),
            ]
        )
    return [numbered(asked, NAME, _WORDS, rows)]


LEDGERS = fixed(Book((16, 0), NAME, reminders, wholly(Right.MAKE_REMINDER)))
