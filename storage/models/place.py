"""Which of several organisations somebody acts for now, and what was last told to Telegram of command menus."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Model
from storage.personal import nothing_personal, owner


class ChosenPlace(Model):
    """The choice of /switch; without a row (or after that office has ended) it is the own branch."""

    __tablename__ = "chosen_place"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, info=owner(goes=True))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    chosen_at: Mapped[datetime]


class OwnKeyboard(Model):
    """The keyboard that stays in a private chat, as it was sent last. `digest` is of its labels; `due_at`: since when
    another one is due that no answer could carry; `latest`: the function of 更多 that was opened last.
    """

    __tablename__ = "own_keyboard"

    telegram_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, info=owner(goes=True))
    digest: Mapped[str] = mapped_column(info=nothing_personal())
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    latest: Mapped[str] = mapped_column(info=nothing_personal())


class CommandMenu(Model):
    """A longer command menu that a private chat has: kept, so that whoever loses an office while the bot is down
    loses the menu too. `digest` is of the bot and the commands.
    """

    __tablename__ = "command_menu"

    telegram_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, info=owner(goes=True))
    digest: Mapped[str] = mapped_column(info=nothing_personal())
