"""Words that act on nothing: thanks, greetings, 我来啦, 取消 where nothing is open, and what nobody understands.

Each is answered with what is likeliest meant, one tap away: what is open for this person, what of theirs stands, the
commands that look like what was typed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.kit import admission
from bot.kit.access import Reach, reach
from bot.kit.doors import door
from bot.kit.feature import Feature
from bot.kit.handing_in import Offers, is_something
from bot.kit.handlers import Call, Command, Handler, Otherwise, Word
from bot.kit.keyboard import label_of, offered
from bot.kit.likeness import likeness
from bot.kit.lists import two_a_row
from bot.kit.possible import Possible, Standing
from bot.kit.refusal import Nothing, Refusal
from bot.kit.replies import Choice, Message, Reply, say
from bot.kit.undo import NOTHING, Step, Steps, button_of, steps_of
from bot.kit.words import cut, is_courtesy, is_greeting, plain

NOT_UNDERSTOOD = "没有看懂。您是要："
WELCOME = "不客气。"
GREETING = "{name}同志，您好。请点下方按钮办理，发送“帮助”查看说明。"
ANSWERS = "您是要回复“{word}”吗？"
SEVERAL = "您是要回复哪一项？"
# What was asked for longer ago is not what thanks are about.
LATELY = timedelta(days=3)
SIGN_IN = "签到"
ON_A_BUTTON = 16
LIKE_ENOUGH, LONG = 0.5, 4
MOST = 3
SIGNS_IN = "您是要签到吗？"
_ARRIVED = re.compile(
    r"(?:我们?|本人|已经?|刚|也|马上)*(?:来|到|到达|到会|赶到)"
    r"(?:了|啦|咯|喽|会场|会议室|活动室|现场|单位|楼下|门口|[一二三四五六七八九\d]楼)*(?:了|啦|咯|喽)"
)
_TAKES_BACK = re.compile(
    r"(?:我|要|想|帮我|请|把|刚才的)*(?:取消|撤销|撤回)(?:一下|掉|了|我?的|刚才的)*(?P<what>签到|收到|回复|补学|学习|已学完|心得|提交)(?:了|吧|一下)?"
)
# What a step is called where it is typed by another word.
_CALLED = {"回复": "收到", "学习": "已学完", "心得": "提交"}
# Always offered where nothing likelier is found, in this order, to whom they are for.
USUAL = ("mine", "help")


@dataclass(frozen=True, slots=True)
class _Plain:
    """The handlers of all features, what is possible and what stands."""

    commands: Sequence[Command]
    features: Sequence[Feature]
    steps: Sequence[Steps]
    offers: Offers

    # --- what somebody may do --------------------------------------------------------------------------------------

    def _told(self, session: Session, call: Call) -> list[Possible]:
        told = [one.possible for one in self.features if one.possible is not None]
        return [one for each in told for one in each(session, call.me, call.now, call.tz)]

    def _possible(self, session: Session, call: Call) -> list[Possible]:
        return [one for one in self._told(session, call) if not one.done]

    def _asking(self, session: Session, call: Call, within: timedelta | None = None) -> list[Possible]:
        """What asks for an answer, of the card replied to alone; `within`: not what was asked before."""
        found = [one for one in self._possible(session, call) if one.asked is not None]
        if call.card is not None:
            return [one for one in found if one.card == call.card]
        return [one for one in found if within is None or one.asked is None or call.now - one.asked <= within]

    def _mine(self, call: Call) -> Iterator[Command]:
        """The commands that somebody may use, as the keyboard and the menu show them."""
        for command in self.commands:
            needed = admission.needs(command)
            held = needed is None or reach(call.me, needed) is not Reach.NONE
            if held and command.where is None and offered(command, call.me.duties, len(call.me.places) > 1):
                yield command

    # --- thanks and greetings --------------------------------------------------------------------------------------

    def courtesy(self, session: Session, call: Call) -> Reply:
        """好的: perhaps an answer to what was sent lately; nothing is recorded by it."""
        done = [one.done for one in self._told(session, call) if one.done and one.card == call.card]
        return _offer(self._asking(session, call, LATELY)) or say(done[0] if done else WELCOME)

    def greeting(self, session: Session, call: Call) -> Reply:
        may = [[one.does] for one in self._possible(session, call) if one.word == SIGN_IN]
        return say(Message(GREETING.format(name=call.me.name), may))

    def arrived(self, session: Session, call: Call) -> Reply:
        """我来啦: 签到 is offered while one may; else leave that stands is named, or from when one may sign in."""
        may = [one for one in self._possible(session, call) if one.word == SIGN_IN and call.card in (None, one.card)]
        if may:
            named = may[0].title if len(may) == 1 else ""
            rows = [
                [one.does if named else Choice(f"{SIGN_IN} {cut(one.title, ON_A_BUTTON)}", one.does.does)]
                for one in may
            ]
            return say(Message(f"{named}：{SIGNS_IN}" if named else SIGNS_IN, rows))
        standing = [one for one in self._standing(session, call) if call.card in (None, one.card)]
        if standing:
            return say(Message("\n".join(one.line for one in standing), [[one.does] for one in standing]))
        [signs_in] = [one for one in self.commands if one.menu == SIGN_IN]
        return signs_in.run(session, call)

    def taken_back(self, session: Session, call: Call) -> Reply:
        """撤销收到: the last such step of the ten minutes is offered to be taken back."""
        what = _step_named(call.text)
        steps = steps_of(session, call.me, call.now, self.steps)
        mine = [one for one in steps if one.what == what and call.card in (None, one.card)]
        if not mine:
            raise Refusal(NOTHING)
        last = max(mine, key=lambda one: one.at)
        return say(Message(_step_line(last), [[Choice(f"撤销{last.what}", button_of(last))]]))

    # --- where no handler has an answer ----------------------------------------------------------------------------

    def instead(self, session: Session, call: Call, nothing: Nothing) -> Reply:
        """Of what waits for another answer, if that is one thing; else the refusal."""
        offered = _offer(self._asking(session, call))
        return offered or (say(nothing.text) if nothing.text else self.not_understood(session, call))

    def not_understood(self, session: Session, call: Call) -> Reply:
        if is_something(call):
            return self.offers.came(session, call)
        mine = list(self._mine(call))
        shown = list(dict.fromkeys([*_like(call.text, mine), *self._open(session, call, mine)]))[:MOST]
        return say(
            Message(NOT_UNDERSTOOD, two_a_row([Choice(label_of(one, call.me.duties), door(one)) for one in shown]))
        )

    def _open(self, session: Session, call: Call, mine: Sequence[Command]) -> list[Command]:
        """签到 when a window is open, 请假 when something is ahead; then what everybody has."""
        may = [one.word for one in self._possible(session, call) if one.asked is None]
        named = [one for word in dict.fromkeys(may) for one in mine if one.menu == word]
        return named + [one for name in USUAL for one in mine if one.name == name]

    def nothing_open(self, session: Session, call: Call, said: str) -> Reply:
        """取消 undoes nothing by itself: what may be taken back is named, with its button."""
        standing = [one for one in self._standing(session, call) if call.card is None or one.card == call.card]
        done = {one.step for one in standing}
        steps = steps_of(session, call.me, call.now, self.steps)
        steps = [one for one in steps if call.card is None or one.card == call.card]
        last = max(steps, key=lambda one: one.at, default=None)
        lines, rows = [said, *(one.line for one in standing)], [[one.does] for one in standing]
        if last is not None and (last.what, last.row_id) not in done:
            lines.append(_step_line(last))
            rows.append([Choice(f"撤销{last.what}", button_of(last))])
        return say(Message("\n".join(filter(None, lines)), rows))

    def _standing(self, session: Session, call: Call) -> list[Standing]:
        told = [one.stands for one in self.features if one.stands is not None]
        return [one for stands in told for one in stands(session, call.me, call.now, call.tz)][:MOST]


def has_arrived(text: str) -> bool:
    return _ARRIVED.fullmatch(plain(text)) is not None


def _step_named(text: str) -> str:
    """签到 of 取消签到; nothing where no step is to be taken back."""
    found = _TAKES_BACK.fullmatch(plain(text))
    return "" if found is None else _CALLED.get(found["what"], found["what"])


def names_step(text: str) -> bool:
    return bool(_step_named(text))


def _step_line(step: Step) -> str:
    return f"10分钟内可以撤销{step.what}：{step.title}。"


def _offer(asking: Sequence[Possible]) -> Reply | None:
    """One: its own question; several: numbered, each with its button; none: no offer."""
    if not asking:
        return None
    if len(asking) == 1:
        return say(Message(ANSWERS.format(word=asking[0].word), [[asking[0].does]]))
    shown = asking[:8]
    lines = [SEVERAL, *(f"{at}. {one.title}" for at, one in enumerate(shown, 1))]
    taps = [Choice(f"{one.word}第{at}项", one.does.does) for at, one in enumerate(shown, 1)]
    return say(Message("\n".join(lines), two_a_row(taps)))


def _like(text: str, mine: Iterable[Command]) -> list[Command]:
    """The two that look most like what was typed, of those that look like it at all."""
    said = plain(text)
    scored = [(max((_likeness(said, word) for word in _words(one)), default=0.0), one) for one in mine]
    found = sorted((one for one in scored if one[0] >= LIKE_ENOUGH), key=lambda one: -one[0])
    return [one for _, one in found[: MOST - 1]]


def _likeness(said: str, word: str) -> float:
    """Half of a short word is one letter that was mistyped; half of a longer one (开始) is chance."""
    found = likeness(said, word)
    return found if found > LIKE_ENOUGH or len(word) < LONG else 0.0


def _words(command: Command) -> Iterator[str]:
    """Its label and all that may be typed for it."""
    for word in command.typed:
        yield from word.words


def handlers(
    others: Iterable[Handler], features: Sequence[Feature], steps: Sequence[Steps], offers: Offers
) -> list[Handler]:
    """Thanks, greetings, and what is said otherwise, over these features and their handlers."""
    plain_ones = _Plain([one for one in others if isinstance(one, Command)], features, steps, offers)
    return [
        Word((), plain_ones.courtesy, matches=is_courtesy, in_group=True),
        Word((), plain_ones.greeting, matches=is_greeting, in_group=True),
        Word((), plain_ones.arrived, matches=has_arrived, in_group=True),
        Word((), plain_ones.taken_back, matches=names_step, in_group=True),
        Otherwise(plain_ones.not_understood, plain_ones.nothing_open, plain_ones.instead, offers.came_in_parts),
    ]
