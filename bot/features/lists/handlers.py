"""清单: what is due and overdue of the register, by owner."""

from sqlalchemy.orm import Session

from bot.features.lists import buttons, messages, service
from bot.kit.access import Right
from bot.kit.handlers import Call, Command, Handler, Tap
from bot.kit.replies import Message, Reply, say


def show(session: Session, call: Call) -> Reply:
    return say(_page(session, call, 0))


def turn(session: Session, call: Call, button: buttons.ShowLists) -> Reply:
    return Reply(edit=_page(session, call, button.page))


def _page(session: Session, call: Call, number: int) -> Message:
    return messages.page(service.listed(session, call.me, call.today), call.today, number)


HANDLERS: list[Handler] = [
    Command(
        "lists",
        show,
        "清单",
        Right.SEE_LISTS,
        reads=True,
        more=53,
        group_at=7,
        group_label="本组清单",
        help="清单：有期限的事项，按责任主体列出，逾期的在前。",
        words=("到期", "逾期", "项目清单", "任务清单"),
    ),
    Tap(buttons.ShowLists, turn, reads=True, right=Right.SEE_LISTS, private=True),
]
