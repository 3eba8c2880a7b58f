"""Taking a name out of what others wrote, without harm to anybody else's."""

import pytest

from bot.features.privacy.name_search import Naming


@pytest.mark.parametrize(
    ("name", "others", "text", "becomes"),
    [
        ("张三", [], "请张三、李四参加；张三同志主持", "请已注销5、李四参加；已注销5同志主持"),
        ("张三", ["张三丰", "李四"], "张三丰和张三", "张三丰和已注销5"),
        ("张三", ["张三丰", "老张三"], "老张三、张三丰、张三三", "老张三、张三丰、已注销5三"),
        ("三", ["张三"], "张三同志，三、四，第三季度，三同志", "张三同志，已注销5、四，第三季度，已注销5同志"),
        ("文明", [], "精神文明建设：文明、李四；请文明同志到会", "精神文明建设：已注销5、李四；请已注销5同志到会"),
        ("Li", ["Li Na"], "Li, Li Na, Lining, 请Li到会", "已注销5, Li Na, Lining, 请已注销5到会"),
        (
            "13912345678",
            [],
            "电话13912345678，+8613912345678；139123456789",
            "电话已注销5，+8613912345678；139123456789",
        ),
        ("张.三", [], "张x三，张.三", "张x三，已注销5"),
        ("张三", ["张三", "张三丰"], "请张三参加", "请张三参加"),
        ("张三", [], "没有提到", "没有提到"),
    ],
)
def test_a_name_is_taken_out_and_nobody_else_s_is_touched(
    name: str, others: list[str], text: str, becomes: str
) -> None:
    naming = Naming(name, "已注销5", others)
    assert naming.taken_out(text) == becomes
    assert naming.taken_out(becomes) == becomes


def test_whether_a_text_names_somebody() -> None:
    naming = Naming("张三", "已注销5", ["张三丰", "张三"])
    assert naming.shared
    assert naming.names("张三丰、张三")
    assert not naming.names("张三丰")
    assert naming.names_in({"inline": [[{"text": "张三"}]]})


def test_words_of_machines_stay() -> None:
    message = {
        "text": "张三",
        "inline": [[{"text": "点张三", "callback_data": "张三"}, {"text": "x", "url": "张三"}]],
        "document": {"name": "张三.pdf", "file_id": "张三", "kind": "张三", "size": 3},
    }
    assert Naming("张三", "已注销5").out_of(message) == {
        "text": "已注销5",
        "inline": [[{"text": "点已注销5", "callback_data": "张三"}, {"text": "x", "url": "张三"}]],
        "document": {"name": "已注销5.pdf", "file_id": "张三", "kind": "张三", "size": 3},
    }
