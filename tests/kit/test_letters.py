"""What the font has, and what is drawn for what it lacks."""

import base64
import re
from io import BytesIO

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from bot.kit.letters import LACKING, Lacking, drawn, font, font_face, missing

ABLE = ["丙\U0002cb4e", "丁䶮", "阿甲·乙提买买提江", "李〇", "Anna Li", "甲一（女）", "劉一", "é", "", "甲\n乙"]


@pytest.mark.parametrize("text", ABLE)
def test_what_the_font_has_is_drawn_as_it_is(text: str) -> None:
    assert drawn(text) == text
    assert missing([text]) == []


@pytest.mark.parametrize(
    ("text", "shown", "codes"),
    [
        ("戊𠱓", "戊〓", ("U+20C53",)),
        ("甲\U0003158e", "甲〓", ("U+3158E",)),
        ("乙\U0002ebf5一\U0002ebf5", "乙〓一〓", ("U+2EBF5",)),
        ("丁\ue000", "丁〓", ("U+E000",)),
        ("甲🌟", "甲〓", ("U+1F31F",)),
        # A letter with a mark that the font lacks is not drawn as another letter, nor as two.
        ("q\u0302a", "〓a", ("U+0302",)),
        ("قا", "〓〓", ("U+0642", "U+0627")),
    ],
)
def test_what_it_lacks_is_marked_and_named(text: str, shown: str, codes: tuple[str, ...]) -> None:
    assert drawn(text) == shown
    [found] = missing([text, "甲", text])
    assert (found.text, found.codes) == (text, codes)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # At its own place, though not at GBK's.
        ("丁\ue863", "丁䶮"),
        # By the letter that it equals.
        ("\ufa3f", "\u618e"),
        # A mark that chooses a variant is no letter.
        ("葛\U000e0101一", "葛一"),
        ("★\ufe0f葛\ufe00", "★葛"),
        ("甲\u200b\u202e乙", "甲乙"),
        ("甲乙\t丙", "甲乙 丙"),
    ],
)
def test_what_is_drawn_by_another_sign(text: str, shown: str) -> None:
    assert drawn(text) == shown
    assert missing([text]) == []


def test_a_telephone_has_faces_and_other_writings_itself() -> None:
    text = "戊𠱓 👍 قاسم \U0003158e"
    assert drawn(text, chinese=True) == "戊〓 👍 قاسم 〓"
    assert missing([text, "👍"], chinese=True) == [Lacking(text, ("𠱓", "\U0003158e"))]


@given(st.text(max_size=20))
def test_all_that_is_drawn_is_in_the_font(text: str) -> None:
    shown = drawn(text)
    assert drawn(shown) == shown
    assert missing([shown]) == []
    assert (LACKING in shown.replace(LACKING, "", text.count(LACKING))) == bool(missing([text]))


def test_the_font_goes_along_as_far_as_it_is_needed() -> None:
    rule = font_face("data", "丙\U0002cb4e丁䶮〓👍")
    found = re.fullmatch(r'@font-face\{font-family:data;src:url\(data:font/woff;base64,(.+)\) format\("woff"\)\}', rule)
    assert found is not None
    with TTFont(BytesIO(base64.b64decode(found[1]))) as small:
        assert {chr(code) for code in small.getBestCmap()} == set("丙\U0002cb4e丁䶮〓")
        assert small.flavor == "woff"
    assert len(rule) < 10_000
    assert font().endswith(".otf")
