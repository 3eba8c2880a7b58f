"""The hygiene list: what is refused before it is stored, and what passes."""

from typing import Any

import pytest

from bot.kit.hygiene import Found, comparable, find, holds, look, texts_of

REFUSED = [
    "秘密★1年\n关于某事的通知",
    "机密★启封前",
    "绝密 ★ 长期",
    "机　密★１０年",
    "秘密 5年",
    "密级：机密",
    "（机密 三年）",
    "标题\n【机密】\n正文",
    "绝密",
    "内部资料 注意保存",
    "【内部文件】关于……",
    "  ★内部资料，请勿外传",
]
PASSES = [
    "保守党的秘密，对党忠诚",
    "丁\U0003158e秘密三年前就知道了",
    "学习《保守国家秘密法》的体会",
    "加强内部管理",
    "这份不是内部文件",
    "这个秘密三年后大家都知道了",
    "机密文件由保密委员保管",
    "会议编号 202307071430001234",
    "学完了",
    "110101199003077716",
    "联系人：甲一 13800138000，乙一 13900139000",
    "13800138000 13800138000 138 0013 8000",
    "",
]
NUMBERS = [
    "110101199003077715",
    "身份证11010119900307002X。",
    "110101 19900307 7715",
    "１１０１０１１９９００３０７７７１５",
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_mark_is_refused(text: str) -> None:
    assert look(text) is Found.MARK


@pytest.mark.parametrize("text", NUMBERS)
def test_an_identity_number_is_refused(text: str) -> None:
    assert look(text) is Found.IDENTITY_NUMBER


@pytest.mark.parametrize("text", PASSES)
def test_ordinary_sentences_pass(text: str) -> None:
    assert look(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "甲一13800138000\n乙一 139-0013-9000\n丙一：+8615012345678",
        "13800138000、13900139000、１５０１２３４５６７８",
    ],
)
def test_a_list_of_mobile_numbers_is_refused(text: str) -> None:
    assert look(text) is Found.MOBILE_NUMBERS


def test_words_are_compared_as_they_are_read() -> None:
    assert comparable("Ａ项\u200b 目\n B") == "a项目b"
    assert comparable("甲\u3164项\uffa0目") == "甲项目"
    # A rare letter is one: another word than without it.
    assert comparable("丁\U0003158e \ue863") == "丁\U0003158e\ue863"


def test_a_caption_a_file_name_and_a_quoted_text_are_looked_at() -> None:
    assert find("message", {"caption": "机密★"}) is Found.MARK
    assert find("message", {"document": {"file_name": "绝密★1年.pdf"}}) is Found.MARK
    assert find("message", {"text": "好的", "reply_to_message": {"text": "机密★"}}) is Found.MARK


@pytest.mark.parametrize(
    "content",
    [
        {"poll": {"question": "机密★", "options": []}},
        {"poll": {"question": "哪天？", "options": [{"text": "绝密★1年"}]}},
        {"poll": {"question": "哪天？", "explanation": "机密★"}},
        {"checklist": {"title": "机密★", "tasks": [{"id": 1, "text": "一"}]}},
        {"checklist": {"title": "清单", "tasks": [{"id": 1, "text": "机密★"}]}},
        {"venue": {"title": "会议室", "address": "机密★"}},
        {"audio": {"file_id": "A", "title": "机密★", "performer": "甲"}},
        {"contact": {"phone_number": "1", "first_name": "甲", "vcard": "NOTE:机密★1年"}},
        {"new_chat_title": "机密★"},
        {"entities": [{"type": "text_link", "url": "https://example.org/机密★"}], "text": "见此"},
        {"external_reply": {"poll": {"question": "机密★"}}},
        {"something_new": {"blocks": [{"heading": "机密★"}]}},
    ],
)
def test_whatever_is_written_is_looked_at(content: dict[str, Any]) -> None:
    assert find("message", content) is Found.MARK


def test_a_branch_s_own_word_is_found_in_what_is_written_only() -> None:
    content = {
        "poll": {"id": "ab", "type": "quiz", "question": "关于 Ａ Ｂ 项目", "options": []},
        "document": {"file_id": "xab1", "mime_type": "text/ab", "file_unique_id": "ab"},
        "reply_markup": {"inline_keyboard": [[{"text": "ab", "callback_data": "ab:1"}]]},
        "from": {"id": 1, "first_name": "ab", "username": "ab"},
    }
    assert [text for text in texts_of("message", content) if holds(text, {"ab"})] == ["关于 Ａ Ｂ 项目"]
    assert not holds("甲", {"ab"})
    assert not holds("ab", ())


@pytest.mark.parametrize(
    "content",
    [
        {"from": {"first_name": "绝密"}},
        {"chat": {"title": "绝密"}},
        {"forward_origin": {"type": "hidden_user", "sender_user_name": "绝密"}},
        {"new_chat_members": [{"id": 1, "first_name": "绝密"}]},
    ],
)
def test_a_name_is_not_a_text(content: dict[str, Any]) -> None:
    assert find("message", {**content, "text": "到"}) is None


def test_who_comes_or_goes_writes_nothing() -> None:
    assert (
        find("my_chat_member", {"new_chat_member": {"custom_title": "绝密"}, "invite_link": {"name": "绝密"}}) is None
    )


def test_a_tap_is_not_looked_at() -> None:
    assert find("callback_query", {"message": {"text": "机密★"}}) is None
