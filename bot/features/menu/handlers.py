"""更多, 本组, 帮助: the doors to everything that somebody may do."""

from sqlalchemy.orm import Session

from bot.features.menu import messages
from bot.features.menu.messages import OpenSection
from bot.kit import own_keyboards
from bot.kit.access import NO_RIGHT
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.keyboard import help_lines, keyboard, more, of_own_group
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.seats import ALL_SEATS, LAST_KEY, LAST_ROW, OF_FIELDS, Seat, keys, seat_of
from storage.choices import Duty

CLOSED = "这里没有您可以办理的事项。"


def _here(session: Session, call: Call) -> list[Command]:
    """Without what is not offered in the organisation acted for."""
    return [one for one in call.commands if one.where is None or one.where(session, call.me.branch_id)]


def show_more(session: Session, call: Call) -> Reply:
    return say(_more(session, call))


def _more(session: Session, call: Call) -> Message:
    found = more(_here(session, call), call.me)
    return messages.more(found, own_keyboards.latest(session, call.telegram_id))


def open_section(session: Session, call: Call, button: OpenSection) -> Reply:
    """What is behind the door for who taps now; an office may have ended since it was shown."""
    if not button.section:
        return Reply(edit=_more(session, call))
    found = more(_here(session, call), call.me)
    which = next((each for each in found if each == button.section and each.title), None)
    if which is None:
        raise Refusal(CLOSED)
    return Reply(edit=messages.section(which, found[which]))


def show_group(session: Session, call: Call) -> Reply:
    if Duty.GROUP_LEADER not in call.me.duties:
        raise Refusal(NO_RIGHT)
    return say(messages.of_group(of_own_group(call.commands, call.me)))


def show_help(session: Session, call: Call) -> Reply:
    lines, below = help_lines(_here(session, call), call.me), seat_of(call.me.duties) is Seat.BELOW
    return say(messages.help_page(lines, keyboard(call.commands, call.me), below=below))


HANDLERS: list[Handler] = [
    Command("more", show_more, "更多", reads=True, keys=keys(LAST_KEY, *ALL_SEATS)),
    Command(
        "group",
        show_group,
        "本组",
        duty=Duty.GROUP_LEADER,
        reads=True,
        keys=keys(LAST_ROW, Seat.GROUP, *OF_FIELDS),
        more=19,
    ),
    Command("help", show_help, "帮助", reads=True, more=91, words=("怎么用", "菜单")),
    Tap(OpenSection, open_section, reads=True, private=True),
]
