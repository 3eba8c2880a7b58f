"""我的数据 as one page that any phone opens: large letters, no script, nothing of it is markup.

It brings the font along as far as it needs it: few telephones have rare letters.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Any

from bot.features.privacy.mydata import DataTable, MyData, Row
from bot.features.privacy.words import HIDDEN
from bot.features.roster.words import full_day
from bot.kit.form_pages import CLEARED
from bot.kit.glossary.acts import VIA, action_word, subject_word
from bot.kit.glossary.choices import value_word
from bot.kit.glossary.columns import FILES, column_word, stored_word
from bot.kit.letters import LACKING, drawn, font_face, missing
from bot.kit.sheets import visible
from bot.kit.words import moment_words
from storage.choices import ActivityType

STYLE = (
    "body{font:18px/1.6 data,sans-serif;margin:1em;max-width:60em}h1{font-size:1.4em}h2{font-size:1.15em}"
    "table{border-collapse:collapse;width:100%}th{background:#f3f3f3}"
    "th,td{border:1px solid #bbb;padding:.3em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    # On a telephone a row is a list: thirteen columns side by side would be a letter wide.
    "@media(max-width:40em){.rows tr:first-child,.rows td:empty{display:none}"
    ".rows tr,.rows td{display:block}.rows tr{border:1px solid #bbb;margin-bottom:.6em}.rows td{border:0}"
    ".rows td::before{content:attr(data-name)'：';color:#555}}"
)
# Nothing is fetched, and nothing runs.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
# A text that is not longer says whose letter it is.
NAME = 20
# What only says where a card stands in a chat.
MACHINERY = frozenset({"card"})
EMPTY = "（无）"
# Of what is filled in of a form: what stands for itself, and what is said with its word.
FREE = frozenset({"text", "name", "document", "note", "title"})
FILLED = {
    "types": "内容", "day": "日期", "meeting": "大会日期", "until": "结束日期", "due": "截止日期", "due_on": "截止日期",
    "time": "时间", "place": "地点", "length": "时长（分钟）", "hours": "学时", "agenda": "第一议题",
    "topic": "研讨题目", "host": "主持人", "lecturer": "授课人",
}  # fmt: skip
DAYS, PEOPLE = frozenset({"day", "meeting", "until", "due", "due_on"}), frozenset({"host", "lecturer"})


def page(data: MyData, now: datetime, tz: tzinfo) -> str:
    """The whole page; every cell is escaped."""
    title = _safe(f"{data.name}同志的数据")
    written = "\n".join(_lines(data, now, tz))
    shown = f"<h1>{title}</h1>{_note([*re.findall('>([^<]+)<', written), title])}{written}"
    body = drawn(shown, chinese=True)
    return "\n".join(
        [
            '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            f"<title>{title}</title><style>{font_face('data', html.unescape(body))}{STYLE}</style></head>",
            f"<body>{body}</body></html>",
        ]
    )


def _note(texts: Iterable[str]) -> str:
    """Each letter that the font lacks once: 戊〓（U+20C53）, without a text that is longer than a name."""
    named: dict[str, str] = {}
    for one in missing(texts, chinese=True):
        for letter, code in zip(one.letters, one.codes, strict=True):
            named.setdefault(letter, f"{one.text if len(one.text) <= NAME else LACKING}（{code}）")
    said = "、".join(named.values())
    return f"<p>“{LACKING}”代替字库以外的字：{said}。原字见“我的数据.json”。</p>" if said else ""


def _lines(data: MyData, now: datetime, tz: tzinfo) -> Iterator[str]:
    yield f"<p>{_safe(moment_words(now, tz))}生成，包括小助手保存的您的全部数据。</p>"
    for part in data.parts:
        if part.rows and part.name not in MACHINERY:
            yield from _table(data, part, tz)
    if data.files:
        yield from _files(data.files, tz)
    acted = [(part.title, part.acted) for part in data.parts if part.acted]
    if acted:
        yield "<h2>由您办理或提到您的支部记录</h2><table><tr><th>记录</th><th>条数</th></tr>"
        yield from (f"<tr><td>{_safe(name)}</td><td>{count}</td></tr>" for name, count in acted)
        yield "</table>"


def _files(files: Iterable[Row], tz: tzinfo) -> Iterator[str]:
    """Their names: what stands in them is shown with the entry, to whoever may read it."""
    yield "<h2>您提交的和登记中提到您的附件</h2><table>"
    yield "<tr><th>文件名</th><th>大小</th><th>保存时间</th><th>提交</th></tr>"
    for one in files:
        size = f"{max(1, round((one['size'] or 0) / 1024))}KB"
        cells = [one["name"], size, shown(one["stored_at"], tz), "本人" if one["own"] else "他人"]
        yield "<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in cells) + "</tr>"
    yield "</table>"


def _table(data: MyData, part: DataTable, tz: tzinfo) -> Iterator[str]:
    columns = [name for name in part.columns if name not in HIDDEN]
    cells = [[_safe(_shown(data, part, row, name, tz)) for name in columns] for row in part.rows]
    yield f'<h2>{_safe(part.title)}（{len(part.rows)}条）</h2><table class="rows"><tr>'
    names = [_safe(column_word(name, part.name)) for name in columns]
    yield "".join(f"<th>{name}</th>" for name in names) + "</tr>"
    # A draft that was closed, a card: rows that say nothing to a reader stand in the file for programs.
    for row in filter(any, cells):
        named = zip(names, row, strict=True)
        yield "<tr>" + "".join(f'<td data-name="{name}">{cell}</td>' for name, cell in named) + "</tr>"
    yield "</table>"


def _shown(data: MyData, part: DataTable, row: Row, column: str, tz: tzinfo) -> str:
    value = row[column]
    target = data.points.get((part.name, column))
    if target is not None and value is not None:
        return data.names.get((target, value), str(value))
    if part.name == "audit":
        return _of_audit(row, column, tz)
    if column == "payload":
        return _received(value)
    if (part.name, column) in (("dialog", "draft"), ("draft", "fields")):
        return _filled_in(value)
    if column in ("draft", "details"):
        return _texts(value)
    return shown(stored_word(part.name, column, value) if isinstance(value, str) else value, tz)


def _of_audit(row: Row, column: str, tz: tzinfo) -> str:
    value = row[column]
    if column == "details":
        return EMPTY if not value else f"{len(value)}项"
    if column == "action":
        return action_word(value, row["subject"])
    if column == "via":
        return VIA.get(value, value)
    return subject_word(value) if column == "subject" else shown(value, tz)


def shown(value: Any, tz: tzinfo) -> str:
    """One stored value in words."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, StrEnum):
        return value_word(value)
    if isinstance(value, datetime):
        local = value.astimezone(tz)
        return f"{full_day(local.date())}{local:%H:%M}"
    if isinstance(value, date):
        return full_day(value)
    if isinstance(value, dict | list):
        return _texts(value)
    return str(value)


def _received(payload: str | None) -> str:
    """What somebody wrote, out of the update as it came."""
    try:
        update = json.loads(payload or "{}")
    except ValueError:
        return ""
    content: dict[str, Any] = next((each for each in update.values() if isinstance(each, dict)), {})
    said = content.get("text") or content.get("caption") or ""
    file = next((FILES[kind] for kind in ("photo", "voice", "document", "audio", "video") if kind in content), "")
    return " ".join(filter(None, [f"【{file}】" if file else "", str(said)])) or "按钮"


def _texts(value: Any) -> str:
    """The words in a document: texts and names of files, without the keys of the machinery."""
    if isinstance(value, dict):
        kept = (_texts(each) for key, each in value.items() if key in ("text", "name", "document", "note", "title"))
        return " ".join(filter(None, kept))
    if isinstance(value, list):
        return "、".join(filter(None, (_texts(each) for each in value)))
    return str(value) if isinstance(value, str) else ""


def _filled_in(fields: Any) -> str:
    """What somebody has answered so far; of what a program keeps beside it (keys, numbers, files) nothing."""
    if not isinstance(fields, dict):
        return ""
    said = {key: _answer(key, value) for key, value in fields.items() if key != CLEARED}
    return "；".join(f"{FILLED[key]}：{words}" if key in FILLED else words for key, words in said.items() if words)


def _answer(key: str, value: Any) -> str:
    if isinstance(value, dict):
        return _filled_in(value)
    if isinstance(value, list):
        return "、".join(filter(None, (_answer(key, each) for each in value)))
    if not isinstance(value, str) or not value:
        return ""
    if key in DAYS:
        return _day(value)
    if key == "types":
        return value_word(ActivityType(value)) if value in set(ActivityType) else ""
    if key in PEOPLE:
        return f"{value}号"
    # Of other questions a choice is kept by a key.
    return value if key in FREE or key in FILLED or not value.isascii() else ""


def _day(value: str) -> str:
    """Nothing for an end that is open."""
    try:
        return full_day(date.fromisoformat(value))
    except ValueError:
        return ""


def _safe(text: str) -> str:
    return html.escape(visible(text)).replace("\n", "<br>")
