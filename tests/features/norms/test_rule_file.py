"""Rule files: every fault with its line, only the named ids and keys otherwise, and which file holds on which day."""

from datetime import date
from decimal import Decimal
from importlib import resources

import pytest

from bot.features.norms import laying, reading
from bot.features.norms.laying import laid, national
from bot.features.norms.rule_file import RuleFile

GOOD = """version = "local-2024"
valid_from = 2024-01-01

[[rules]]
id = "R11"
min = 2
fixed_day = "2nd Fri"

[[rules]]
id = "L1"
title = "集中研讨"
event = "group_discussion"
scope = "branch"
period = "quarter"

[deadlines]
probation = "12m"

[attention]
coverage_target = 0.9
"""


def test_only_what_is_named_is_otherwise() -> None:
    found, faults = reading.read(GOOD.encode())
    assert (faults, found is not None) == ([], True)
    assert found is not None
    held, usual = laying.on(date(2024, 1, 1), [found]), national()
    assert held.norms["R11"] == usual.norms["R11"].model_copy(update={"min": 2, "fixed_day": "2nd Fri"})
    assert held.norms["L1"].min == 1
    assert {name for name in held.norms if held.norms[name] != usual.norms.get(name)} == {"R11", "L1"}
    assert held.attention.coverage_target == Decimal("0.9")
    assert held.attention.unexcused_total == usual.attention.unexcused_total
    assert held.versions == ("cn-default-2023", "local-2024")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("min = 2", "min = 0", "line 6 rules.R11.min: input should be greater than or equal to 1."),
        ("min = 2", 'min = "two"', "line 6 rules.R11.min: input should be a valid integer"),
        ('"2nd Fri"', '"5th Fri"', "line 7 rules.R11.fixed_day: string should match pattern"),
        ("min = 2", "minn = 2", "line 6 rules.R11.minn: is not known here."),
        ('id = "L1"', 'id = "R11"', "line 5 rules.R11: stands twice."),
        ('id = "L1"', "id = [1]", "rules.?: id is a letter and a number, like R11."),
        ('id = "L1"', "id = {a = 1}", "rules.?: id is a letter and a number, like R11."),
        ('id = "L1"', 'id = "L1"\ndefault = 2024-01-01', "rules.L1.default: is true, or not there."),
        ('"集中研讨"', '"集中\\u202e研讨"', "rules.L1.title: is one line without hidden marks."),
        ('"集中研讨"', '" "', "rules.L1.title: is one line without hidden marks."),
        ('id = "L1"', 'id = "一"', "rules.一: id is a letter and a number, like R11."),
        ('"group_discussion"', '"party"', "line 12 rules.L1.event: no event of this name is known."),
        ('title = "集中研讨"\n', "", "line 10 rules.L1.title: is needed."),
        ("probation", "probationary", "line 17 deadlines.probationary: is not known here."),
        ('"12m"', '"12"', "deadlines.values.probation: string should match pattern"),
        ("0.9", "1.9", "line 20 attention.coverage_target: input should be less than or equal to 1."),
        ('version = "local-2024"\n', "", "version: is needed."),
        ("2024-01-01", '"soon"', "line 2 valid_from: input should be a valid date"),
        ("2024-01-01\n", "2024-01-01\nvalid_to = 2023-12-31\n", "valid_to: it is the first day that no longer counts"),
        ('version = "local-2024"', "version =", "line 1 file: is not valid TOML: "),
        ("[attention]", "[atention]", "line 19 atention: is not known here."),
        ("[deadlines]\n", '[votes]\nordinary = { present = "1" }\n[deadlines]\n', "votes: the shares of votes are"),
        ("[deadlines]\nprobation", "deadlines = 1\nprobation", "is not known here."),
    ],
)  # fmt: skip
def test_every_fault_is_told_with_its_line(old: str, new: str, said: str) -> None:
    assert old in GOOD
    found, faults = reading.read(GOOD.replace(old, new, 1).encode())
    lines = [one.english for one in faults]
    assert (found, any(one.startswith(said) or said in one for one in lines)) == (None, True), lines


def test_more_rules_than_a_file_may_have_are_told_at_once() -> None:
    many = "".join(f'[[rules]]\nid = "L{number}"\nmin = 0\n' for number in range(301))
    found, faults = reading.read(f'version = "v"\nvalid_from = 2024-01-01\n{many}'.encode())
    assert (found, [one.english for one in faults]) == (None, ["rules: are at most 300."])


def test_what_is_no_text_or_no_table_is_said() -> None:
    for content in (b"\xff\xfe\x00", b"x" * 200_000, b"\x00", b"[" * 90_000, b"rules = 1", b"attention = []", b""):
        found, faults = reading.read(content)
        assert found is None, content[:9]
        assert faults, content[:9]


def test_the_national_file_itself_has_no_fault() -> None:
    content = resources.files("bot.features.norms").joinpath("national.toml").read_bytes()
    found, faults = reading.read(content)
    assert (faults, found is not None and found.version) == ([], "cn-default-2023")


def file(since: str, until: str | None, **rule: object) -> RuleFile:
    to = date.fromisoformat(until) if until else None
    return RuleFile(f"v{since}", date.fromisoformat(since), to, {"rules": [{"id": "R11", **rule}]})


def test_the_file_that_holds_on_the_day_judges() -> None:
    files = [file("2023-07-01", "2024-01-01", min=2), file("2024-01-01", None, slip_days=3)]
    held = {day: laying.on(date.fromisoformat(day), files).norms["R11"] for day in (
        "2023-06-30", "2023-07-01", "2023-12-31", "2024-01-01",
    )}  # fmt: skip
    assert [(one.min, one.slip_days) for one in held.values()] == [(1, 7), (2, 7), (2, 7), (1, 3)]


def test_of_two_the_later_one_wins_key_by_key_and_the_default_takes_all_back() -> None:
    files = [file("2023-01-01", None, min=2, slip_days=3), file("2023-07-01", None, min=3)]
    now = laying.on(date(2023, 8, 1), files).norms["R11"]
    assert (now.min, now.slip_days) == (3, 3)
    back = laying.on(date(2023, 8, 1), [*files, file("2023-08-01", None, default=True)]).norms["R11"]
    assert back == national().norms["R11"]
    own = laid(national(), {"rules": [{"id": "L1", "default": True}]})
    assert own is not None
    assert "L1" not in own.norms


def test_what_an_older_version_took_and_this_one_would_not_is_passed_over() -> None:
    assert laying.on(date(2023, 8, 1), [file("2023-01-01", None, gone=1)]).norms == national().norms
