"""The keyboard that somebody should have by the offices held; what stands on it is told in kit/test_keyboard.py."""

from bot.features.registry import HANDLERS
from bot.kit.handlers import Command
from bot.kit.keyboard import keyboard
from storage.audience import Me
from storage.choices import Duty

COMMANDS = tuple(one for one in HANDLERS if isinstance(one, Command))


def somebody(*duties: Duty, places: tuple[int, ...] = ()) -> Me:
    leads = frozenset({1}) if Duty.GROUP_LEADER in duties else frozenset()
    return Me(id=1, name="甲一", branch_id=1, group_id=1, duties=frozenset(duties), leads=leads, places=places)


def keys_of(*duties: Duty, places: tuple[int, ...] = ()) -> list[list[str]]:
    return keyboard(COMMANDS, somebody(*duties, places=places))
