"""Which sentences seek something, and what."""

import pytest

from bot.features.finding.rules import seeks, sought


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("查 甲四", "甲四"), ("查甲四", "甲四"), ("查基地1", "基地1"), ("查基地１。", "基地1"),
        ("查找：甲 乙", "甲 乙"), ("搜索", ""), ("查询", ""),
        ("搜 基地1", "基地1"), ("搜索基地1", "基地1"), ("查询　甲四", "甲四"),
        ("查", ""), ("查找", ""), ("查看我的记录", ""), ("查收", ""), ("检查 甲四", ""), ("甲四", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_is_sought(text: str, words: str) -> None:
    assert (sought(text), seeks(text)) == (words, bool(words))


def test_too_many_words_seek_nothing() -> None:
    assert not seeks(f"查 {'甲' * 61}")
