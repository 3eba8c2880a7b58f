"""Sending, editing and answering, with Telegram's own words for every no."""

import itertools
from datetime import timedelta

import pytest

from bot.playground.local import ROOT, LocalTransport


def inline(*rows):
    return {"inline_keyboard": [[{"text": label, "callback_data": data} for label, data in row] for row in rows]}


@pytest.fixture
async def member(playground):
    playground.pace.on = False
    member = playground.person(1, "甲一")
    await member.start()
    return member


async def test_a_message_with_buttons_as_the_person_sees_it(member, call):
    answer = await call(
        "sendMessage", chat_id="1", text=" 您好 ", reply_markup=inline([("收到", "r:1"), ("请假", "l:1")])
    )
    message = member.chat.last
    assert answer["result"]["message_id"] == message.message_id
    assert (message.text, message.labels) == ("您好", ["收到", "请假"])
    assert (message.button("收到").data, message.button("l:1").label) == ("r:1", "请假")
    with pytest.raises(LookupError, match="only"):
        message.button("签到")


async def test_a_reply_keyboard_stays_until_it_is_removed(member, call):
    answer = await call(
        "sendMessage", chat_id=1, text="菜单", reply_markup={"keyboard": [[{"text": "签到"}, "请假"], ["帮助"]]}
    )
    assert member.keyboard == [["签到", "请假"], ["帮助"]]
    assert "reply_markup" not in answer["result"]
    await call("sendMessage", chat_id=1, text="再见")
    assert member.keyboard is not None
    await call("sendMessage", chat_id=1, text="完", reply_markup='{"remove_keyboard": true}')
    assert member.keyboard is None


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "字" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "x", "reply_markup": inline([("x", "a" * 65)])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": inline([("x", "签" * 22)])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": inline(*[[("x", "1")] * 8] * 13)}, "reply markup is too long"),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "x", "chat_id": 2}, "chat not found"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "chat_id": "@channel"}, "chat not found"),
    ],
)
async def test_what_telegram_refuses_with_400(member, call, params, words):
    answer = await call("sendMessage", **{"chat_id": 1, **params})
    assert (answer["error_code"], answer["description"]) == (400, f"Bad Request: {words}")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ([], "object expected as reply markup"),
        ("[]", "object expected as reply markup"),
        ("null", "object expected as reply markup"),
        ("{broken", "can't parse reply keyboard markup JSON object"),
        ({"inline_keyboard": {}}, 'field "inline_keyboard" must be of type Array'),
        ({"keyboard": None}, 'field "keyboard" must be of type Array'),
        ({"keyboard": ["x"]}, 'field "keyboard" must be an Array of Arrays'),
        ({"inline_keyboard": [{}]}, 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'),
        ({"keyboard": [[1]]}, "can't parse keyboard button: KeyboardButton must be a String or an Object"),
        ({"keyboard": [[{}]]}, "can't parse keyboard button: Can't find field \"text\""),
        ({"keyboard": [[" "]]}, "keyboard button text must be non-empty"),
        ({"inline_keyboard": [["x"]]}, "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
        ({"inline_keyboard": [[{}]]}, "can't parse inline keyboard button: Can't find field \"text\""),
        (
            {"inline_keyboard": [[{"text": [], "url": "x"}]]},
            'can\'t parse inline keyboard button: Field "text" must be of type String',
        ),
        (inline([("x", "")]), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        (inline([(" ", "1")]), "inline keyboard button text must be non-empty"),
    ],
)
async def test_a_markup_that_is_refused(member, call, markup, words):
    answer = await call("sendMessage", chat_id=1, text="x", reply_markup=markup)
    assert (answer["error_code"], answer["description"]) == (400, f"Bad Request: {words}")
    assert member.chat.from_bot == []


@pytest.mark.parametrize("body", [b'{"reply_markup": null}', b'{"reply_markup": []}'])
async def test_a_markup_of_nothing_is_refused_in_json_too(playground, member, body):
    url = f"{ROOT}/bot{playground.token}/sendMessage?chat_id=1&text=x"
    status, answer = await LocalTransport(playground).exchange(url, body, "application/json", 5)
    assert (status, b"object expected as reply markup" in answer) == (400, True)


@pytest.mark.parametrize(
    "markup",
    [
        "",
        {},
        {"keyboard": []},
        {"keyboard": [[]]},
        {"inline_keyboard": []},
        {"inline_keyboard": [[], []]},
        {"keyboard": [[""]]},
    ],
)
async def test_a_markup_with_nothing_in_it_is_none(member, call, markup):
    answer = await call("sendMessage", chat_id=1, text="x", reply_markup=markup)
    assert (answer["ok"], member.keyboard, member.chat.last.buttons) == (True, None, [])


async def test_of_too_wide_a_row_the_end_is_dropped(member, call):
    await call("sendMessage", chat_id=1, text="x", reply_markup=inline([(f"第{number}", "1") for number in range(15)]))
    assert len(member.chat.last.labels) == 12


async def test_keyboards_have_their_place(playground, member, call):
    playground.group(-5, "支部群", [member])
    keyboard = {"keyboard": [[{"text": "手机号", "request_contact": True}]]}
    assert (await call("sendMessage", chat_id=1, text="x", reply_markup=keyboard))["ok"]
    answer = await call("sendMessage", chat_id=-5, text="x", reply_markup=keyboard)
    assert answer["description"] == "Bad Request: phone number can be requested in private chats only"
    for markup in (keyboard, {"remove_keyboard": True}):
        answer = await call(
            "editMessageText", chat_id=1, message_id=member.chat.last.message_id, text="y", reply_markup=markup
        )
        assert answer["description"] == "Bad Request: inline keyboard expected"


async def test_the_limits_themselves_are_taken(member, call):
    markup = inline([("x", "a" * 64)])
    assert (await call("sendMessage", chat_id=1, text="字" * 4096, reply_markup=markup))["ok"]


async def test_a_reply_shows_what_it_answers(member, call):
    question = member.chat.messages[0]
    answer = await call("sendMessage", chat_id=1, text="x", reply_parameters={"message_id": question.message_id})
    assert answer["result"]["reply_to_message"]["text"] == "/start"


async def test_whom_the_bot_may_write_to(playground, call):
    stranger, colleague = playground.person(1, "甲一"), playground.person(2, "甲二")
    playground.group(-5, "支部群", [colleague])
    assert (await call("sendMessage", chat_id=1, text="x"))["description"] == "Bad Request: chat not found"
    answer = await call("sendMessage", chat_id=2, text="x")
    assert answer["description"] == "Forbidden: bot can't initiate conversation with a user"
    await stranger.start()
    assert (await call("sendMessage", chat_id=1, text="x"))["ok"]
    await stranger.block_bot()
    answer = await call("sendMessage", chat_id=1, text="x")
    assert (answer["error_code"], answer["description"]) == (403, "Forbidden: bot was blocked by the user")
    with pytest.raises(PermissionError):
        await stranger.send("x")
    await stranger.start()
    assert (await call("sendMessage", chat_id=1, text="x"))["ok"]


async def test_an_account_that_was_deleted(member, call):
    await member.delete_account()
    answer = await call("sendMessage", chat_id=1, text="x")
    assert (answer["error_code"], answer["description"]) == (403, "Forbidden: user is deactivated")
    with pytest.raises(PermissionError):
        await member.send("x")


async def test_edits_in_place(member, call):
    sent = (await call("sendMessage", chat_id=1, text="甲", reply_markup=inline([("x", "1")])))["result"]
    edit = {"chat_id": 1, "message_id": sent["message_id"]}
    message = member.chat.last
    assert not message.edited
    answer = await call("editMessageText", **edit, text="乙", reply_markup=inline([("y", "2")]))
    assert answer["result"]["edit_date"] == sent["date"]
    assert (message.text, message.labels, message.edited) == ("乙", ["y"], True)
    await call("editMessageReplyMarkup", **edit, reply_markup=inline([("z", "3")]))
    assert message.labels == ["z"]
    answer = await call("editMessageText", **edit, text="乙", reply_markup=inline([("z", "3")]))
    assert answer["description"] == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message"
    )
    assert (await call("editMessageText", **edit, text="乙"))["ok"]
    assert message.labels == []


async def test_what_cannot_be_edited(member, call):
    mine = member.chat.messages[0].message_id
    answer = await call("editMessageText", chat_id=1, message_id=99, text="x")
    assert answer["description"] == "Bad Request: message to edit not found"
    answer = await call("editMessageText", chat_id=1, message_id=mine, text="x")
    assert answer["description"] == "Bad Request: message can't be edited"
    await call("sendMessage", chat_id=1, text="x")
    answer = await call("editMessageCaption", chat_id=1, message_id=member.chat.last.message_id, caption="y")
    assert answer["description"] == "Bad Request: there is no caption in the message to edit"
    answer = await call("editMessageText", chat_id=1, message_id=member.chat.last.message_id, text="字" * 4097)
    assert answer["description"] == "Bad Request: message is too long"


async def test_deletion(member, clock, call):
    sent = (await call("sendMessage", chat_id=1, text="x"))["result"]["message_id"]
    message = member.chat.last
    assert (await call("deleteMessage", chat_id=1, message_id=sent))["result"] is True
    assert message.deleted
    assert message not in member.chat.messages
    answer = await call("deleteMessage", chat_id=1, message_id=sent)
    assert answer["description"] == "Bad Request: message to delete not found"
    old = (await call("sendMessage", chat_id=1, text="x"))["result"]["message_id"]
    clock.jump(clock.now() + timedelta(hours=49))
    assert (await call("deleteMessage", chat_id=1, message_id=old))[
        "description"
    ] == "Bad Request: message can't be deleted"


async def test_a_tap_is_answered_once_and_in_time(member, clock, call, updates):
    await call("sendMessage", chat_id=1, text="x", reply_markup=inline([("收到", "r:1")]))
    tap = await member.tap(member.chat.last, "收到")
    query = (await updates())[-1]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (tap.id, "r:1", 1)
    assert query["message"]["message_id"] == member.chat.last.message_id
    answer = await call("answerCallbackQuery", callback_query_id=tap.id, text="长" * 201)
    assert answer["description"] == "Bad Request: MESSAGE_TOO_LONG"
    await call("answerCallbackQuery", callback_query_id=tap.id, text="已收到", show_alert="true")
    assert (tap.toast, tap.answer.alert) == ("已收到", True)
    assert await tap.answered(1) == tap.answer
    late = await member.tap(member.chat.last, "r:1")
    clock.jump(clock.now() + timedelta(seconds=16))
    for query_id in (late.id, "12345"):
        answer = await call("answerCallbackQuery", callback_query_id=query_id)
        assert answer["description"] == (
            "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    assert await late.answered(0.001) is None


async def test_the_deadline_of_an_answer_can_be_set(playground, member, clock, call):
    playground.taps.deadline = timedelta(minutes=1)
    await call("sendMessage", chat_id=1, text="x", reply_markup=inline([("收到", "r:1")]))
    tap = await member.tap(member.chat.last, "收到")
    clock.jump(clock.now() + timedelta(seconds=50))
    assert (await call("answerCallbackQuery", callback_query_id=tap.id))["ok"]


async def test_a_forged_button_and_one_on_a_deleted_message(member, call, updates):
    await call("sendMessage", chat_id=1, text="x")
    message = member.chat.last
    await member.tap_data(message, "si:99999")
    await call("deleteMessage", chat_id=1, message_id=message.message_id)
    await member.tap_data(message, "si:1")
    *_, forged, gone = await updates()
    assert forged["callback_query"]["data"] == "si:99999"
    assert gone["callback_query"]["message"] == {
        "chat": {"id": 1, "type": "private", "first_name": "甲一"},
        "message_id": message.message_id,
        "date": 0,
    }


async def test_a_link_button_is_followed(playground, member, call):
    url = f"https://t.me/{playground.bot.username}?start=abc"
    await call("sendMessage", chat_id=1, text="x", reply_markup={"inline_keyboard": [[{"text": "开", "url": url}]]})
    with pytest.raises(LookupError):
        await member.tap(member.chat.last, "开")
    assert (await member.follow(member.chat.last.button("开").url)).text == "/start abc"
    assert await member.follow("https://example.org/") is None


async def test_long_texts_are_split_as_clients_do(playground, member, updates):
    await member.send("学" * 5000)
    await member.send("\n".join(["行" * 99] * 50))
    texts = [update["message"]["text"] for update in await updates()][1:]
    assert [len(text) for text in texts] == [4096, 904, 3999, 999]
    assert "\n".join(texts[2:]) == "\n".join(["行" * 99] * 50)


async def test_an_edit_by_a_person(playground, member, clock, updates):
    message = await member.send("初稿")
    clock.jump(clock.now() + timedelta(minutes=1))
    await member.edit(message, "终稿 /help")
    edited = (await updates())[-1]["edited_message"]
    assert (edited["message_id"], edited["text"]) == (message.message_id, "终稿 /help")
    assert edited["edit_date"] - edited["date"] == 60
    assert edited["entities"] == [{"type": "bot_command", "offset": 3, "length": 5}]


async def test_offsets_are_in_utf16(playground, member, updates):
    await member.send("😀 /help@branch_playground_bot 1/2")
    entities = (await updates())[-1]["message"]["entities"]
    assert entities == [{"type": "bot_command", "offset": 3, "length": 27}]


async def test_every_call_is_recorded(playground, member, call):
    await call("getMe")
    await call("sendMessage", chat_id=1, text="")
    assert [(called.method, called.answer["ok"]) for called in playground.calls] == [
        ("getMe", True),
        ("sendMessage", False),
    ]
    playground.record = False
    await call("getMe")
    assert len(playground.calls) == 2


async def test_message_ids_grow_over_all_chats(playground, call):
    playground.pace.on = False
    for number in (1, 2):
        await playground.person(number, "甲").start()
    ids = [(await call("sendMessage", chat_id=number, text="x"))["result"]["message_id"] for number in (1, 2, 1)]
    assert all(later > earlier for earlier, later in itertools.pairwise(ids))


async def test_chat_actions_and_plain_text_only(member, call):
    assert (await call("sendChatAction", chat_id=1, action="typing"))["result"] is True
    answer = await call("sendMessage", chat_id=1, text="<b>x</b>", parse_mode="HTML")
    assert answer["description"].startswith("Bad Request: unsupported parse_mode")
