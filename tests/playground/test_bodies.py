"""How requests are read: as td's HttpReader reads them, and what our own transport writes is understood."""

import orjson
import pytest

from bot.kit.transport import multipart
from bot.playground.bodies import read
from bot.playground.call import Upload
from bot.playground.errors import ApiError
from bot.playground.filenames import clean
from bot.playground.local import ROOT, LocalTransport

FORM = "multipart/form-data; boundary=b1"


def part(disposition: str) -> bytes:
    return f"--b1\r\nContent-Disposition: {disposition}\r\n\r\nx\r\n--b1--\r\n".encode()


def test_a_multipart_body():
    body = (
        b'--b1\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n1\r\n'
        b'--b1\r\nContent-Disposition: form-data; name="document"; filename="a%22b.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nline\r\n\r\n--b\r\n\r\n--b1--\r\n"
    )
    params, files = read(body, FORM, "x=1")
    assert params == {"chat_id": "1", "x": "1"}
    assert files == {"document": Upload('a"b.txt', b"line\r\n\r\n--b\r\n", "text/plain")}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('"a.txt"', "a.txt"),
        (r'"a\"b.txt"', 'a"b.txt'),
        (r'"a\\b\c.txt"', r"a\bc.txt"),
        ('"a;b=c.txt"', "a;b=c.txt"),
        ("a.txt", "a.txt"),
        (" a b.txt ", "a b.txt"),
        ('"%E6%8A%A5%e5%91%8A.docx"', "报告.docx"),
        ('"报告.docx"', "报告.docx"),
        ('"100%.txt"', "100%.txt"),
        ('"%zz%2"', "%zz%2"),
        ('"a+b.txt"', "a+b.txt"),
        ("\"plain.txt\"; filename*=UTF-8''other.txt", "plain.txt"),
        ('""', ""),
    ],
)
def test_how_the_name_of_a_file_is_read(written, name):
    _, files = read(part(f'form-data; name="document"; filename={written}'), FORM)
    assert files["document"].name == name


def test_a_star_alone_names_no_file():
    """The part is then a plain field."""
    fields, files = read(part("form-data; name=document; filename*=UTF-8''a.txt"), FORM)
    assert (fields, files) == ({"document": "x"}, {})


@pytest.mark.parametrize(
    ("disposition", "words"),
    [
        ('form-data; name="a\\', "wrong escape sequence in Content-Disposition header"),
        ('form-data; name="a', "unclosed quoted string in Content-Disposition header"),
        ('form-data; name="a"b', "expected ';' in Content-Disposition header"),
        ('attachment; name="a"', "expected form-data content disposition"),
        ('form-data; filename="a"', "field name in multipart/form-data not found"),
    ],
)
def test_what_the_server_refuses(disposition, words):
    with pytest.raises(ApiError, match="Bad Request") as refused:
        read(part(disposition), FORM)
    assert (refused.value.status, refused.value.description) == (400, f"Bad Request: {words}")


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"x", "multipart/form-data"), (b"--b1\r\n\r\nx\r\n--b1--", FORM), (b"--b1\r\nx\r\n\r\ny\r\n--b1--", FORM)],
)
def test_broken_multipart(body, kind):
    with pytest.raises(ApiError, match="Bad Request"):
        read(body, kind)


@pytest.mark.parametrize("body", [b"[1]", b"{", b'"x"', b"null", b"\xff"])
def test_json_that_cannot_be_read_says_nothing(body):
    assert read(body, "application/json", "chat_id=1") == ({"chat_id": "1"}, {})


def test_what_is_said_first_counts():
    assert read(b"a=2&b=3&b=4", "application/x-www-form-urlencoded", "a=1")[0] == {"a": "1", "b": "3"}
    assert read(b'{"a": "2"}', "application/json", "a=1")[0] == {"a": "1"}
    assert read(b"a=2", "text/plain")[0] == {}


@pytest.mark.parametrize(
    "name",
    [
        'a"b%20c\\.docx',
        "报告.docx",
        "100%.xlsx",
        "%22.txt",
        "a\r\nX-Evil: 1.txt",
        "\\",
        '"',
        "a;b=c.txt",
        "  .txt",
        "周、《党课》（一）.pdf",
        "名单😀.csv",
        "x" * 300,
    ],
)
def test_our_own_multipart_arrives_under_its_own_name(name):
    """Whatever stands in the name of a file or of a field: the server reads what was meant."""
    body, kind = multipart({name: "值"}, [("document", name, b"\r\n--x\r\n", "text/plain")])
    fields, files = read(body, kind)
    assert fields == {name: "值"}
    assert files == {"document": Upload(name, b"\r\n--x\r\n", "text/plain")}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("报告.docx", "报告.docx"),
        ('a"b%20c.docx', "a b%20c.docx"),
        ('a"b%20c\\.docx', "docx"),
        ("a\\b.docx", "b.docx"),
        ("周例会（一）.pdf", "周例会 一.pdf"),
        ("../../etc/passwd", "passwd"),
        (".htaccess", "htaccess"),
        ("名单😀.csv", "名单.csv"),
        ("丁\U0003158e\U0002cb4e.csv", "丁\U0003158e\U0002cb4e.csv"),
        ("e\u0301té.txt", "eté.txt"),
        ("字" * 99 + "." + "x" * 99, "字" * 64 + "." + "x" * 16),
        ("（）", "file"),
        (None, "file"),
    ],
)
def test_what_the_server_keeps_of_a_name(name, kept):
    assert clean(name) == kept


async def test_an_uploaded_document_shows_what_was_kept(playground):
    playground.pace.on = False
    await playground.person(1, "甲一").start()
    body, kind = multipart({"chat_id": "1"}, [("document", "会议（一）.docx", b"PK", "text/plain")])
    url = f"{ROOT}/bot{playground.token}/sendDocument"
    _, answer = await LocalTransport(playground).exchange(url, body, kind, 5)
    assert orjson.loads(answer)["result"]["document"]["file_name"] == "会议 一.docx"
