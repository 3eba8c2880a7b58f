"""JSON that orjson refuses: one item that nobody can read hides none of the others."""

from typing import Any

import pytest

from bot.kit.api_errors import read_json
from bot.kit.lenient_json import DEEPEST

BEFORE, AFTER = '{"update_id": 1, "message": {"text": "[{\\"到"}}', '{"update_id": 3, "message": {"text": "\\\\]}"}}'


def nested(depth: int) -> str:
    return '{"a":' * depth + "[" * depth + "]" * depth + "}" * depth


@pytest.mark.parametrize(
    "odd",
    [
        "[" * 200_000 + "]" * 200_000,
        nested(3_000),
        f'{{"update_id": 2, "message": {nested(600)}}}',
        "NaN",
        "-Infinity",
        "9" * 5_000,
        f'{{"update_id": {"9" * 5_000}}}',
        '"\\ud83d"',
        b'"\xff\xfe"',
        b'"\xed\xa0\x80"',
    ],
    ids=["lists", "both", "an update", "NaN", "-Infinity", "a number", "an id", "half a pair", "no UTF-8", "half"],
)
@pytest.mark.parametrize("as_text", [False, True])
def test_the_others_are_read(odd: str | bytes, as_text: bool) -> None:
    body = b'{"ok": true, "result": [%s, %s, %s]}' % (
        BEFORE.encode(),
        odd if isinstance(odd, bytes) else odd.encode(),
        AFTER.encode(),
    )
    read = read_json(body.decode("utf-8", "replace") if as_text else body)
    before, _, after = read["result"]
    assert (before["update_id"], before["message"]["text"]) == (1, '[{"到')
    assert (after["update_id"], after["message"]["text"]) == (3, "\\]}")


def depth_of(item: Any) -> int:
    depth = 0
    while item:
        item, depth = next(iter(item.values())) if isinstance(item, dict) else item[0], depth + 1
    return depth


def test_what_is_too_deep_is_cut_off_and_the_rest_of_it_kept() -> None:
    found = read_json('{"update_id": 2, "message": {"chat": {"id": 7}, "x": ' + nested(3_000) + ', "text": "到"}}')
    assert (found["update_id"], found["message"]["chat"], found["message"]["text"]) == (2, {"id": 7}, "到")
    assert depth_of(found["message"]["x"]) == DEEPEST - 2


@pytest.mark.parametrize("text", ["", "<html>502</html>", "{", "[[1, 2]", '{"a": 1}}', "]" * 9, "[" * 99_999, '"' * 9])
def test_what_is_no_json_is_none(text: str) -> None:
    assert read_json(text) is None
    assert read_json(text.encode()) is None
    assert read_json(text, strictly=True) is None
