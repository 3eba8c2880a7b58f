"""What can be measured of the page's looks in a headless Chromium: contrast, targets, room, the way of the Tab key."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.playground.http import serve
from tests.playground.scene import KEYS, LONG, call, furnish, measured

pytestmark = pytest.mark.browser
CHROMIUM = "/usr/bin/chromium"
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
# A chat, or the words that there is none.
SHOWN = ".bubble, #empty:not([hidden])"
LEAST_CONTRAST, LEAST_TARGET = 4.5, 40


@pytest.fixture
async def base(playground):
    await furnish(playground)
    # No bot is there to take them.
    playground.updates.drop()
    playground.pace.on = False
    async with serve(playground) as base:
        yield base


@pytest.fixture
def expect():
    from playwright.async_api import expect

    return expect


@pytest.fixture
async def launch():
    """launch(**options) -> a Chromium of its own."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:

        async def start(**options):
            return await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], **options)

        yield start


async def opened(browser, base, where="#1", *, size="phone", scheme="light"):
    width, height = SIZES[size]
    page = await browser.new_page(
        viewport={"width": width, "height": height}, locale="zh-CN", color_scheme=scheme, reduced_motion="reduce"
    )
    await page.goto(f"{base}/{where}")
    await page.wait_for_selector(SHOWN)
    return page


async def check(page):
    """Every text, every target, every width that is to be seen now."""
    await page.mouse.move(0, 0)
    faint = [(words, round(ratio, 2)) for words, ratio in await measured(page, "contrasts") if ratio < LEAST_CONTRAST]
    assert faint == []
    small = [target for target in await measured(page, "targets") if min(target[1:]) < LEAST_TARGET]
    assert small == []
    assert await measured(page, "overflows") == []


def room(page):
    return page.evaluate("document.getElementById('scroll').clientHeight")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_all_can_be_read_and_hit(launch, base, playground, size, scheme):
    page = await opened(await launch(), base, size=size, scheme=scheme)
    await check(page)
    for name in ("展开时钟", "收起键盘", "菜单"):
        if await page.get_by_role("button", name=name).count():
            await page.get_by_role("button", name=name).click()
            await check(page)
    await page.get_by_role("button", name="回复").first.click()
    await page.evaluate("toast('已收到，谢谢。')")
    await page.wait_for_selector("#toast:not(:empty)")
    await check(page)
    await page.evaluate("showAlert('主持：甲一')")
    await check(page)
    await page.get_by_role("button", name="确定").click()
    await page.get_by_role("button", name="换人").click()
    await page.get_by_label("查找人员").fill("丁")
    await check(page)
    for where in ("#1/-5", "#1/-6", "#2", "#3", "#999"):
        await page.goto("about:blank")
        await page.goto(f"{base}/{where}")
        await page.wait_for_selector(SHOWN)
        await check(page)
    playground.replay = (playground.clock.now(), playground.clock.now() + timedelta(days=9))
    await page.reload()
    await page.wait_for_selector("#replay:not([hidden])")
    await check(page)


async def test_the_chat_has_the_room(launch, base, expect):
    page = await opened(await launch(), base)
    assert len(KEYS) == await page.locator("#keyboard > div").count()
    assert await room(page) >= 400
    await page.get_by_role("button", name="展开时钟").click()
    await expect(page.get_by_label("日期和时间")).to_be_visible()
    assert await room(page) >= 400
    await page.get_by_role("button", name="收起时钟").click()
    await page.get_by_role("button", name="收起键盘").click()
    await expect(page.locator("#keyboard")).to_be_hidden()
    assert await room(page) >= 600
    # The newest message is still the one that is seen.
    await expect(page.get_by_role("button", name="打开小助手")).to_be_in_viewport()


async def test_what_was_folded_stays_so(launch, base, expect):
    page = await opened(await launch(), base)
    await page.get_by_role("button", name="展开时钟").click()
    await page.get_by_role("button", name="收起键盘").click()
    await page.get_by_role("button", name="示范党支部群").click()
    await page.get_by_role("button", name="支部小助手").click()
    await page.reload()
    await expect(page.get_by_role("button", name="收起时钟")).to_have_attribute("aria-expanded", "true")
    await expect(page.get_by_role("button", name="展开键盘")).to_have_attribute("aria-expanded", "false")
    await page.get_by_role("button", name="展开键盘").click()
    await expect(page.get_by_role("button", name="签到", exact=True)).to_be_visible()


AFTER_THE_CHAT = ["menu", "file", "text", "send", "fold-keyboard", "fold-clock"]


@pytest.mark.parametrize("size", SIZES)
async def test_three_tabs_lead_to_the_chat(launch, base, size):
    page = await opened(await launch(), base, size=size)
    for _ in range(3):
        await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.id") == "scroll"
    seen = []
    while not await page.evaluate("document.activeElement === document.body") and len(seen) < 60:
        seen.append(await page.evaluate("document.activeElement.id"))
        assert await measured(page, "outlined"), f"nothing shows the focus on {seen[-1]}"
        await page.keyboard.press("Tab")
    assert [one for one in seen if one in AFTER_THE_CHAT] == AFTER_THE_CHAT


async def test_arrows_go_through_the_people(launch, base, expect):
    page = await opened(await launch(), base, size="desktop")
    await page.get_by_role("button", name="换人").click()
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#who")).to_have_text("甲二 · 党员")
    assert await page.evaluate("document.activeElement.textContent") == "二甲二党员"


async def test_the_list_of_people_on_a_phone(launch, base, expect):
    """It takes the keyboard while it is open, and gives it back."""
    page = await opened(await launch(), base)
    await page.get_by_role("button", name="换人").click()
    await expect(page.locator("#side")).to_be_visible()
    assert await page.evaluate("document.getElementById('main').inert")
    await page.keyboard.press("Escape")
    await expect(page.locator("#side")).to_be_hidden()
    assert await page.evaluate("document.activeElement.id") == "me"


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("#2", "还没有消息。\n请点“开始”，与支部小助手对话。"),
        ("#1/-6", "群里还没有消息。"),
        ("#999", "没有选择会话。\n请点“换人”选择身份。"),
    ],
)
async def test_where_there_is_nothing_it_says_so(launch, base, expect, where, words):
    page = await opened(await launch(), base, where)
    await expect(page.locator("#empty")).to_have_text(words, use_inner_text=True)


async def test_no_keys_and_nobody(launch, base, expect):
    page = await opened(await launch(), base, "#3", size="desktop")
    await expect(page.locator("#keyboard")).to_have_text("这里没有下方按钮，可以直接输入消息。")
    await expect(page.locator("#fold-keyboard")).to_be_hidden()
    await page.get_by_label("查找人员").fill("丁")
    await expect(page.locator("#nobody")).to_have_text("没有找到“丁”。")


async def test_a_playground_without_people(launch, playground, expect):
    async with serve(playground) as base:
        page = await opened(await launch(), base, "")
        await expect(page.locator("#empty")).to_contain_text("这里还没有人员。")
        playground.person(7, "丙七", label="预备党员")
        playground.touch()
        await expect(page.locator("#who")).to_have_text("丙七 · 预备党员")


async def test_long_words_on_buttons_wrap(launch, base):
    page = await opened(await launch(), base)
    button = page.get_by_role("button", name=LONG)
    box = await button.bounding_box()
    assert box["x"] + box["width"] <= 390
    assert box["height"] > 2 * 16
    assert await button.evaluate("node => node.scrollWidth <= node.clientWidth")


async def test_files_are_opened_or_saved(launch, base, expect):
    page = await opened(await launch(), base)
    await expect(page.get_by_role("link", name="照片，点开查看")).to_have_attribute("target", "_blank")
    async with page.expect_popup() as popup:
        await page.locator("a.file", has_text="我的数据.html").click()
    shown = await popup.value
    await shown.wait_for_load_state()
    assert await shown.evaluate("origin") == "null"
    async with page.expect_download() as download:
        await page.locator("a.file", has_text="心得体会.docx").click()
    assert (await download.value).suggested_filename == "心得体会.docx"
    async with page.expect_download() as download:
        await page.get_by_role("link", name="下载我的数据.html").click()
    assert (await download.value).suggested_filename == "我的数据.html"


async def test_a_message_is_changed_and_a_card_answered(launch, base, expect, playground):
    page = await opened(await launch(), base)
    await page.get_by_role("button", name="修改：7月7日 14:30").click()
    await expect(page.get_by_label("输入消息")).to_have_value("7月7日 14:30")
    await page.get_by_label("输入消息").fill("7月6日 09:00")
    await page.get_by_role("button", name="发送", exact=True).click()
    changed = page.locator("li.mine", has_text="7月6日 09:00")
    await expect(changed.locator(".meta")).to_contain_text("已编辑")
    await expect(page.get_by_label("输入消息")).to_have_value("")
    assert [
        update["edited_message"]["text"] for update in playground.updates.history if "edited_message" in update
    ] == [
        "7月7日 14:30",
        "7月6日 09:00",
    ]
    await changed.get_by_role("button", name="修改").click()
    await page.get_by_role("button", name="不修改").click()
    await expect(page.get_by_label("输入消息")).to_have_value("")
    await page.get_by_role("button", name="示范党支部群").click()
    await page.get_by_role("button", name="回复：【主题党日通知】").click()
    await page.get_by_label("输入消息").fill("收到")
    await page.get_by_label("输入消息").press("Enter")
    await expect(page.locator("li.mine .quote")).to_have_text("【主题党日通知】7月主题党日")
    assert playground.updates.history[-1]["message"]["reply_to_message"]["text"] == "【主题党日通知】7月主题党日"


async def test_what_was_refused_is_not_lost(launch, base, expect, playground):
    page = await opened(await launch(), base)
    playground.replay = (playground.clock.now(), playground.clock.now() + timedelta(days=9))
    await page.get_by_label("输入消息").fill("写了很久的一段话")
    await page.get_by_role("button", name="发送", exact=True).click()
    await expect(page.get_by_role("status")).to_have_text("正在演示，演示结束后可以操作。")
    await expect(page.get_by_label("输入消息")).to_have_value("写了很久的一段话")


async def test_readers_hear_only_what_is_new(launch, base, expect, playground):
    """The log is not made anew, and who stands on a button of it goes on standing there."""
    page = await opened(await launch(), base)
    await page.get_by_role("button", name="确认登记").focus()
    await page.evaluate("""() => {
      window.heard = [];
      const tell = (records) => heard.push(...records.flatMap((record) => [...record.addedNodes]));
      new MutationObserver(tell).observe(document.getElementById("messages"), { childList: true });
    }""")
    await call(playground, "sendMessage", chat_id=1, text="新的一条")
    await expect(page.locator(".bubble").last).to_contain_text("新的一条")
    assert await page.evaluate("heard.length") == 1
    assert await page.evaluate("document.activeElement.textContent") == "确认登记"
    assert await page.get_by_role("log").count() == 1
    assert await page.locator("#toast").get_attribute("aria-live") == "polite"


async def test_progress_from_the_first_second(launch, base, expect, playground, clock):
    begun = clock.now()
    playground.replay = (begun, begun + timedelta(days=10))
    page = await opened(await launch(), base)
    await expect(page.locator("#reached")).to_have_text("正在演示：0%，已到7月7日（周五）")
    await expect(page.locator("#moves")).to_be_hidden()
    clock.jump(begun + timedelta(days=4))
    playground.touch()
    await expect(page.locator("#reached")).to_have_text("正在演示：40%，已到7月11日（周二）")
    await expect(page.get_by_role("progressbar", name="演示进度")).to_have_attribute("value", "40")
    playground.replay = None
    playground.touch()
    await expect(page.locator("#replay")).to_be_hidden()
    await page.get_by_role("button", name="展开时钟").click()
    await expect(page.get_by_text("接下来40天没有要发送的消息。")).to_be_visible()


async def test_a_day_that_was_picked_is_not_taken_back(launch, base, expect, playground, clock):
    """By the clock, which goes on meanwhile."""
    page = await opened(await launch(), base, size="desktop")
    await page.get_by_label("日期和时间").fill("2023-07-10T12:00")
    await page.get_by_role("button", name="+1天").focus()
    clock.jump(clock.now() + timedelta(minutes=5))
    playground.touch()
    await expect(page.locator("#now")).to_have_text("2023年7月7日（周五）08:35")
    await expect(page.get_by_label("日期和时间")).to_have_value("2023-07-10T12:00")
    await page.get_by_role("button", name="前往").click()
    await expect(page.locator("#now")).to_have_text("2023年7月10日（周一）12:00")
    await page.get_by_role("button", name="+1小时").click()
    await expect(page.get_by_label("日期和时间")).to_have_value("2023-07-10T13:00")


# All fonts of the machine but those with the letters of these languages.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir><selectfont><rejectfont>{rejected}</rejectfont>
</selectfont></fontconfig>"""
HAS_CHINESE = any(Path("/usr/share/fonts").rglob("NotoSansCJK*"))
REJECTED = '<pattern><patelt name="lang"><string>{}</string></patelt></pattern>'


@pytest.mark.parametrize("chinese", [False, True], ids=["without", "with"])
async def test_letters_come_along_only_where_there_are_none(launch, base, tmp_path, chinese):
    fetched = []
    environment = {}
    if not chinese:
        rejected = "".join(REJECTED.format(language) for language in ("zh-cn", "zh-tw", "zh-hk", "ja", "ko"))
        (tmp_path / "fonts.conf").write_text(FONTS.format(cache=tmp_path / "cache", rejected=rejected))
        environment = {"env": {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "HOME": str(tmp_path)}}
    elif not HAS_CHINESE:
        # Only a machine with letters of its own can show that nothing is fetched then; .ci/run installs them.
        pytest.skip("this machine has no Chinese letters")
    browser = await launch(**environment)
    page = await browser.new_page(locale="zh-CN")
    page.on("request", lambda request: fetched.append(request.url))
    await page.goto(f"{base}/#1")
    await page.wait_for_selector(".bubble")
    await page.evaluate("document.fonts.ready.then(() => null)")
    await asyncio.sleep(0.2)
    assert any(url.endswith("/page/chinese.otf") for url in fetched) is not chinese
    loaded = await page.evaluate("[...document.fonts].map((face) => face.status)")
    assert loaded == (["unloaded"] if chinese else ["loaded"])
