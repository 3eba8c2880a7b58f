"""Commands as inline buttons: what 更多 opens, and what is likeliest meant by words that nobody understands."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.kit import admission
from bot.kit.buttons import OLD_BUTTON
from bot.kit.doors import Look, Open
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply


def handlers(others: Sequence[Handler]) -> list[Handler]:
    """The two buttons over these commands; a command asks for its right itself."""
    commands = {one.name: one for one in others if isinstance(one, Command)}

    def tapped(session: Session, call: Call, button: Open | Look) -> Reply:
        command = commands.get(button.name)
        if command is None or command.reads is not isinstance(button, Look):
            raise Refusal(OLD_BUTTON)
        return replace(admission.run(command, session, replace(call, text="")), opened=command.name)

    return [Tap(Open, tapped, private=True), Tap(Look, tapped, reads=True, private=True)]
