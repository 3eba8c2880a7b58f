"""A kind of a unit's own as a file (TOML): read with every fault and the line that it stands on. No I/O."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from bot.features.register.own import declaring
from bot.features.register.own.declaring import Declared, Fault

MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Placed:
    """A fault with its line; 0: the file as a whole."""

    line: int
    fault: Fault

    @property
    def chinese(self) -> str:
        where = f"第{self.line}行 {self.fault.place}" if self.line else self.fault.place
        return f"{where}：{self.fault.chinese}"

    @property
    def english(self) -> str:
        where = f"line {self.line} {self.fault.place}" if self.line else self.fault.place
        return f"{where}: {self.fault.english}"


def read(content: bytes) -> tuple[Declared | None, list[Placed]]:
    """What a file declares, and what is wrong with it."""
    try:
        if len(content) > MAX_BYTES:
            raise ValueError
        text = content.decode("utf-8-sig")
    except ValueError:
        return None, [Placed(0, Fault("file", "不是UTF-8文本，或超过100KB。", "is no UTF-8 text, or over 100 kB."))]
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        where = int(line[1]) if line else 0
        why = str(error).partition(" (at ")[0]
        return None, [
            Placed(where, Fault("file", "不是有效的TOML格式，请检查引号和括号。", f"is not valid TOML: {why}."))
        ]
    declared, faults = declaring.read(document)
    return declared, placed(text, faults)


def placed(text: str, faults: Sequence[Fault]) -> list[Placed]:
    """Each fault with the line that says what is wrong, in the order of the lines."""
    lines = text.splitlines()
    found = [Placed(line_of(lines, one.place), one) for one in faults]
    return sorted(found, key=lambda one: one.line or len(lines) + 1)


def line_of(lines: Sequence[str], place: str) -> int:
    """The line of kind.word, or of fields.served for fields.served.type; of a table as a whole its heading, else 0."""
    section, _, rest = place.partition(".")
    key = rest.partition(".")[0]
    within, heading = "", 0
    for number, line in enumerate(lines, 1):
        head = re.match(r"\s*\[\s*([A-Za-z0-9_.\"-]+)\s*\]", line)
        if head is not None:
            within = head[1].replace('"', "")
            if key and within == f"{section}.{key}":
                return number
            heading = number if within == section and not heading else heading
        elif (key and within == section and _says(line, key)) or (not key and not within and _says(line, section)):
            return number
    return heading


def _says(line: str, key: str) -> bool:
    return re.match(rf'\s*"?{re.escape(key)}"?\s*=', line) is not None
