"""The hygiene list: what is refused before it is stored, and what passes."""

import pytest

from bot.kit.hygiene import Found, comparable, find, look

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


def test_a_caption_a_file_name_and_a_quoted_text_are_looked_at() -> None:
    assert find("message", {"caption": "机密★"}) is Found.MARK
    assert find("message", {"document": {"file_name": "绝密★1年.pdf"}}) is Found.MARK
    assert find("message", {"text": "好的", "reply_to_message": {"text": "机密★"}}) is Found.MARK


def test_a_name_is_not_a_text() -> None:
    assert find("message", {"from": {"first_name": "绝密"}, "text": "到"}) is None


def test_a_tap_is_not_looked_at() -> None:
    assert find("callback_query", {"message": {"text": "机密★"}}) is None
