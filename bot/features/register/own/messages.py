"""Every word about a unit's own kinds."""

from collections.abc import Collection, Sequence

from bot.features.register.kinds.kind import Kind
from bot.features.register.own import buttons
from bot.features.register.own.declaring import Declared, OwnField
from bot.kit.glossary.choices import DUTIES
from bot.kit.lists import filled, label, two_a_row
from bot.kit.replies import PAGE, Choice, Message
from bot.kit.words import cut

TYPE_WORDS = {
    "day": "日期", "days": "起止日期", "people": "人员", "number": "数量", "text": "文字", "choice": "选项",
    "yesno": "是否", "site": "地点", "org": "单位", "file": "附件", "person": "一名人员", "link": "活动",
}  # fmt: skip
IN_CHAT = ("day", "days", "people", "number", "text", "choice", "yesno", "site", "org", "file")
NO_FIELD = "没有这项内容。"
DATED_STAYS = "统计日期不能停用。"
TOGETHER = "登记项目"


def listed(own: Sequence[Kind], above: Collection[str], stopped: Collection[str], hidden: Collection[str]) -> Message:
    """The kinds of the branch's own, and of the committees above it."""

    def said(kind: Kind) -> str:
        more = [
            *(["上级设置"] if kind.name in above else []),
            *(["已停用"] if kind.name in stopped else []),
            *(["不显示"] if kind.name in hidden else []),
        ]
        return f"{kind.word}（{'，'.join([f'单位：{kind.unit}', *more])}）"

    lines = [f"{number}. {said(one)}" for number, one in enumerate(own, 1)]
    head = "【登记项目】可以新增支部自己的登记项目，登记、台账和季度数据随之使用。"
    taps = [Choice(label(one.word), buttons.OpenOwn(one.name)) for one in own]
    makes = [Choice("新增登记项目", buttons.MakeOwn()), Choice("导入文件", buttons.HandInKind())]
    return Message("\n".join([head, *lines]), filled(*two_a_row(taps), makes))


def opened(declared: Declared, name: str, revision: int, above: str, stopped: bool, hidden: bool) -> Message:
    """One kind with what may be done to it."""
    lines = [f"【登记项目】{declared.word}", *about(declared)]
    lines += [f"第{revision}次调整后的内容"] if revision > 1 else []
    back = Choice(TOGETHER, buttons.ShowOwn())
    if above:
        lines.append(f"由{above}设置，支部不能修改。")
        shows = Choice("恢复显示" if hidden else "不显示", buttons.HideOwn(name, 0 if hidden else 1))
        return Message("\n".join(lines), [[shows, back]])
    lines += ["已停用，不能新增登记。"] if stopped else []
    fields = [Choice(label(one.label), buttons.OpenField(name, one.key)) for one in declared.asked]
    acts = [
        Choice("新增内容", buttons.AddField(name)),
        Choice("改名", buttons.Rename(name, "")),
        Choice("恢复使用" if stopped else "停用", buttons.StopOwn(name, 0 if stopped else 1)),
        back,
    ]
    return Message("\n".join(lines), filled(*two_a_row(fields), *two_a_row(acts)))


def about(declared: Declared) -> list[str]:
    """What a kind asks, who keeps it, what follows of it."""
    numbered = [f"{number}. {field_line(one)}" for number, one in enumerate(declared.asked, 1)]
    keepers = "、".join(DUTIES[one] for one in declared.keepers)
    followed = ["跟踪办理：责任人、完成期限，" + "、".join(declared.states.values())] if declared.states else []
    return [f"计量单位：{declared.unit}", *numbered, *followed, f"登记人：{keepers}"]


def field_line(one: OwnField) -> str:
    unit = f"，单位：{one.unit}" if one.unit else ""
    options = (
        f"：{'、'.join(word for code, word in one.options.items() if code not in one.dropped)}" if one.options else ""
    )
    dated = "，统计日期" if one.dated else "，必填" if one.needed else ""
    return f"{one.label}（{TYPE_WORDS[one.type]}{options}{unit}{dated}）"


def field_page(declared: Declared, name: str, one: OwnField) -> Message:
    acts = [Choice("改名", buttons.Rename(name, one.key))]
    acts += [] if one.dated else [Choice("停用", buttons.DropField(name, one.key))]
    back = Choice(label(declared.word), buttons.OpenOwn(name))
    text = f"【登记项目】{declared.word}\n{field_line(one)}\n停用后不再填写，已登记的内容保留。"
    return Message(text, [[*acts, back]])


def added(word: str, name: str) -> Message:
    return Message(f"已新增登记项目：{word}。", [[Choice("打开", buttons.OpenOwn(name))]])


def changed(what: str, declared: Declared, name: str) -> Message:
    return Message(f"{what}：{declared.word}。", [[Choice("打开", buttons.OpenOwn(name))]])


def ask_file() -> Message:
    return Message("请发送登记项目文件（toml格式），核对后添加。")


def faults(found: Sequence[str]) -> Message:
    """All of them, each with its line."""
    text = "\n".join(["文件有误，没有添加：", *found, "请修改后重新发送。"])
    return Message(cut(text, PAGE))


def preview(declared: Declared, dialog_id: int, known: bool) -> Message:
    head = "【调整登记项目】" if known else "【新增登记项目】"
    phrase = [f"总结用语：{declared.phrase}"] if declared.phrase else []
    text = "\n".join([f"{head}{declared.word}", *about(declared), *phrase])
    taps = [Choice("添加", buttons.TakeFile(dialog_id, 1)), Choice("不添加", buttons.TakeFile(dialog_id, 0))]
    return Message(cut(text, PAGE), [taps])


def not_added() -> Message:
    return Message("没有添加。", [[Choice(TOGETHER, buttons.ShowOwn())]])


def gone(word: str) -> Message:
    return Message(f"“{word}”没有登记内容，已删除。", [[Choice(TOGETHER, buttons.ShowOwn())]])
