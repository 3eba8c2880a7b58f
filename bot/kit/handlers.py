"""The kinds of handlers that a feature declares beside its functions, and what one of them is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import wraps
from typing import Any

from sqlalchemy.orm import Session

from bot.kit.access import Right
from bot.kit.buttons import Button
from bot.kit.refusal import Nothing
from bot.kit.replies import Message, Reply
from bot.kit.seats import Seat
from bot.kit.words import plain
from storage.audience import Me
from storage.choices import Duty
from storage.models.dialog import Dialog


@dataclass(frozen=True, slots=True)
class File:
    """A file as Telegram announces it: nothing of it is trusted or fetched yet."""

    kind: str
    file_id: str
    file_unique_id: str
    name: str | None = None
    mime_type: str | None = None
    size: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "file_id": self.file_id,
            "file_unique_id": self.file_unique_id,
            "name": self.name,
            "mime_type": self.mime_type,
            "size": self.size,
        }


@dataclass(frozen=True, slots=True)
class Heard:
    """A message, or an edit of one, as the inbox keeps it: `at`: when it was sent; `files`: whether it carries any.

    units: the length of the text, of which nothing else is kept where it was refused on arrival.
    did: what was recorded by it, as the answer said (Reply.did).
    """

    update_id: int
    chat_id: int
    message_id: int
    text: str
    at: datetime
    files: bool
    handled_at: datetime | None
    did: str
    units: int

    def row(self, subject: str) -> int | None:
        """The row that it recorded, if that is one of these."""
        kind, _, number = self.did.partition(":")
        return int(number) if kind == subject else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One update as plain values, before anybody is known: where, when, what was typed, tapped or handed in.

    `sent_at`: when the message was sent, to the second, however often it was edited since. `commands`: all that there
    are, for whoever shows a keyboard or the help.
    """

    update_id: int
    telegram_id: int
    chat_id: int
    private: bool
    message_id: int | None
    now: datetime
    tz: tzinfo
    bot_name: str
    text: str = ""
    files: tuple[File, ...] = ()
    card: tuple[str, int] | None = None
    facts: dict[str, Any] | None = None
    content: Any = None
    sent_at: datetime | None = None
    commands: "tuple[Command, ...]" = ()

    @property
    def today(self) -> date:
        return self.now.astimezone(self.tz).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Visit):
    """A visit of somebody known. `card` is the card replied to in a group; `text` is what was typed.

    `content` is what an Answer's `reads_file` made of the file handed in; `ready` what the handler's `prepare` made.
    `before`: an edited message as it was, where that is known.
    """

    me: Me
    ready: Any = None
    before: Heard | None = None


@dataclass(frozen=True, slots=True)
class Tap:
    """A tapped button. `reads`: only looks, and may therefore be slow without holding the writer.

    `prepare`: what is slow before something is written (a drawn sheet); it reads, and `run` finds it in the call.
    `operator`: of the account of OPERATOR_ID alone, which need be nobody in any branch: `run` gets the visit.
    `right`: only for who holds it at all, whose reach is not NONE; how far it goes (to the own group, the own field,
    these contents) the service asks, which knows the row. `private`: refused in a group, where everybody reads the
    answer. Both are asked before the handler runs (bot/kit/admission.py), and it asks for neither again.
    """

    button: type[Button]
    run: Callable[[Session, Any, Any], Reply]
    reads: bool = False
    prepare: Callable[[Session, Call, Any], Any] | None = None
    operator: bool = False
    right: Right | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """/name in a private chat, with its line in the menu of those who have the right (None: everybody).

    Whoever has it not is refused, as with a Tap; `only_shown`: gets an answer of one's own instead. `duty`: shown only
    to who holds this very office. `several`: only for those who act for more than one organisation. `parted`: also for
    who has left.
    `where`: the organisations in which it is offered, on no key and in no menu of commands (党费, which a branch
    switches on); typed elsewhere it says why not itself.
    `keys`: where it stands on the keyboard of whom (bot/kit/seats.py). `more`: its place in 更多 of whoever has no key
    for it, 31 is the first of the third section; 0: it has none; `desk_more`: of the desk, where that is another.
    `group_at`: its place on the page 本组 of a party
    group's leader, as `group_label`. `help`: its line in the help of whoever has the key.
    What stands on the keys or ever stood there (`labels`) is understood when typed, also while a question is open, and
    so are the plain `words`, which then answer the question. `in_group`: the labels too, in reply to a card.
    `hands_in`: as of a Word.
    """

    name: str
    run: Callable[[Session, Call], Reply]
    menu: str
    right: Right | None = None
    reads: bool = False
    only_shown: bool = False
    duty: Duty | None = None
    several: bool = False
    parted: bool = False
    where: Callable[[Session, int], bool] | None = None
    keys: Mapping[Seat, int] = field(default_factory=dict, hash=False)
    more: int = 0
    desk_more: int = 0
    group_at: int = 0
    group_label: str = ""
    help: str = ""
    labels: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    in_group: bool = False
    hands_in: bool = False

    @property
    def typed(self) -> "tuple[Word, ...]":
        """What may be typed for it: the labels, and the words."""
        labels = tuple(dict.fromkeys(one for one in (self.menu, self.group_label, *self.labels) if one))
        right = None if self.only_shown else self.right
        of_labels = Word(
            labels,
            self.run,
            label=True,
            reads=self.reads,
            in_group=self.in_group,
            parted=self.parted,
            right=right,
            hands_in=self.hands_in,
        )
        return (of_labels, *([replace(of_labels, words=self.words, label=False)] if self.words else []))


def spoken(matches: Callable[[str], bool]) -> Callable[[str], bool]:
    """The same of what somebody says, and not of a table that was pasted: its columns are parted by tabs."""

    @wraps(matches)
    def of_words(text: str) -> bool:
        return "\t" not in text and matches(text)

    return of_words


@dataclass(frozen=True, slots=True)
class Word:
    """Plain words that do what a button does. A `label` (on the keyboard, or never an answer) wins over an open dialog.

    `matches` serves words that cannot be listed (三季度, 2023Q3). `in_group`: also in a group, in reply to a card; its
    answer there goes to who has said it, in private; any other means nothing there. `parted`: also for who has left.
    `right`: as of a Tap. `offers`: it records nothing, so that it is rather the answer to a soft question.
    perhaps: a text like any other may mean it (a name): it is asked in private alone and where no other word fits, or
    the one that does says Nothing; where it says Nothing itself the next of these is asked. hands_in: it asks for what
    is handed in: below a file it names that, and opens nothing.
    """

    words: tuple[str, ...]
    run: Callable[[Session, Call], Reply]
    label: bool = False
    reads: bool = False
    matches: Callable[[str], bool] | None = None
    in_group: bool = False
    parted: bool = False
    right: Right | None = None
    offers: bool = False
    perhaps: bool = False
    hands_in: bool = False

    def fits(self, text: str) -> bool:
        return self.lists(text) or (self.matches is not None and self.matches(text))

    def lists(self, text: str) -> bool:
        """Whether it is one of the listed words: full width is as good as half, and courtesy does not count."""
        return plain(text) in (word.replace(" ", "") for word in self.words)


@dataclass(frozen=True, slots=True)
class Answer:
    """The text or files that a dialog step waits for, in a private chat. `called`: what is being filled in, as 取消
    says it (已取消填写：补学。); `cancelled`: what it does beside closing the dialog, and says instead; with or without
    the `right`, which is as of a Tap.

    reads_file: the step wants the file itself, of at most `largest` bytes. It is fetched and read before any
    transaction begins; what this makes of it is the call's `content`. Raises Refusal for what cannot be read.
    reads_which: which files it wants so; the others are as Telegram announces them. True of all.
    refuses_files: it says itself what it takes instead of a file that came without words.
    takes_files: does the question that is open now take any? A photo for one that takes none waits for no tick.
    edited: what an edit of an answer (`call.before`) changes while the question is open; None: nothing any more.
    pieces: every message is a part of one answer, so that a text in several messages is as good as in one. measure:
    what the open question asks for, and how long that may be. forget: ask again for what one of these texts has
    answered; False: it is answered for good.
    soft: nobody has to answer: words that are known pass it by, and so does what this is not true of.
    """

    step: str
    run: Callable[[Session, Call, Dialog], Reply]
    cancelled: Callable[[Session, Call, Dialog], Reply] | None = None
    called: str = ""
    reads_file: Callable[[bytes], Any] | None = None
    largest: int = 2 * 1024 * 1024
    reads_which: Callable[[File], bool] = lambda file: True
    right: Right | None = None
    takes_files: Callable[[Dialog], bool] = lambda dialog: True
    refuses_files: bool = False
    edited: Callable[[Session, Call, Dialog], Reply | None] = lambda session, call, dialog: None
    pieces: bool = False
    measure: Callable[[Dialog], tuple[str, int | None]] = lambda dialog: ("内容", None)
    forget: Callable[[Session, Call, Dialog, Sequence[str]], bool] = lambda session, call, dialog, texts: False
    soft: Callable[[Session, Call, Dialog], bool] | None = None


def no_files(dialog: Dialog) -> bool:
    """Of an Answer that is words alone: a file with words under it is refused, so that neither is dropped unsaid."""
    return False


@dataclass(frozen=True, slots=True)
class Start:
    """/start, with or without a payload: the one door for people who are not known yet. False: not its payload."""

    prefix: str
    run: Callable[[Session, Visit, str], Reply]


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody edited a message of theirs; None when the feature does not know it, or nothing of it stands any more.

    What the message has recorded is in `call.before`: an edit changes none of that, and is told what stands. in_group:
    also of what was said in a group; any other keeps messages of private chats alone, and those of a group are numbered
    apart.
    """

    run: Callable[[Session, Call], Reply | None]
    in_group: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """What comes from whoever it may be: my_chat_member, migrated, contact. `facts` of the visit say what."""

    kind: str
    run: Callable[[Session, Visit], Reply]


@dataclass(frozen=True, slots=True)
class CardView:
    """How a live card of this kind looks now; None when there is nothing left to show.

    lives: when it will next change by itself, None when it no longer will; while that is soon it is shown again after
    each rest. passing: closed when it no longer lives, and until then looked for, also after a restart. offers: what
    is said in private to a reply in the group that nobody understands; None: nothing of its own.
    """

    kind: str
    render: Callable[[Session, int, int, datetime, tzinfo], Message | None]
    lives: Callable[[Session, int], datetime | None] | None = None
    passing: bool = False
    offers: Callable[[Session, int, tzinfo], Message | None] = lambda session, subject_id, tz: None


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What is said where no handler has an answer: `not_understood`: to a text that means nothing to any of them.

    nothing_open: to 取消 where no question is open, with what was said before that. instead: where what a word answers
    (收到) does not wait, with that refusal. in_parts: to the last of the messages of one long text, with the others.
    """

    not_understood: Callable[[Session, Call], Reply]
    nothing_open: Callable[[Session, Call, str], Reply]
    instead: Callable[[Session, Call, Nothing], Reply]
    in_parts: Callable[[Session, Call, Sequence[Heard]], Reply]


Handler = Tap | Command | Word | Answer | Start | Edited | Service | CardView | Otherwise
