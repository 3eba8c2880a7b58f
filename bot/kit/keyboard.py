"""The keyboard that stays and the lines of the help, as the commands declare them: for each what the offices allow."""

from collections.abc import Collection, Iterable, Iterator

from bot.kit.access import TABLE, Reach
from bot.kit.handlers import ANYBODY, Command, Handler, HelpGroup, Key
from storage.audience import Me
from storage.choices import Duty

IN_A_ROW = 2
# Lines of commands that have no key come last in their group.
_LAST = 1_000
_WIDTH = {reach: width for width, reach in enumerate(Reach)}


def offered(command: Command, duties: Collection[Duty], several: bool) -> bool:
    """Whether it is for somebody with these offices: only what is shown, every command asks for the right again."""
    if command.several and not several:
        return False
    return command.right is None or _widest(command, duties) is not None


def _widest(command: Command, duties: Collection[Duty]) -> Duty | None:
    """The office by which the command's right goes furthest; None: it gives none, or asks for none."""
    if command.right is None:
        return None
    reaches = TABLE[command.right]
    held = [duty for duty in Duty if duty in duties and reaches.get(duty, Reach.NONE) is not Reach.NONE]
    return max(held, key=lambda duty: _WIDTH[reaches[duty]], default=None)


def key_of(command: Command, me: Me) -> Key | None:
    """The key that somebody has for a command."""
    if not offered(command, me.duties, len(me.places) > 1):
        return None
    return command.keys.get(_widest(command, me.duties), command.keys.get(ANYBODY))


def keyboard(commands: Iterable[Command], me: Me) -> list[list[str]]:
    """Somebody's labels in rows of two; what others have besides leaves no gaps."""
    keys = [(key.at, command.label(key)) for command in commands if (key := key_of(command, me)) is not None]
    labels = [label for _, label in sorted(keys)]
    return [labels[at : at + IN_A_ROW] for at in range(0, len(labels), IN_A_ROW)]


def help_lines(commands: Iterable[Command], me: Me, *groups: HelpGroup) -> list[str]:
    """The lines of these groups for somebody, in the order of the keys."""
    found = [(command.group, *_help(command, me)) for command in commands if command.group in groups]
    return [line for _, _, line in sorted(found, key=lambda one: one[:2]) if line]


def _help(command: Command, me: Me) -> tuple[int, str]:
    key = key_of(command, me)
    if key is not None:
        return key.at, key.help or command.help
    if command.keys or not offered(command, me.duties, len(me.places) > 1):
        return _LAST, ""
    return _LAST, command.help


def with_words(handlers: Iterable[Handler]) -> Iterator[Handler]:
    """Each command together with what may be typed for it."""
    for handler in handlers:
        yield handler
        if isinstance(handler, Command) and (word := handler.word) is not None:
            yield word
