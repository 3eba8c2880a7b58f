"""A playground with everything on its page that it can show, and what is measured of it in a browser."""

from typing import Any

from bot.playground.groups import Group
from bot.playground.people import PIXEL, Person
from bot.playground.server import Playground

KEYS = [["签到", "我的待办"], ["建活动", "考勤"], ["登记", "季度数据"], ["更多"]]
LONG = "已学完《关于在全党大兴调查研究的工作方案及其配套文件汇编（第二版）》"


async def furnish(playground: Playground) -> tuple[Person, Group]:
    """A member with a full chat, one who has not begun, one without keys, and a group in which little was said."""
    member = playground.person(1, "甲一", label="支部书记")
    playground.person(2, "甲二", label="党员")
    silent = playground.person(3, "乙三", label="党员")
    group = playground.group(-5, "示范党支部群", [member])
    playground.group(-6, "新建的群", [member])
    await silent.start()
    await member.start()
    await fill(playground, member)
    await call(playground, "sendMessage", chat_id=group.id, text="【主题党日通知】7月主题党日")
    return member, group


async def fill(playground: Playground, member: Person) -> None:
    """A text, an own one that was changed, links, files, a picture, and buttons with long words on them."""
    where = {"chat_id": member.id}
    await call(playground, "sendMessage", **where, text="您好，同志！", reply_markup={"keyboard": KEYS})
    await member.edit(await member.send("7月8日", reply_to=member.chat.last), "7月7日 14:30")
    await call(playground, "setMyCommands", commands=[{"command": "signin", "description": "签到"}])
    await call(playground, "sendMessage", **where, text="请看 https://example.org/a 或发送 /help 查看说明。")
    await member.photo(PIXEL, "现场照片")
    for name in ("心得体会.docx", "我的数据.html", "一份名称很长很长很长很长很长很长很长很长很长的情况说明.pdf"):
        await member.upload_document(name, b"%PDF-1.7" if name.endswith("pdf") else b"PK")
    await member.voice()
    rows = [
        [{"text": LONG, "callback_data": "a"}],
        [{"text": "确认登记", "callback_data": "b"}, {"text": "不登记", "callback_data": "c"}],
        [{"text": "打开小助手", "url": "https://example.org/"}],
    ]
    text = "甲一同志，您有2项待办：" + "\n一行" * 12
    await call(playground, "sendMessage", **where, text=text, reply_markup={"inline_keyboard": rows})


async def call(playground: Playground, method: str, **params: Any) -> Any:
    _, answer = await playground.handle(playground.token, method, params)
    assert answer["ok"], answer
    return answer["result"]


# Of every text that is seen: its words, and its contrast with what lies behind it, as WCAG reckons it.
CONTRASTS = """() => {
  const parse = (color) => { const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number); return { rgb: [r, g, b], a }; };
  const over = (top, below) => top.rgb.map((value, at) => value * top.a + below[at] * (1 - top.a));
  const light = (rgb) => rgb.map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (node) => {
    const color = parse(getComputedStyle(node).backgroundColor);
    return color.a === 1 || !node.parentElement ? color.rgb : over(color, behind(node.parentElement));
  };
  const ratio = (color, node) => {
    const back = behind(node), [low, high] = [light(over(parse(color), back)), light(back)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && node.getClientRects().length > 0;
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: node, data } = walker.currentNode;
    if (data.trim() && seen(node)) found.push([data.trim().slice(0, 20), ratio(getComputedStyle(node).color, node)]);
  }
  for (const node of document.querySelectorAll("input, textarea")) {
    if (!seen(node)) continue;
    found.push([node.id, ratio(getComputedStyle(node).color, node)]);
    if (node.placeholder) found.push([node.placeholder, ratio(getComputedStyle(node, "::placeholder").color, node)]);
  }
  return found;
}"""

# Of everything that is tapped: its words, width and height. A link within a text is as wide as its words.
TARGETS = """() => [...document.querySelectorAll("button, a, input, textarea, summary, [tabindex='0']")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }))
  .map((node) => {
    const { width, height } = node.getClientRects()[0];
    return [node.ariaLabel || node.textContent.trim().slice(0, 20) || node.id, node.closest(".words") ? 99 : width, height];
  })"""

# What is wider than the place that it has: the page, or a text than its button.
OVERFLOWS = """() => [document.documentElement, ...document.querySelectorAll("main, header, footer, #clock, #scroll, button, .bubble")]
  .filter((node) => node.checkVisibility() && node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== "inline")
  .map((node) => node.id || node.textContent.slice(0, 20))"""
