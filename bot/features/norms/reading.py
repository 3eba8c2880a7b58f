"""A rule file as it is handed in: read from TOML with every fault of it and the line it stands on."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.features.norms.laying import laid, national
from bot.features.norms.rule_file import MOST_RULES, PARTS, Fault, Head, RuleFile, Rules, fault_of, part

MAX_BYTES = 100_000


def read(content: bytes, under: Rules | None = None) -> tuple[RuleFile | None, list[Fault]]:
    """What a file says, and every fault of it; `under`: what it is laid over (the national file)."""
    try:
        if len(content) > MAX_BYTES:
            raise ValueError
        text = content.decode("utf-8-sig")
    except ValueError:
        return None, [Fault("file", "is no UTF-8 text, or over 100 kB.")]
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        why = f"is not valid TOML: {str(error).partition(' (at ')[0]}."
        return None, [Fault("file", why, int(found[1]) if found else 0)]
    return checked(document, national() if under is None else under, text.splitlines())


def checked(
    document: Mapping[str, Any], under: Rules, lines: Sequence[str] = ()
) -> tuple[RuleFile | None, list[Fault]]:
    """The same of what stands in a document: a file, or an archive."""
    known = {"version", "valid_from", "valid_to", "of", "rules", *PARTS}
    faults = [fault_of(name, "is not known here") for name in document if name not in known]
    faults += [fault_of(name, "is a table") for name in PARTS if not isinstance(document.get(name, {}), dict)]
    head = part(Head, {name: document[name] for name in Head.model_fields if name in document}, "", faults)
    rules, content = (
        document.get("rules", []),
        {name: document[name] for name in PARTS if document.get(name) and isinstance(document[name], dict)},
    )
    if not (isinstance(rules, list) and all(isinstance(one, dict) for one in rules)):
        faults.append(fault_of("rules", "is a list of tables"))
        rules = []
    if len(rules) > MOST_RULES:
        return None, [fault_of("rules", f"are at most {MOST_RULES}")]
    faults += _twice(rules)
    after = laid(under, {"rules": rules, **content}, faults)
    placed = [replace(one, line=line_of(lines, one.path)) for one in faults]
    if placed or head is None or after is None:
        return None, sorted(placed, key=lambda one: one.line or len(lines) + 1)
    return RuleFile(head.version, head.valid_from, head.valid_to, {"rules": rules, **content}), []


def _twice(rules: Sequence[Mapping[str, Any]]) -> list[Fault]:
    ids = Counter(name for one in rules if isinstance(name := one.get("id"), str))
    return [fault_of(f"rules.{name}", "stands twice") for name, many in ids.items() if many > 1]


def line_of(lines: Sequence[str], path: str) -> int:
    """The line of rules.R11.min, of votes.ordinary, or of a key at the top; of a table its heading; else 0."""
    section, _, rest = path.partition(".")
    name, _, key = rest.partition(".")
    if section != "rules":
        return _in_table(lines, section, name)
    start = next((at for at, line in enumerate(lines) if _names(line, name)), None)
    if start is None:
        return 0
    if "[[" not in "".join(lines[: start + 1]) or "{" in lines[start]:
        return start + 1
    first = next(at for at in range(start, -1, -1) if lines[at].strip().startswith("[["))
    for at in range(first + 1, len(lines)):
        if lines[at].strip().startswith("["):
            break
        if key and re.match(rf"\s*{re.escape(key.partition('.')[0])}\s*=", lines[at]):
            return at + 1
    return start + 1


def _names(line: str, name: str) -> bool:
    return bool(name) and re.search(rf"""\bid\s*=\s*["']{re.escape(name)}["']""", line) is not None


def _in_table(lines: Sequence[str], section: str, key: str) -> int:
    heading, within = 0, ""
    for number, line in enumerate(lines, 1):
        head = re.match(r"\s*\[\[?\s*([A-Za-z_]+)\s*\]", line)
        if head is not None:
            within = head[1]
            heading = number if within == section and not heading else heading
        elif (within == section and key and _says(line, key)) or (not within and not key and _says(line, section)):
            return number
    return heading


def _says(line: str, key: str) -> bool:
    return re.match(rf"\s*{re.escape(key.partition('.')[0])}\s*=", line) is not None
