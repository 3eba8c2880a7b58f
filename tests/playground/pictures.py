"""README's pictures, made anew: plays the demo and looks at it.

python -m tests.playground.pictures, with the extra "browser".
"""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.playground import demo

CHROMIUM = "/usr/bin/chromium"
DOCS = Path(__file__).parents[2] / "docs"
WIDTH, HEIGHT = 1100, 800
MEMBER, SECRETARY = 1007, 1001


async def main() -> None:
    """Play the quarter, make the pictures, end."""
    address, played = asyncio.get_running_loop().create_future(), asyncio.Event()
    playing = asyncio.create_task(
        demo.play(address.set_result, lambda part, note: None, lambda result: played.set(), stay=True)
    )
    await asyncio.wait({playing, asyncio.ensure_future(played.wait())}, return_when=asyncio.FIRST_COMPLETED)
    if played.is_set():
        await make(await address)
    playing.cancel()
    with suppress(asyncio.CancelledError):
        await playing


async def make(base: str) -> None:
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--lang=zh-CN"])
        await take(browser, f"{base}/#{MEMBER}", "member.png")
        await take(browser, f"{base}/#{SECRETARY}", "secretary.png", say="三季度")
        await browser.close()


async def take(browser: Any, where: str, name: str, say: str = "") -> None:
    """A picture of a chat, in which something may be said before."""
    page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
    await page.goto(where)
    await page.wait_for_selector(".bubble")
    if say:
        await page.get_by_label("输入消息").fill(say)
        await page.get_by_label("输入消息").press("Enter")
        await page.wait_for_selector(f".mine:has-text('{say}') + li .buttons")
        # The whole card is to be seen.
        await page.get_by_role("button", name="收起键盘").click()
    await asyncio.sleep(0.5)
    await page.screenshot(path=DOCS / name)
    await page.close()


if __name__ == "__main__":
    asyncio.run(main())
