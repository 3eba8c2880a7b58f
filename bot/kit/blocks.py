"""What has to be settled before a quarter is closed (D6, D20), as every feature tells it of its own."""

from collections.abc import Callable, Iterable

from bot.kit.figures import Counting
from bot.kit.owing import Waiting

# What of the counted period still waits, whoever may settle it, of the groups that it is narrowed to; nothing that
# takes no step any more.
Blocks = Callable[[Counting], Iterable[Waiting]]
