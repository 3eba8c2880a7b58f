"""A playground with everything on its page that it can show, and what is measured of it in a browser."""

from pathlib import Path
from typing import Any

from bot.playground.groups import Group
from bot.playground.people import PIXEL, Person
from bot.playground.server import Playground

KEYS = [["签到", "我的待办"], ["建活动", "考勤"], ["登记", "季度数据"], ["更多"]]
LONG = "已学完《关于在全党大兴调查研究的工作方案及其配套文件汇编（第二版）》"

MEASURES = Path(__file__).with_name("measures.js").read_text()


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


async def measured(page: Any, function: str) -> Any:
    """What a function of measures.js finds on the page as it is now."""
    return await page.evaluate(f"(() => {{ {MEASURES}\n return {function}(); }})()")
