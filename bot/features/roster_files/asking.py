"""What a file of people does not settle, as questions: asked in chat, options on the command line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.features.roster_files.reading.rows import RosterRow, sheet_word
from bot.kit.words import Both

# The options of the command line that answer: who or what somebody or something is; and about an exemption.
SAME, EXEMPT = "same", "exempt"
# Somebody, or a group, that was not there before; a row that is left out.
NEW, NOBODY = "new", "none"
# What is alike in questions whether somebody is the one person of that name.
PERSON = "person"


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said, by `key_of`; used: which of it was asked for, so that an answer to nothing is not passed over."""

    said: Mapping[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def of(self, option: str, about: str, fits: Callable[[str], bool] = lambda said: True) -> str | None:
        """What was said about it; None, and not used, where it is no answer to that."""
        key = key_of(option, about)
        if key not in self.said or not fits(self.said[key]):
            return None
        self.used.add(key)
        return self.said[key]

    @property
    def unused(self) -> list[str]:
        return [f"--{key.replace(':', ' ', 1)}={self.said[key]}" for key in self.said if key not in self.used]


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a file. about: the words or the row that it is about; choices: value and label of each answer.

    latest: a day may be given instead, at the latest this one; span: or a first and a last day. subject: whom it is
    about. like: the same for questions that the first choice may settle together; all_like: how that is said of so
    many. order: where it stands in the file.
    """

    option: str
    about: str
    ask: Both
    choices: tuple[tuple[str, Both], ...]
    latest: date | None = None
    span: bool = False
    subject: str = ""
    like: str = ""
    all_like: str = "{}人都是"
    order: tuple[str, int] = ("", 0)

    @property
    def key(self) -> str:
        """By what its answer is kept."""
        return key_of(self.option, self.about)

    @property
    def answers(self) -> str:
        """How the command line answers it."""
        said = [f"--{self.option} '{self.about}={value}' ({label})" for value, label in self.choices]
        if self.latest is not None:
            said.append(f"--{self.option} '{self.about}=YYYY-MM-DD' (the last day, {self.latest} at the latest)")
        if self.span:
            said.append(f"--{self.option} '{self.about}=YYYY-MM-DD/YYYY-MM-DD' (the first and the last day)")
        return ", or ".join(said)

    def takes(self, value: str) -> bool:
        """Whether this is an answer."""
        if any(value == one for one, _ in self.choices):
            return True
        try:
            return self.latest is not None and date.fromisoformat(value) <= self.latest
        except ValueError:
            return False


class Undecided(ValueError):
    """The file cannot be laid over the branch before these are answered."""

    def __init__(self, questions: list[Question]) -> None:
        super().__init__("\n".join(f"{one.ask}\n  {one.answers}" for one in questions))
        self.questions = questions


def key_of(option: str, about: str) -> str:
    return f"{option}:{about}"


def place_words(row: RosterRow) -> str:
    """第3行, or 第二党小组表第3行."""
    return f"{sheet_word(row.sheet)}第{row.line}行"


def place(row: RosterRow) -> str:
    """The row of a file: 3, or 第二党小组!3 where it has several sheets."""
    return f"{row.sheet}!{row.line}" if row.sheet else str(row.line)
