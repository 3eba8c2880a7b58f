"""Every word about minutes, and the buttons below it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo

from bot.features.minutes.buttons import (
    AllMinutes,
    ReadPaper,
    SendPaper,
    SendPapers,
    SendSignIns,
    SheetAs,
    ShowMinutes,
    WriteMinutes,
)
from bot.features.minutes.known import Known
from bot.features.minutes.lines import said_lines
from bot.features.minutes.rules import PARTS, Wanted, Written
from bot.kit.doors import OpenMinutes, ShowActivityFiles
from bot.kit.glossary.choices import MINUTES_FORMS, MINUTES_STATES
from bot.kit.lists import filled, label
from bot.kit.replies import Choice, Document, Message
from bot.kit.sheets import visible
from bot.kit.words import by_day, cut, day_words, in_marks, short_day
from scheduler.calendar.days import local_day
from storage.choices import ActivityFileRole, ActivityType, MinutesForm, MinutesState
from storage.models.activity import Activity

TITLE = "【会议记录】"
NOTHING = "还没有需要填写会议记录的活动。"
NOT_THERE = "未填写"
# In UTF-16 units: a line of a summary, and one of a difference.
LONGEST, SHORT = 300, 60
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ASKS: Mapping[str, str] = {
    "agenda": "请发送议程，一行一条。",
    "speeches": "请发送发言要点，一行一条，例如：甲三：结合岗位谈了体会。不写姓名的一行为全体发言要点。",
    "resolutions": "请发送决议，一行一条。",
    "tasks": "请发送需要落实的事项，一行一条，例如：整理学习心得；甲二；10月10日。",
    "form": "请选择记录方式。",
    "host": "请选择主持人，或直接发送姓名。",
    "recorder": "请选择记录人，或直接发送姓名。",
    "place": "请发送活动地点。",
    "files": "请发送会议记录的照片、PDF或文档。",
}
SEND_PAPER = "请发送修改后的会议记录文档（docx）。其他文件将作为附件保存。"
OLD_PAPER = "会议记录文档"
SAVED, FINISHED, SAME = "会议记录草稿已保存。", "会议记录已完成。", "会议记录没有变动。"
CONFIRM = "核对无误请点“完成”。没有写完的请点“保存草稿”。"
CONFIRM_FINAL = "核对无误请点“保存”。"
KEPT_FILE = "这份文件已作为附件保存。如需修改记录内容，请点“填写记录”。"
UNCHANGED = "文档内容与已保存的记录一致，没有变动。"
NOT_READ = "主持人、记录人、考勤、第一议题和表决情况由活动记录生成，文档中的改动不读取，请在小助手中修改。"
OTHER_PAPER = "这份文档是另一项活动的会议记录，没有读取。"
BY_IMPORT = "修改后的会议记录文档请先点“取消”，再点“导入修改稿”发送，不能作为附件。"
ADDED, GONE_LINE = "增加", "去掉"


# --- asked -----------------------------------------------------------------------------------------------------------


def asked(title: str, parts: Sequence[Wanted], due: date, today: date) -> str:
    """7月主题党日：会议记录2份（主题党日、党课），请于7月12日（含）前完成。"""
    words = "、".join(one.word for one in parts)
    when = f"应于{by_day(due)}完成，已逾期，仍可补交" if today > due else f"请于{by_day(due)}完成"
    return f"{title}：会议记录{len(parts)}份（{words}），{when}。"


# --- the list and the pages ------------------------------------------------------------------------------------------


def listed(found: Sequence[tuple[Activity, Sequence[Wanted]]], tz: tzinfo) -> Message:
    """会议记录: what lacks some first, each with a button."""
    if not found:
        return Message(f"{TITLE}{NOTHING}")
    lines = [
        f"{short_day(local_day(one.start_at, tz))}{cut(one.title, SHORT)}：{_state(parts)}" for one, parts in found
    ]
    taps = [
        [Choice(label(f"{short_day(local_day(one.start_at, tz))} {one.title}"), OpenMinutes(one.id))]
        for one, _ in found
    ]
    return Message("\n".join([TITLE, *lines]), taps)


def _state(parts: Sequence[Wanted]) -> str:
    """已完成, or 缺党课 where some are there, else 缺2份."""
    lacks = [one for one in parts if one.lacks]
    if not lacks:
        return "已完成"
    drafts = sum(one.state is MinutesState.DRAFT for one in lacks)
    noted = f"，其中草稿{drafts}份" if drafts else ""
    return f"缺{'、'.join(one.word for one in lacks)}{noted}"


def of_activity(activity: Activity, parts: Sequence[Wanted], tz: tzinfo) -> Message:
    """One activity of several components."""
    day = day_words(local_day(activity.start_at, tz))
    lines = [f"{one.word}：{MINUTES_STATES[one.state] if one.state else NOT_THERE}" for one in parts]
    taps = [[Choice(one.word, ShowMinutes(activity.id, one.component))] for one in parts]
    return Message(
        "\n".join([f"{TITLE}{activity.title}", day, *lines]),
        [*taps, [Choice("导出全部", SendPapers(activity.id)), Choice("全部活动", AllMinutes())]],
    )


def page(
    activity_id: int,
    known: Known,
    said: Written,
    state: MinutesState | None,
    names: Mapping[int, str],
    files: int,
    *,
    open_: bool,
    several: bool,
) -> Message:
    """What there is of one component. open_: it may still be changed; several: the activity has others."""
    word = MINUTES_STATES[state] if state is not None else NOT_THERE
    lines = [f"{TITLE}{known.word}（{word}）", *head(known), *body(said, names), *_files(files)]
    taps = [
        [Choice("填写记录", WriteMinutes(activity_id, known.component))] if open_ else [],
        [
            Choice("导出文档", SendPaper(activity_id, known.component)),
            *([Choice("导入修改稿", ReadPaper(activity_id, known.component))] if open_ else []),
        ],
        [
            *(
                [
                    Choice(
                        "查看附件",
                        ShowActivityFiles(activity_id, ActivityFileRole.MINUTES.value, known.component.value),
                    )
                ]
                if files
                else []
            ),
            Choice("本次活动", OpenMinutes(activity_id)) if several else Choice("全部活动", AllMinutes()),
        ],
    ]
    return Message(cut("\n".join(lines), 3800), filled(*taps))


def head(known: Known) -> list[str]:
    """What is known without anybody writing it."""
    day = day_words(known.start_at.date())
    came = f"应到{known.expected}人，实到{known.present}人（正式{known.full}人，预备{known.probationary}人）"
    lines = [
        f"{known.title}，{day}{known.start_at:%H:%M}至{known.end_at:%H:%M}，{known.place or '地点未填写'}",
        f"主持：{known.host or NOT_THERE}，记录：{known.recorder or NOT_THERE}",
        came if known.settled else "请先点名登记考勤。",
        f"缺席人员及原因：{'、'.join(known.away)}" if known.away else "",
        f"列席：{'、'.join(known.observers)}" if known.observers else "",
        f"第一议题：{'；'.join(known.first_agenda)}" if known.first_agenda else "",
        *(f"{word}：{text}" for word, text in known.more),
        *(f"表决情况：{one}" for one in known.votes),
        *known.set_of,
        *known.doubts,
    ]
    return [cut(line, LONGEST) for line in lines if line]


def body(said: Written, names: Mapping[int, str]) -> list[str]:
    """What is written, part by part."""
    if said.form is not MinutesForm.TYPED:
        return [f"记录方式：{MINUTES_FORMS[said.form]}"]
    lines = ((word, said_lines(part, said, names)) for part, word in PARTS.items())
    return [cut(f"{word}：{_joined(found)}", LONGEST) for word, found in lines if found]


def _joined(lines: Sequence[str]) -> str:
    return "；".join(lines)


def _files(many: int) -> list[str]:
    return [f"附件：{many}个"] if many else []


def stands(part: str, said: Written, names: Mapping[int, str]) -> str:
    """What stands, to be copied and mended, above the question."""
    lines = said_lines(part, said, names)
    return f"{cut(chr(10).join(lines), 3000)}\n{ASKS[part]}" if lines else ASKS[part]


def new_files(names: Sequence[str]) -> list[str]:
    """新附件：2个（签到.jpg、记录.pdf）, so that nothing is kept unsaid."""
    shown = [*(cut(visible(name), SHORT) for name in names[:5]), *(["等"] if len(names) > 5 else [])]
    return [f"新附件：{len(names)}个（{'、'.join(shown)}）"] if names else []


def namesakes(found: Mapping[str, int]) -> list[str]:
    return [f"有{many}位同志叫{name}，发言只记姓名。" for name, many in found.items()]


def unmentioned(words: Sequence[str]) -> str:
    """What the template asks for and the minutes do not say."""
    return f"记录中没有提到：{'、'.join(words)}。确实无需记录的，请点“确认完成”。"


def finished(
    known_word: str, state: MinutesState, activity_id: int, component: ActivityType, left: Sequence[str] = ()
) -> Message:
    """left: what of the activity somebody else has entered meanwhile."""
    said = FINISHED if state is MinutesState.FINAL else SAVED
    if left:
        said += f"{'、'.join(left)}已由其他同志填写，没有改动。"
    taps = [
        Choice("查看记录", ShowMinutes(activity_id, component)),
        Choice("导出文档", SendPaper(activity_id, component)),
    ]
    return Message(f"{known_word}：{said}", [taps])


# --- papers ----------------------------------------------------------------------------------------------------------


def paper(activity: Activity, word: str, content: bytes, tz: tzinfo) -> Document:
    day = local_day(activity.start_at, tz)
    return Document(f"{_file_name(activity.title)}{word}{day:%Y%m%d}.docx", content)


def _file_name(title: str) -> str:
    """A title without what no file name has, and without what nobody sees; 、 does not come through either."""
    seen = cut(" ".join(visible(title).split()), SHORT).replace("、", "和")
    return "".join(one for one in seen if one not in '\\/:*?"<>|')


def sheet(activity: Activity, shape: SheetAs, content: bytes, tz: tzinfo) -> Document:
    day = local_day(activity.start_at, tz)
    return Document(f"{_file_name(activity.title)}签到表{day:%Y%m%d}.{_ENDS[shape]}", content)


_ENDS = {SheetAs.DOCX: "docx", SheetAs.XLSX: "xlsx"}


def which_shape(activity: Activity, now: datetime) -> Message:
    """Blank until the start, filled in afterwards."""
    said = "空白签到表，供打印后签到" if now < activity.start_at else "已登记的签到情况"
    taps = [
        Choice("导出文档", SendSignIns(activity.id, SheetAs.DOCX)),
        Choice("导出表格", SendSignIns(activity.id, SheetAs.XLSX)),
    ]
    return Message(f"【签到表】{activity.title}\n{said}。请选择格式。", [taps])


def differences(changed: Mapping[str, tuple[Sequence[str], Sequence[str]]], unread: Sequence[str]) -> str:
    """What a paper that came back says otherwise, and what of it nobody reads."""
    lines = ["【导入修改稿】以下内容与已保存的记录不同："]
    for part, (new, old) in changed.items():
        moved = [] if new or old else ["顺序有调整"]
        said = [
            *(f"{ADDED}{in_marks(one, SHORT)}" for one in new[:5]),
            *(f"{GONE_LINE}{in_marks(one, SHORT)}" for one in old[:5]),
        ]
        more = ["等"] if len(new) > 5 or len(old) > 5 else []
        lines.append(f"{PARTS[part]}：{'，'.join([*said, *moved])}{''.join(more)}")
    return cut("\n".join([*lines, *not_read(unread), "请在下面核对，保存后生效。"]), 3800)


def of_another(title: str, day: date) -> str:
    """A paper of another activity was sent."""
    called = f"{in_marks(title, SHORT)}（{short_day(day)}）"
    return f"这份文档是{called}的会议记录，没有读取。请打开那项活动的会议记录，再点“导入修改稿”。"


def of_other_parts(there: Sequence[str], wanted: str) -> str:
    """A paper of the same activity, without the component that it was sent for."""
    return f"这份文档是{'、'.join(there)}，其中没有{wanted}，没有读取。请打开对应的会议记录，再点“导入修改稿”。"


def unchanged(unread: Sequence[str]) -> str:
    return "\n".join([UNCHANGED, *not_read(unread)])


def not_read(unread: Sequence[str]) -> list[str]:
    more = "、".join(f"“{cut(one, SHORT)}”" for one in unread[:5])
    return [*([f"没有读取：{more}，请写在已有的标题下。"] if more else []), NOT_READ]
