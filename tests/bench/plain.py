"""Rival (a): the bot that a first tutorial leads to. PTB as it comes, sqlite3, answer, then edit."""

import os
import sqlite3
from datetime import UTC, datetime

from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes

TABLE = """
CREATE TABLE IF NOT EXISTS tap (
    id INTEGER PRIMARY KEY, activity INTEGER NOT NULL, person INTEGER NOT NULL, at TEXT NOT NULL,
    UNIQUE (activity, person)
)
"""
INSERT = "INSERT OR IGNORE INTO tap (activity, person, at) VALUES (?, ?, ?)"


def opened(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(TABLE)
    connection.commit()
    return connection


async def sign_in(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    assert query.data is not None
    connection: sqlite3.Connection = context.bot_data["connection"]
    now = datetime.now(UTC).isoformat()
    connection.execute(INSERT, (int(query.data.split(":")[1]), query.from_user.id, now))
    connection.commit()
    await query.answer("已签到")
    await query.edit_message_text(f"已签到 {now}")


def main() -> None:
    root, path = os.environ["BOT_API_URL"], os.environ["DATABASE_URL"].removeprefix("sqlite:///")
    application = Application.builder().token(os.environ["BOT_TOKEN"]).base_url(f"{root}/bot").build()
    application.bot_data["connection"] = opened(path)
    application.add_handler(CallbackQueryHandler(sign_in, pattern="^si:"))
    application.run_polling()


if __name__ == "__main__":
    main()
