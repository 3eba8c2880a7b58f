"""Rival (b): PTB with concurrent updates and async SQLAlchemy; the same row, answer and edit."""

import os
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import UniqueConstraint, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes

# Seconds: with many writers at once the default of 5 would lose taps to "database is locked".
PATIENCE = 60


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "tap"
    __table_args__ = (UniqueConstraint("activity", "person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    activity: Mapped[int]
    person: Mapped[int]
    at: Mapped[datetime]


def engine_of(url: str) -> AsyncEngine:
    engine = create_async_engine(
        url.replace("sqlite://", "sqlite+aiosqlite://"), connect_args={"timeout": PATIENCE}, pool_timeout=PATIENCE
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    return engine


async def sign_in(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    assert query.data is not None
    sessions: async_sessionmaker[AsyncSession] = context.bot_data["sessions"]
    now = datetime.now(UTC)
    values = {"activity": int(query.data.split(":")[1]), "person": query.from_user.id, "at": now}
    async with sessions.begin() as session:
        await session.execute(insert(Row).values(**values).on_conflict_do_nothing())
    await query.answer("已签到")
    await query.edit_message_text(f"已签到 {now}")


async def open_database(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    engine = engine_of(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    application.bot_data["engine"] = engine
    application.bot_data["sessions"] = async_sessionmaker(engine, expire_on_commit=False)


async def close_database(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    await application.bot_data["engine"].dispose()


def main() -> None:
    builder = Application.builder().token(os.environ["BOT_TOKEN"]).base_url(f"{os.environ['BOT_API_URL']}/bot")
    builder = builder.concurrent_updates(True).post_init(open_database).post_shutdown(close_database)
    application = builder.build()
    application.add_handler(CallbackQueryHandler(sign_in, pattern="^si:"))
    application.run_polling()


if __name__ == "__main__":
    main()
