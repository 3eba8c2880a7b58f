"""The page in a headless Chromium, tapped against a tiny bot (run with -m browser)."""

import asyncio
from datetime import timedelta

import pytest

from bot.playground.http import serve
from bot.playground.server import Playground

pytestmark = pytest.mark.browser
CHROMIUM = "/usr/bin/chromium"


class TinyBot:
    """Answers a text with a card; a tap edits it, answers with a toast, and says something an hour later."""

    def __init__(self, playground: Playground) -> None:
        self.playground = playground
        self.sleepers: list[asyncio.Task[None]] = []

    async def call(self, method, **params):
        _, answer = await self.playground.handle(self.playground.token, method, params)
        return answer.get("result")

    async def run(self):
        offset = 0
        while True:
            for update in await self.call("getUpdates", offset=offset, timeout=30):
                offset = update["update_id"] + 1
                if "message" in update:
                    await self.told(update["message"])
                elif "callback_query" in update:
                    await self.tapped(update["callback_query"])

    async def told(self, message):
        if "document" in message:
            params = {"document": message["document"]["file_id"], "caption": "已收到您的文件"}
            await self.call("sendDocument", chat_id=message["chat"]["id"], **params)
            return
        if message["text"] == "/start":
            markup = {"keyboard": [["签到", "请假"], ["我的记录", "帮助"]]}
            await self.call("sendMessage", chat_id=message["chat"]["id"], text="您好，同志！", reply_markup=markup)
            return
        row = [{"text": "收到", "callback_data": "r"}, {"text": "详情", "callback_data": "alert"}]
        text = f"【主题党日通知】{message['text']}\n时间：7月7日（周五）14:30\n地点：三楼会议室"
        await self.call(
            "sendMessage", chat_id=message["chat"]["id"], text=text, reply_markup={"inline_keyboard": [row]}
        )

    async def tapped(self, query):
        alert = query["data"] == "alert"
        words = "主持：甲一\n请于7月5日12:00前回复。" if alert else "已收到，谢谢。"
        await self.call("answerCallbackQuery", callback_query_id=query["id"], text=words, show_alert=alert)
        if not alert:
            where = {"chat_id": query["message"]["chat"]["id"], "message_id": query["message"]["message_id"]}
            await self.call("editMessageText", **where, text=query["message"]["text"] + "\n已收到 1/1")
            self.sleepers.append(asyncio.create_task(self.remind(where["chat_id"])))

    async def remind(self, chat_id):
        clock = self.playground.clock
        await clock.sleep_until(clock.now() + timedelta(hours=1))
        await self.call("sendMessage", chat_id=chat_id, text="活动即将开始，请准时参加。")


@pytest.fixture
async def base(playground):
    secretary = playground.person(1, "甲一", label="书记")
    others = [playground.person(2, "甲二", label="第一党小组组长"), playground.person(3, "乙三", label="老党员")]
    playground.group(-5, "第一支部", [secretary, *others])
    bot = TinyBot(playground)
    running = asyncio.create_task(bot.run())
    async with serve(playground) as base:
        yield base
    for task in (running, *bot.sleepers):
        task.cancel()


# playwright is installed for these alone (the extra "browser"), and collecting them must not need it.
@pytest.fixture
def expect():
    from playwright.async_api import expect

    return expect


@pytest.fixture
async def browser():
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


def complain(message, complaints):
    if message.type == "error" and "status of 409" not in message.text:
        complaints.append(f"{message.text} {message.location}")


@pytest.fixture(params=[(1180, 860), (390, 844)], ids=["desktop", "phone"])
async def page(request, browser, base):
    """A page that must not complain on its console, but of what the playground refused in words."""
    page = await browser.new_page(viewport={"width": request.param[0], "height": request.param[1]}, locale="zh-CN")
    complaints: list[str] = []
    page.on("console", lambda message: complain(message, complaints))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(base)
    yield page
    await page.close()
    assert complaints == []


async def test_a_member_taps_through(page, expect, playground, tmp_path):
    phone = page.viewport_size["width"] < 500
    if phone:
        await page.get_by_role("button", name="换人").click()
    await page.get_by_role("button", name="乙三").click()
    await page.get_by_role("button", name="开始").click()
    await expect(page.locator(".bubble").last).to_contain_text("您好，同志！")
    await page.locator("#keyboard").get_by_role("button", name="签到").click()
    card = page.locator("#messages li").last
    await expect(card).to_contain_text("三楼会议室")
    await page.get_by_role("button", name="详情").click()
    await expect(page.locator("#alert")).to_contain_text("主持：甲一")
    await page.get_by_role("button", name="确定").click()
    await page.get_by_role("button", name="收到").click()
    await expect(page.locator("#toast")).to_have_text("已收到，谢谢。")
    await expect(card).to_contain_text("已收到 1/1")
    await expect(card).to_contain_text("已编辑")
    await expect(page.get_by_role("button", name="收到", exact=True)).to_have_count(0)
    await page.screenshot(path=tmp_path / f"chat-{'phone' if phone else 'desktop'}.png")

    await expect(page.locator("#now")).to_have_text("2023年7月7日（周五）08:30")
    if phone:
        await page.get_by_role("button", name="展开时钟").click()
    await page.get_by_role("button", name="下一件事：7月7日（周五）09:30").click()
    await expect(page.locator("#now")).to_have_text("2023年7月7日（周五）09:30")
    await expect(page.locator(".bubble").last).to_contain_text("活动即将开始")
    await page.get_by_label("日期和时间").fill("2023-07-10T12:00")
    await page.get_by_role("button", name="前往").click()
    await expect(page.locator("#now")).to_have_text("2023年7月10日（周一）12:00")
    await page.get_by_label("日期和时间").fill("2023-07-09T12:00")
    await page.get_by_role("button", name="前往").click()
    await expect(page.locator("#toast")).to_have_text("时间只能向前走：已经发送的消息不能收回。")
    await expect(page.locator("#now")).to_have_text("2023年7月10日（周一）12:00")

    await page.get_by_label("输入消息").fill("请看附件")
    await page.get_by_label("附件").set_input_files({"name": "心得.docx", "mimeType": "text/plain", "buffer": b"PK"})
    await expect(page.locator(".bubble").last).to_contain_text("已收到您的文件")
    async with page.expect_download() as download:
        await page.locator("a.file").last.click()
    assert (await download.value).suggested_filename == "心得.docx"
    assert playground.person(3, "").chat.messages[-2].text == "请看附件"


async def test_the_group_and_markup_in_texts(page, expect, playground):
    await page.get_by_role("button", name="第一支部").click()
    await expect(page.locator("#chats [aria-current=true]")).to_contain_text("3位成员")
    await page.get_by_label("输入消息").fill("<b>大家好</b>")
    await page.get_by_label("输入消息").press("Enter")
    await expect(page.locator(".words").last).to_have_text("<b>大家好</b>")
    row = [{"text": "收到", "callback_data": "r"}]
    bot = TinyBot(playground)
    await bot.call("sendMessage", chat_id=-5, text="通知", reply_markup={"inline_keyboard": [row]})
    await expect(page.locator(".bubble").last).to_contain_text("支部小助手")
    await page.get_by_role("button", name="回复").last.click()
    await page.get_by_label("输入消息").fill("收到")
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".quote").last).to_have_text("通知")


async def test_a_rare_letter_is_whole(page, expect, playground):
    """On the round face beside a name, of which it is the last letter; two units, or with the mark of a variant."""
    for number, name in enumerate(("丁\U0003158e", "丁葛\U000e0101"), 900):
        playground.person(number, name)
        await page.reload()
        if page.viewport_size["width"] < 500:
            await page.get_by_role("button", name="换人").click()
        button = page.get_by_role("button", name=name)
        await expect(button.locator(".face")).to_have_text(name[1:])
