"""The switches of what the clock sends: as usual, turned, noted, and what cannot be."""

import pytest

from bot.kit import switches


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        ({}, "study_prompt", True),
        ({}, "integrity_reminder", True),
        ({}, "integrity_second", False),
        ({}, "digest", "25th"),
        ({"sends": {"study_prompt": False}}, "study_prompt", False),
        ({"sends": {"study_prompt": False}}, "integrity_reminder", True),
        ({"sends": {"digest": "never"}}, "digest", "never"),
        # What is no value of a switch, and no document of switches, is as good as nothing.
        ({"sends": {"study_prompt": 0}}, "study_prompt", True),
        ({"sends": {"digest": True}}, "digest", "25th"),
        ({"sends": {"digest": ["25th"]}}, "digest", "25th"),
        ({"sends": "never"}, "digest", "25th"),
        # Where the second line was kept before there were switches.
        ({"holiday_timing": {"second_line": True}}, "integrity_second", True),
        ({"holiday_timing": {"second_line": True}, "sends": {"integrity_second": False}}, "integrity_second", False),
    ],
)
def test_what_a_branch_has_set(settings: dict[str, object], name: str, value: object) -> None:
    assert switches.as_set(settings)[name] == value
