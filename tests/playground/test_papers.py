"""What the page hands out beside the chats: the papers of a quarter, and the report as a page to read."""

import io
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from docx import Document
from sqlalchemy.orm import Session

from bot.kit import paper
from bot.playground import papers
from bot.playground.http import serve
from bot.playground.papers import Paper
from bot.playground.server import Playground
from storage.engine import Storage
from tests.counting import tally
from tests.features.closes.desk import LATER, Q3
from tests.features.tally.conftest import SHANGHAI, example, lay

__all__ = ["example", "lay"]
OTHER = Paper("2022年第三季度材料.zip", b"PK")


class Read(HTMLParser):
    """Its text, its tags, and the pictures with what they say."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.pictures: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        if tag == "img":
            self.pictures.append((dict(attrs)["src"], dict(attrs)["alt"]))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture
def listed(storage: Storage, lay: Callable[[Session], Any]) -> list[Paper]:
    with storage.transaction() as session:
        lay(session)
        return papers.made(session, tally(session, 1, Q3, LATER, SHANGHAI), LATER, SHANGHAI)


def test_the_page_says_what_the_file_says(listed: list[Paper]) -> None:
    report, packed, *drawn = listed
    assert (report.name, packed.name) == ("2022年第三季度工作总结.docx", "2022年第三季度材料.zip")
    assert [one.name for one in drawn] == ["图1 出席情况.png", "图2 学习完成情况.png", "图3 活动一览.png"]
    page, there = Read(papers.page(listed)), Document(io.BytesIO(report.content))
    said = [one.text for one in there.paragraphs]
    cells = [cell.text for table in there.tables for row in table.rows for cell in row.cells]
    assert sorted(filter(str.strip, page.texts)) == sorted(filter(str.strip, ["2022年第三季度工作总结", *said, *cells]))
    assert page.pictures == [(f"/paper/{number}", one.words) for number, one in enumerate(drawn, 2)]
    # They stand between the two tables, as in the file.
    order = [tag for tag in page.tags if tag in ("h1", "table", "img")]
    assert order == ["h1", "h1", "h1", "table", "img", "img", "img", "table"]
    assert papers.page([OTHER]) == papers.page([]) == ""


def test_what_people_wrote_is_no_markup() -> None:
    made = paper.begun("x")
    paper.title(made, "<script>甲</script>")
    paper.add(made, "<b>&")
    paper.table(made, (20, 20), [("<i>", "一"), ("二", "三\n四")])
    page = Read(papers.page([Paper("a<b>.docx", paper.done(made))]))
    assert {"script", "b", "i"}.isdisjoint(page.tags)
    assert {"<script>甲</script>", "<b>&", "<i>", "三\n四", "a<b>"} <= set(page.texts)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    assert papers.new_folder(tmp_path) == tmp_path / "branch-bot-demo"
    [written] = papers.write(tmp_path / "branch-bot-demo", [OTHER])
    assert written.read_bytes() == OTHER.content
    assert papers.new_folder(tmp_path) == tmp_path / "branch-bot-demo-2"
    with pytest.raises(FileExistsError):
        papers.write(written.parent, [Paper(OTHER.name, b"other")])
    assert written.read_bytes() == OTHER.content


async def test_the_page_hands_them_out(playground: Playground, listed: list[Paper]) -> None:
    async with serve(playground) as base, aiohttp.ClientSession(base) as web:

        async def got(path: str) -> tuple[int, bytes, aiohttp.ClientResponse]:
            async with web.get(path) as answer:
                return answer.status, await answer.read(), answer

        assert (await (await web.get("/api/everybody")).json())["papers"] == []
        for path in ("/paper/0", "/report"):
            assert (await got(path))[0] == 404
        playground.papers, playground.report = listed, papers.page(listed)
        everybody = await (await web.get("/api/everybody")).json()
        assert everybody["papers"] == [{"name": one.name, "size": len(one.content)} for one in listed]
        assert everybody["report"] is True
        for number, one in enumerate(listed):
            status, content, answer = await got(f"/paper/{number}?save=1")
            assert (status, content) == (200, one.content)
            assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(one.name)}"
        _, content, answer = await got("/paper/2")
        assert (content, answer.headers["Content-Type"]) == (listed[2].content, "image/png")
        _, content, answer = await got("/report")
        assert content.decode() == playground.report
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        for path in (f"/paper/{len(listed)}", "/paper/-1", "/paper/x"):
            assert (await got(path))[0] == 404
