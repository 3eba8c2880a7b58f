"""What goes out for each kind of message, and what every answer of Telegram means."""

import base64
from typing import Any

import orjson
import pytest
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter

from bot.kit.api_errors import Lost, NotSent, NotTelegram
from bot.kit.sending import Telegram
from bot.kit.transport import JSON, Transport
from scheduler.outcome import Outcome, OutcomeKind

TOKEN = "123456789:AAE-fake_token_of_the_right_length_0001"
BOTTOM = "https://api.example"


class Script(Transport):
    """A Bot API that answers what it was told to, and remembers what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, bytes | None, str | None]]()

    async def exchange(
        self, url: str, body: bytes | None, content_type: str | None, timeout: float
    ) -> tuple[int, bytes]:
        self.asked.append((url, body, content_type))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, tuple) and isinstance(answer[1], bytes):
            return answer
        if isinstance(answer, tuple):
            status, words, *parameters = answer
            told = {"ok": False, "error_code": status, "description": words}
            return status, orjson.dumps(told | ({"parameters": parameters[0]} if parameters else {}))
        return 200, answer if isinstance(answer, bytes) else orjson.dumps({"ok": True, "result": answer})


def client(*answers: Any) -> tuple[Telegram, Script]:
    script = Script(*answers)
    return Telegram(script, f"{BOTTOM}/", TOKEN), script


def params(script: Script) -> dict[str, Any]:
    body = script.asked[-1][1]
    assert body is not None
    return dict(orjson.loads(body))


async def test_a_text_with_buttons() -> None:
    telegram, script = client({"message_id": 5})
    inline = [[{"text": "签到", "callback_data": "si:7"}]]
    outcome = await telegram.send(7, {"text": "<b>甲三</b> 😀", "inline": inline})
    assert outcome == Outcome(OutcomeKind.SENT, message_id=5)
    assert script.asked[0][0] == f"{BOTTOM}/bot{TOKEN}/sendMessage"
    assert script.asked[0][2] == JSON
    assert params(script) == {
        "chat_id": 7,
        "text": "<b>甲三</b> 😀",
        "reply_markup": {"inline_keyboard": inline},
    }


async def test_a_text_with_the_keyboard_that_stays() -> None:
    telegram, script = client({"message_id": 5})
    await telegram.send(7, {"text": "菜单", "keyboard": [["我的记录", "我还欠什么"]]})
    markup = params(script)["reply_markup"]
    assert markup["keyboard"] == [[{"text": "我的记录"}, {"text": "我还欠什么"}]]
    assert markup["is_persistent"] is True


@pytest.mark.parametrize(("picture", "method"), [(False, "sendDocument"), (True, "sendPhoto")])
async def test_content_is_uploaded(picture: bool, method: str) -> None:
    held = {"document": {"file_id": "D" * 30}} if not picture else {"photo": [{"file_id": "s"}, {"file_id": "P" * 30}]}
    telegram, script = client({"message_id": 6} | held)
    content = base64.b64encode(b"\x89PNG\x00").decode()
    document = {"name": "二维码.png", "picture": picture, "base64": content}
    outcome = await telegram.send(7, {"text": "请扫码", "document": document})
    url, body, content_type = script.asked[0]
    assert url.endswith(method)
    assert content_type is not None
    assert content_type.startswith("multipart/form-data")
    assert body is not None
    assert b"\x89PNG\x00" in body
    assert "请扫码".encode() in body
    assert outcome.file_id == ("P" if picture else "D") * 30


async def test_a_file_that_telegram_holds_is_named_and_nothing_else_can_be() -> None:
    telegram, script = client({"message_id": 6})
    document = {"name": "a.pdf", "picture": False, "file_id": "BQACAgIAAxkBAAIBY2_-x"}
    await telegram.send(7, {"text": "", "document": document})
    assert params(script) == {"chat_id": 7, "document": "BQACAgIAAxkBAAIBY2_-x"}
    for evil in ("http://127.0.0.1/secret.pdf", "/etc/passwd", ""):
        with pytest.raises(ValueError, match="file_id"):
            await telegram.send(7, {"text": "", "document": document | {"file_id": evil}})


async def test_an_edit_and_an_answer() -> None:
    telegram, script = client({"message_id": 5}, {"message_id": 5}, True)
    await telegram.edit(7, 5, {"text": "已签到", "inline": [[{"text": "撤销", "callback_data": "u:1"}]]})
    assert script.asked[-1][0].endswith("editMessageText")
    assert params(script)["message_id"] == 5
    await telegram.edit(7, 5, {"text": "说明", "document": {"name": "a"}})
    assert script.asked[-1][0].endswith("editMessageCaption")
    assert (await telegram.answer("q1", "已签到", True)).kind is OutcomeKind.SENT
    assert params(script) == {"callback_query_id": "q1", "text": "已签到", "show_alert": True}


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        ((403, "Forbidden: bot was blocked by the user"), "unreachable", "blocked"),
        ((403, "Forbidden: user is deactivated"), "unreachable", "deactivated"),
        ((403, "Forbidden: bot can't initiate conversation with a user"), "unreachable", "never_started"),
        ((403, "Forbidden: bot was kicked from the supergroup chat"), "unreachable", "kicked"),
        ((403, "Forbidden: bot is not a member of the channel chat"), "unreachable", "kicked"),
        ((403, "Forbidden: the group chat was deleted"), "unreachable", "chat_deleted"),
        ((403, "Forbidden: something new"), "unreachable", "forbidden"),
        ((400, "Bad Request: chat not found"), "unreachable", "chat_not_found"),
        ((400, "Bad Request: PEER_ID_INVALID"), "unreachable", "chat_not_found"),
        (
            (400, "Bad Request: not enough rights to send text messages to the chat"),
            "unreachable",
            "no_rights",
        ),
        ((400, "Bad Request: not enough rights to send photos to the chat"), "unreachable", "no_files"),
        ((400, "Bad Request: not enough rights to manage the chat"), "unreachable", "no_rights"),
        ((400, "Bad Request: message thread not found"), "unreachable", "no_topic"),
        ((400, "Bad Request: message is not modified: specified new message"), "sent", ""),
        ((400, "Bad Request: query is too old and response timeout expired"), "sent", ""),
        ((400, "Bad Request: message text is empty"), "failed", "Message text is empty"),
        ((400, "Bad Request: message to edit not found"), "gone", "no_message"),
        ((400, "Bad Request: message can't be edited"), "gone", "no_message"),
        ((400, "Bad Request: message to delete not found"), "sent", ""),
        ((400, "Bad Request: query ID is invalid"), "sent", ""),
        ((400, "Bad Request: TOPIC_CLOSED"), "unreachable", "no_topic"),
        ((400, "Bad Request: CHAT_WRITE_FORBIDDEN"), "unreachable", "no_rights"),
        ((400, "Bad Request: wrong file identifier/HTTP URL specified"), "failed", "bad_file"),
        ((413, "Request Entity Too Large"), "failed", "Request Entity Too Large"),
        (
            (409, "Conflict: terminated by other getUpdates request"),
            "failed",
            "Conflict: terminated by other getUpdates request",
        ),
        ((401, "Unauthorized"), "stop", "token_refused"),
        ((404, "Not Found"), "stop", "token_refused"),
        ((404, "Not Found: method not found"), "failed", "Not Found: method not found"),
        ((500, "Internal Server Error"), "away", "server_error"),
        ((502, "Bad Gateway"), "away", "server_error"),
        ((503, "Service Unavailable"), "away", "server_error"),
        ((504, "Gateway Timeout"), "unknown", "answer_lost"),
        (Lost("ServerDisconnectedError"), "unknown", "answer_lost"),
        (NotSent("ClientConnectorError"), "away", "no_connection"),
        (NotTelegram("BadStatusLine"), "away", "not_telegram"),
    ],
)
async def test_every_answer_has_its_outcome(answer: Any, kind: str, reason: str) -> None:
    telegram, _ = client(answer)
    outcome = await telegram.send(7, {"text": "x"})
    assert (outcome.kind, outcome.reason) == (kind, reason)


PAGE = b"<html><head><title>blocked by policy</title></head></html>"
# With the same status: what a proxy's page, a box in between and half an answer look like.
NOT_TELEGRAMS = {
    "page": PAGE, "nothing": b"", "half": b'{"ok":false,"error_code":403', "list": b"[]", "word": b'"ok"',
    "null": b"null", "no ok": b'{"error":"forbidden"}', "ok as text": b'{"ok":"true","result":{"message_id":5}}',
    "no result": b'{"ok":true}', "result null": b'{"ok":true,"result":null}', "bare no": b'{"ok":false}',
    "no words": b'{"ok":false,"error_code":403}', "deep": b"[" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 403, 404, 407, 413, 429, 500, 502, 503])
@pytest.mark.parametrize("said", NOT_TELEGRAMS)
async def test_what_telegram_did_not_say_is_no_fault_of_the_row(status: int, said: str) -> None:
    telegram, _ = client((status, NOT_TELEGRAMS[said]))
    outcome = await telegram.send(7, {"text": "x"})
    assert (outcome.kind, outcome.reason) == (OutcomeKind.AWAY, "not_telegram")


@pytest.mark.parametrize("said", [PAGE, b"", b'{"ok":false,"error_code":504,"description":"Gateway Timeout"}'])
async def test_a_gateway_that_lost_patience_leaves_it_unknown(said: bytes) -> None:
    telegram, _ = client((504, said))
    outcome = await telegram.send(7, {"text": "x"})
    assert (outcome.kind, outcome.reason) == (OutcomeKind.UNKNOWN, "answer_lost")


@pytest.mark.parametrize("status", [200, 502])
async def test_half_an_answer_that_says_ok_leaves_it_unknown(status: int) -> None:
    """It was carried out, and would be there twice without a mark."""
    telegram, _ = client((status, b'{"ok":true,"result":{"message_id":5'))
    outcome = await telegram.send(7, {"text": "x"})
    assert (outcome.kind, outcome.reason) == (OutcomeKind.UNKNOWN, "answer_lost")


async def test_who_we_are_is_answered_or_refused_by_telegram_alone() -> None:
    me = {"id": 1, "is_bot": True, "first_name": "支部小助手"}
    telegram, _ = client(me, (401, "Unauthorized"), (404, "Not Found"), (404, PAGE), (401, PAGE), (502, "Bad Gateway"))
    asked = [(await telegram.presence()).kind.value for _ in range(6)]
    assert asked == ["sent", "stop", "stop", "away", "away", "away"]


@pytest.mark.parametrize("told", [{}, {"file_path": 7}, []])
async def test_a_file_without_a_path_is_an_error_of_the_network(told: Any) -> None:
    telegram, _ = client(told)
    with pytest.raises(NetworkError):
        await telegram.download("BQACAgIAAxkBAAIBY2")


async def test_too_many_requests_says_how_long_to_wait() -> None:
    told = (429, "Too Many Requests: retry after 17", {"retry_after": 17})
    telegram, _ = client(told, (429, "Too Many Requests: retry after 8"), (429, "Too Many Requests"))
    waits = [await telegram.send(7, {"text": "x"}) for _ in range(3)]
    assert [(each.kind, each.retry_after) for each in waits] == [(OutcomeKind.RETRY, wait) for wait in (17, 8, 5)]


async def test_a_group_that_moved_says_where_to() -> None:
    telegram, _ = client((400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1009}))
    outcome = await telegram.send(-9, {"text": "x"})
    assert (outcome.kind, outcome.new_chat_id) == (OutcomeKind.MOVED, -1009)


INLINE = {"inline": [[{"text": "已阅", "callback_data": "x"}]]}


async def test_what_is_too_long_goes_in_pages_and_the_buttons_with_the_last() -> None:
    text = "\n".join(f"第{number}行" + "字" * 95 for number in range(100))
    message, said = {"text": text} | INLINE, []
    while message:
        telegram, script = client({"message_id": 5})
        outcome = await telegram.send(7, message)
        said.append(params(script))
        message = outcome.rest or {}
    assert "\n".join(each["text"] for each in said) == text
    assert all(len(each["text"]) <= 4096 for each in said)
    assert ["reply_markup" in each for each in said] == [False, False, True]


async def test_a_caption_that_is_too_long_follows_its_file() -> None:
    telegram, script = client({"message_id": 5})
    document = {"name": "a.pdf", "picture": False, "file_id": "BQACAgIAAxkBAAIBY2_-x"}
    outcome = await telegram.send(7, {"text": "长" * 1025, "document": document} | INLINE)
    assert params(script) == {"chat_id": 7, "document": document["file_id"]}
    assert outcome.rest == {"text": "长" * 1025} | INLINE


@pytest.mark.parametrize("words", ["can't parse entities", "message is too long", "BUTTON_DATA_INVALID"])
async def test_what_is_refused_for_how_it_is_made_goes_plain(words: str, caplog: pytest.LogCaptureFixture) -> None:
    telegram, script = client((400, f"Bad Request: {words}"), {"message_id": 5})
    outcome = await telegram.send(7, {"text": "字" * 3000} | INLINE)
    assert (outcome.kind, outcome.message_id) == (OutcomeKind.SENT, 5)
    assert params(script) == {"chat_id": 7, "text": "字" * 2000}
    assert outcome.rest == {"text": "字" * 1000}
    assert "goes plain" in caplog.text


async def test_any_other_method_answers_or_raises() -> None:
    telegram, script = client([], (400, "Bad Request: x"), (401, "Unauthorized"), (429, "x", {"retry_after": 3}))
    assert await telegram.call("getUpdates", {"timeout": 50}) == []
    assert params(script) == {"timeout": 50}
    for expected in (BadRequest, InvalidToken, RetryAfter):
        with pytest.raises(expected):
            await telegram.call("getMe")


async def test_a_file_comes_down_by_its_id() -> None:
    telegram, script = client({"file_path": "documents/file_1.pdf"}, b"%PDF")
    assert await telegram.download("BQACAgIAAxkBAAIBY2") == b"%PDF"
    assert script.asked[-1][:2] == (f"{BOTTOM}/file/bot{TOKEN}/documents/file_1.pdf", None)


def test_the_token_is_in_no_repr() -> None:
    telegram, _ = client()
    assert TOKEN not in repr(telegram)


@pytest.mark.parametrize("wait", [1e14, 10**18, 4e9, -3, "20", None, True, [5]])
async def test_however_long_telegram_asks_to_wait_it_is_a_day_at_most(wait: Any) -> None:
    telegram, _ = client((429, "Too Many Requests: retry after 99999999999999999999", {"retry_after": wait}))
    outcome = await telegram.send(7, {"text": "x"})
    assert outcome.kind is OutcomeKind.RETRY
    assert 0 < outcome.retry_after <= 86_400


@pytest.mark.parametrize("moved_to", [True, 7, "-1009", 2**63, -(2**63), None, [-1009]])
async def test_a_group_moves_to_a_group_only(moved_to: Any) -> None:
    """True is a whole number to Python, and 1 was another person's chat."""
    telegram, _ = client((400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": moved_to}))
    outcome = await telegram.send(-9, {"text": "x"})
    assert (outcome.kind, outcome.new_chat_id) == (OutcomeKind.FAILED, None)


@pytest.mark.parametrize(
    "result",
    [True, 0, "x", [], {}, *({"message_id": odd} for odd in (2**63, -1, "abc", 1.5, True, [5], None))],
)
async def test_what_was_taken_has_arrived_however_odd_the_answer(result: Any) -> None:
    telegram, _ = client(result)
    assert await telegram.send(7, {"text": "x"}) == Outcome(OutcomeKind.SENT)


@pytest.mark.parametrize("held", [{"document": "x"}, {"photo": ["x"]}, {"photo": []}, {"document": {"file_id": 7}}])
async def test_a_file_that_is_not_named_has_arrived_all_the_same(held: dict[str, Any]) -> None:
    telegram, _ = client({"message_id": 5} | held)
    assert await telegram.send(7, {"text": "x"}) == Outcome(OutcomeKind.SENT, message_id=5)
