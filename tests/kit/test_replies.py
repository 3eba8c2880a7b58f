"""What is said, as JSON that can be kept; and texts cut to what Telegram takes."""

import base64
from dataclasses import dataclass
from typing import ClassVar

import orjson
import pytest

from bot.kit.buttons import BadButton, Button, placed, unpacked
from bot.kit.replies import PAGE, TEXT_LIMIT, Choice, Document, Message, Pages, say
from bot.kit.words import cut, units


@dataclass(frozen=True)
class Pick(Button):
    prefix: ClassVar[str] = "zr"
    what: str


def test_a_message_with_buttons() -> None:
    message = Message("<b>甲三</b>😀", [[Choice("收到", Pick("a")), Choice("打开", "https://example.org")]])
    assert message.to_json() == {
        "text": "<b>甲三</b>😀",
        "inline": [[{"text": "收到", "callback_data": "zr:a"}, {"text": "打开", "url": "https://example.org"}]],
    }


def test_a_message_with_the_keyboard_that_stays() -> None:
    assert Message("您好", keyboard=(("签到", "请假"),)).to_json() == {"text": "您好", "keyboard": [["签到", "请假"]]}
    assert Message("您好").to_json() == {"text": "您好"}


def test_a_document_carries_its_content_or_names_a_file() -> None:
    content = Document("台账.xlsx", b"PK", caption="请查收").to_json()
    assert content == {
        "text": "请查收",
        "document": {"name": "台账.xlsx", "picture": False, "base64": base64.b64encode(b"PK").decode()},
    }
    held = Document("语音", file_id="AwAC", kind="voice", rows=[[Choice("通过", Pick("y"))]]).to_json()
    assert held["document"] == {"name": "语音", "picture": False, "kind": "voice", "file_id": "AwAC"}
    assert held["inline"] == [[{"text": "通过", "callback_data": "zr:y"}]]


def test_everything_said_can_be_kept_in_a_row() -> None:
    for said in (Message("字", [[Choice("好", Pick("x"))]]), Document("a.png", b"\x89PNG", picture=True)):
        assert orjson.loads(orjson.dumps(said.to_json())) == said.to_json()


def test_a_button_that_is_too_long_is_found_out_when_it_is_made() -> None:
    with pytest.raises(BadButton):
        Message("字", [[Choice("长", Pick("字" * 21))]]).to_json()


@dataclass(frozen=True)
class PickOf(Button):
    prefix: ClassVar[str] = "zo"
    dialog_id: int
    what: str


@pytest.mark.parametrize("what", ["会议室", "会议室@201", "共建@3@4", "", "@1"])
def test_a_button_is_read_back_with_the_organisation_where_it_says_one(what: str) -> None:
    for place in (1, 201):
        assert unpacked(Pick, placed(Pick(what), place)) == (Pick(what), place)
        # What names a row needs no organisation, so its value may look like one.
        assert unpacked(PickOf, placed(PickOf(7, what), place)) == (PickOf(7, what), None)
    # Of an earlier version, which said one beside a row.
    assert unpacked(PickOf, "zo:7:会议室") == (PickOf(7, "会议室"), None)
    with pytest.raises(BadButton):
        unpacked(PickOf, "zo:x:会议室@3")


def test_say_takes_words_and_messages() -> None:
    assert say("一", Message("二")).here == [Message("一"), Message("二")]


def test_pages_break_between_lines() -> None:
    lines = ["第一行" * 300, "第二行" * 600, "第三行" * 900, "末"]
    texts = Pages().add(lines).texts
    assert "\n".join(texts).replace("\n", "") == "".join(lines)
    assert all(units(text) <= TEXT_LIMIT for text in texts)
    assert texts[0] == f"{lines[0]}\n{lines[1]}"


@pytest.mark.parametrize("line", ["字" * 10_000, "😀" * 10_000, "<b>" * 5_000])
def test_a_line_that_is_too_long_by_itself_is_not_dropped(line: str) -> None:
    texts = Pages().add(["题", line, "末"]).texts
    assert "".join(texts).replace("\n", "") == f"题{line}末"
    assert all(0 < units(text) <= PAGE for text in texts)


def test_no_lines_are_no_pages_and_an_empty_line_is_one() -> None:
    assert Pages().add([]).texts == []
    assert Pages().add(["一", "", "二"]).texts == ["一\n\n二"]


@pytest.mark.parametrize(
    ("text", "limit", "shown"), [("甲乙丙", 3, "甲乙丙"), ("甲乙丙丁", 3, "甲乙…"), ("😀😀😀", 4, "😀…")]
)
def test_cut_counts_as_telegram_does(text: str, limit: int, shown: str) -> None:
    assert cut(text, limit) == shown
    assert units(shown) <= limit
