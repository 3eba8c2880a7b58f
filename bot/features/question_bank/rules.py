"""What a question is: read from a text or the cells of a row, every fault named. No I/O."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

from storage.choices import QuestionKind

LONGEST, LONGEST_OPTION, MOST_OPTIONS, MOST_NUMBERS = 500, 200, 8, 200
LETTERS = "ABCDEFGH"
KINDS = {
    "单选": QuestionKind.SINGLE, "单选题": QuestionKind.SINGLE, "单项选择题": QuestionKind.SINGLE,
    "多选": QuestionKind.SEVERAL, "多选题": QuestionKind.SEVERAL, "多项选择题": QuestionKind.SEVERAL,
    "判断": QuestionKind.TRUE_FALSE, "判断题": QuestionKind.TRUE_FALSE,
}  # fmt: skip
TRUE_FALSE = {
    "正确": "A", "对": "A", "是": "A", "√": "A", "A": "A",
    "错误": "B", "错": "B", "否": "B", "×": "B", "X": "B", "B": "B",
}  # fmt: skip
_OPTION = re.compile(r"([A-H])[.、．:：)）\s]\s*(.+)")
_ANSWER = re.compile(r"(?:正确)?答案[:：]?\s*(.+)")
_NUMBERED = re.compile(r"(?:第(\d{1,3})题[.、．:：]?|(\d{1,3})[.、．)）])\s*(?!\d)(.+)")
_MARKS = re.compile(r"[\s,，、;；]+")
_NUMBERS = re.compile(r"(\d{1,5})(?:[-至到~～](\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Question:
    kind: QuestionKind
    text: str
    options: tuple[str, ...]
    right: str


def made(kind: str, text: str, options: Sequence[str], answer: str) -> tuple[Question | None, list[tuple[str, str]]]:
    """The question, or its faults: what is wrong (题型, 题目, 选项, 答案), and how."""
    wanted, faults = KINDS.get(normalize("NFKC", kind).strip()), list[tuple[str, str]]()
    filled = [one.strip() for one in options]
    while filled and not filled[-1]:
        filled.pop()
    if wanted is None:
        faults.append(("题型", "请填写单选、多选或判断"))
    if not text.strip() or len(text.strip()) > LONGEST:
        faults.append(("题目", f"请填写不超过{LONGEST}字的题目"))
    if wanted is QuestionKind.TRUE_FALSE:
        filled = []
    elif wanted is not None:
        faults += _of_options(filled)
    right = _right(wanted, answer, len(filled))
    if wanted is not None and not right:
        faults.append(("正确答案", _no_option(wanted, answer, len(filled)) or _wanted(wanted)))
    if faults or wanted is None:
        return None, faults
    return Question(wanted, text.strip(), tuple(filled), right), []


def _wanted(kind: QuestionKind) -> str:
    if kind is QuestionKind.TRUE_FALSE:
        return "请填写正确或错误"
    several = kind is QuestionKind.SEVERAL
    return "请填写两个以上选项的字母，例如：AC" if several else "请填写一个选项的字母，例如：A"


def _no_option(kind: QuestionKind, answer: str, many: int) -> str:
    """没有选项C，选项是A、B: of a letter behind the last one."""
    said = _MARKS.sub("", normalize("NFKC", answer).upper())
    beyond = [letter for letter in said if letter not in LETTERS[:many]]
    if kind is QuestionKind.TRUE_FALSE or many < 2 or not beyond or not set(said) <= set(LETTERS):
        return ""
    return f"没有选项{'、'.join(dict.fromkeys(beyond))}，选项是{'、'.join(LETTERS[:many])}"


def _of_options(options: Sequence[str]) -> list[tuple[str, str]]:
    if not 2 <= len(options) <= MOST_OPTIONS:
        return [("选项", f"请填写2至{MOST_OPTIONS}个选项")]
    if not all(options):
        return [("选项", "中间的选项不能空着")]
    if any(len(one) > LONGEST_OPTION for one in options):
        return [("选项", f"一个选项请不超过{LONGEST_OPTION}字")]
    return [("选项", "有两个相同的选项")] if len(set(options)) < len(options) else []


def _right(kind: QuestionKind | None, answer: str, many: int) -> str:
    """The letters in their order; "" for what is no answer."""
    said = _MARKS.sub("", normalize("NFKC", answer).upper()) or _MARKS.sub("", answer)
    if kind is QuestionKind.TRUE_FALSE:
        return TRUE_FALSE.get(said, "")
    letters = sorted(set(said))
    if not letters or len(letters) < len(said) or not set(letters) <= set(LETTERS[:many]):
        return ""
    fits = len(letters) == 1 if kind is QuestionKind.SINGLE else len(letters) > 1
    return "".join(letters) if fits else ""


def read_all(text: str) -> list[tuple[Question | None, list[tuple[str, str]]]]:
    """Each question of a message, in its order."""
    return [_read(lines) for lines in _parted(text)] or [_read([])]


def _parted(text: str) -> list[list[str]]:
    """The lines of each: one ends with its answer, or where the next number begins."""
    found, ended = list[list[str]](), True
    for line in filter(None, (one.strip() for one in text.splitlines())):
        if ended or _begins(line, found[-1]):
            found.append([])
        found[-1].append(line)
        ended = _ANSWER.fullmatch(line) is not None
    return found


def _begins(line: str, before: Sequence[str]) -> bool:
    """Numbers may stand within a question too, before its options."""
    number, first = _number(line), _number(before[0])
    if number is None:
        return False
    return any(_OPTION.fullmatch(normalize("NFKC", one)) for one in before[1:]) or number == (first or number) + 1


def _number(line: str) -> int | None:
    found = _NUMBERED.fullmatch(line)
    return int(found[1] or found[2]) if found is not None else None


def _read(lines: Sequence[str]) -> tuple[Question | None, list[tuple[str, str]]]:
    """A question typed in lines: what is asked, A. …, B. …, 答案：A. Without options it is one of true and false."""
    asked, options, answer, twice = list[str](), dict[str, str](), "", list[str]()
    for line in lines:
        option, said = _OPTION.fullmatch(normalize("NFKC", line)), _ANSWER.fullmatch(line)
        if said is not None:
            answer = said[1]
        elif option is not None and asked:
            twice += [option[1]] if option[1] in options else []
            options[option[1]] = option[2]
        else:
            asked.append(line)
    if twice:
        return None, [("选项", f"选项{twice[0]}写了两次")]
    listed = [options.get(letter, "") for letter in LETTERS[: len(options)]]
    letters = _MARKS.sub("", normalize("NFKC", answer))
    kind = "判断" if not options else "多选" if len(letters) > 1 else "单选"
    return made(kind, _unnumbered("\n".join(asked)), listed, answer)


def _unnumbered(text: str) -> str:
    """The bank numbers them itself."""
    first, *others = text.split("\n")
    found = _NUMBERED.fullmatch(first)
    return "\n".join([found[3] if found is not None else first, *others])


def numbers(text: str) -> list[int] | None:
    """1、3、5-8 as the numbers of questions; None for what is none."""
    parts = [part for part in re.split(r"[\s,，、;；]+", normalize("NFKC", text).strip()) if part]
    found: list[int] = []
    for part in parts:
        one = _NUMBERS.fullmatch(part)
        if one is None or int(one[2] or one[1]) - int(one[1]) not in range(MOST_NUMBERS):
            return None
        found += range(int(one[1]), int(one[2] or one[1]) + 1)
    return list(dict.fromkeys(found)) if 0 < len(found) <= MOST_NUMBERS else None
