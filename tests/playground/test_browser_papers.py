"""The papers of a quarter on the page, in a headless Chromium on a telephone (run with -m browser)."""

import pytest

from bot.kit import paper
from bot.kit.drawing import png
from bot.kit.pictures import Row, Year, words
from bot.playground import papers
from bot.playground.http import serve
from bot.playground.papers import Paper
from tests.playground.test_browser import browser, expect

pytestmark = pytest.mark.browser
__all__ = ["browser", "expect"]


def made() -> list[Paper]:
    drawn = Year("活动一览：2023年", [Row("党课", [1, 0, 2])], "次")
    picture, report = png(drawn), paper.begun("x")
    paper.title(report, "示范党支部2023年第三季度")
    paper.add(report, "第三季度，支部共开展主题党日2次。" * 8)
    paper.table(
        report, (36, 15, 13, 52, 40), [("指标", "数值", "单位", "口径", "来源记录"), ("党课", "3", "次", "党课", "A1")]
    )
    paper.picture(report, picture, words(drawn), 1)
    return [
        Paper("2023年第三季度工作总结.docx", paper.done(report)),
        Paper("2023年第三季度材料.zip", b"PK"),
        Paper("图1 活动一览.png", picture, words(drawn)),
    ]


async def test_they_are_read_and_saved_on_a_telephone(browser, expect, playground, tmp_path):
    playground.person(1, "甲一", label="书记")
    async with serve(playground) as base:
        page = await browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
        complaints: list[str] = []
        for one in ("console", "pageerror"):
            page.on(one, lambda said: complaints.append(str(said)))
        await page.goto(base)
        await expect(page.locator("#who")).to_contain_text("甲一")
        opens = page.get_by_role("button", name="材料", exact=True)
        await expect(opens).to_be_hidden()
        # They come with the news, once the quarter has been played.
        playground.papers = made()
        playground.report = papers.page(playground.papers)
        playground.touch()
        await opens.click()
        box = await page.locator("#handed").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        for one in playground.papers:
            async with page.expect_download() as waiting:
                await page.get_by_role("link", name=one.name).click()
            saved = await waiting.value
            assert saved.suggested_filename == one.name
            await saved.save_as(tmp_path / one.name)
            assert (tmp_path / one.name).read_bytes() == one.content

        async with page.expect_popup() as waiting:
            await page.get_by_role("link", name="查看工作总结").click()
        report = await waiting.value
        report.on("console", lambda said: complaints.append(str(said)))
        await report.set_viewport_size({"width": 390, "height": 844})
        await expect(report.locator("h1")).to_have_text("示范党支部2023年第三季度")
        picture = report.locator("img")
        assert "党课3次：1月1次，3月2次。" in await picture.get_attribute("alt")
        await expect(picture).to_have_js_property("naturalWidth", 1080)
        # The table is wider than the telephone, the page is not.
        assert (await picture.bounding_box())["width"] <= 390
        await expect(report.locator("html")).to_have_js_property("scrollWidth", 390)
        await report.screenshot(path=tmp_path / "report.png", full_page=True)
        await page.get_by_role("button", name="关闭").click()
        await expect(page.locator("#handed")).to_be_hidden()
        assert complaints == []
