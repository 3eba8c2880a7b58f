"""Every word about talks: that there was one, never what was said."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from bot.features.talks import buttons, campaigns
from bot.features.talks.reading import YearOf
from bot.features.talks.rules import Held, Party, Progress, Wanted
from bot.kit.doors import Open
from bot.kit.glossary.choices import TALK_KINDS, TALK_MODES
from bot.kit.lists import filled, page_of, really, two_a_row
from bot.kit.rates import percent
from bot.kit.replies import PAGE, Choice, Document, Message
from bot.kit.words import by_day, cut, dated, quoted, short_day
from storage.models.talk import TalkCampaign
from storage.roster import Member

COMMAND = "talk"
RECORD = Choice("登记谈话", Open(COMMAND))
ONE_MORE = Choice("再记一条", Open(COMMAND))
OVERVIEW = Choice("谈话情况", buttons.ShowTalks())
WRITTEN, UNWRITTEN = "有书面记录", "无书面记录"
ON_A_PAGE, MOST_OWN, LONGEST_NAMES, LONGEST_LINE = 8, 30, 900, 200
NO_CAMPAIGN = "不属于谈话活动"

Names = Mapping[Party, str]


# --- one talk --------------------------------------------------------------------------------------------------------


def people(talkees: Iterable[Party], names: Names) -> str:
    return "、".join(names.get(one, "") for one in talkees)


def mode_words(said: Wanted | Held) -> str:
    return f"类别：{TALK_KINDS[said.kind]}，方式：{TALK_MODES[said.mode]}"


def filled_in(said: Wanted, names: Names, topic: str, today: date, note: str) -> list[str]:
    """All that is recorded but whether there is a written record."""
    return [
        f"日期：{dated(said.on, today)}{note}",
        f"谈话人：{names.get(said.talker, '')}",
        f"谈话对象：{cut(people(said.talkees, names), LONGEST_NAMES)}",
        mode_words(said),
        *([f"谈话活动：{quoted(topic)}"] if topic else []),
    ]


def line(talk: Held, names: Names) -> str:
    """7月3日 甲一与甲三、乙四谈心谈话，有书面记录"""
    who = cut(people(talk.talkees, names), LONGEST_LINE)
    record = WRITTEN if talk.written else UNWRITTEN
    return f"{short_day(talk.on)} {names.get(talk.talker, '')}与{who}{TALK_KINDS[talk.kind]}，{record}"


def own_line(talk: Held, names: Names) -> str:
    """To who was talked with, and of them: that it took place. 7月3日 甲一：谈心谈话"""
    return f"{short_day(talk.on)} {names.get(talk.talker, '')}：{TALK_KINDS[talk.kind]}"


def own_page(lines: Sequence[str], year: int) -> Message:
    """To who was talked with: the latest of a year, and nothing of what was said."""
    if not lines:
        return Message(f"{year}年还没有登记与您的谈话。谈话由支委会委员和党小组长登记。")
    shown = [f"【谈话】{year}年与您谈话{len(lines)}次：", *lines[-MOST_OWN:]]
    return Message("\n".join(shown))


def recorded(talk: Held, names: Names, word: str, *, undo: bool) -> Message:
    back = [Choice("撤销", buttons.UndoTalk(talk.id))] if undo else []
    return Message(f"{word}：{line(talk, names)}。", [[*back, ONE_MORE]])


def undone(day: date) -> Message:
    return Message(f"已撤销谈话登记：{short_day(day)}谈话。", [[RECORD]])


def withdrawn(day: date) -> Message:
    return Message(f"已取消谈话登记：{short_day(day)}谈话。", [[RECORD]])


def talk_page(talk: Held, names: Names, topic: str, today: date, note: str, *, changes: bool) -> Message:
    said = Wanted(talk.on, talk.talker, talk.talkees, talk.kind, talk.mode)
    lines = ["【谈话】", *filled_in(said, names, topic, today, note), WRITTEN if talk.written else UNWRITTEN]
    acts = [Choice("修改", buttons.ChangeTalk(talk.id)), Choice("取消登记", buttons.WithdrawTalk(talk.id))]
    return Message("\n".join(lines), filled(acts if changes else [], [_list(talk.on.year)]))


def _list(year: int) -> Choice:
    return Choice("谈话记录", buttons.ListTalks(year, 0))


def list_page(talks: Sequence[Held], names: Names, year: int, at: int, today: date, *, overview: bool) -> Message:
    """谈话记录 of a year, the newest first."""
    listed = list(reversed(talks))
    page = page_of(listed, at, ON_A_PAGE) if listed else None
    shown = list(enumerate(page.things, page.number * ON_A_PAGE + 1)) if page is not None else []
    head = f"【谈话记录】{year}年，共{len(listed)}次" if listed else f"【谈话记录】{year}年暂无谈话记录。"
    texts = [head, *(cut(f"{number}. {line(one, names)}", LONGEST_LINE) for number, one in shown)]
    opens = [Choice(f"打开第{number}条", buttons.OpenTalk(one.id)) for number, one in shown]
    turn = page.turn(lambda to: buttons.ListTalks(year, to)) if page is not None else []
    beside = [Choice("上一年", buttons.ListTalks(year - 1, 0))]
    beside += [Choice("下一年", buttons.ListTalks(year + 1, 0))] if year < today.year else []
    return Message(
        "\n".join(texts), filled(*two_a_row(opens), turn, beside, [RECORD, *([OVERVIEW] if overview else [])])
    )


# --- campaigns -------------------------------------------------------------------------------------------------------


def days(row: TalkCampaign, today: date) -> str:
    """9月1日（周五）至9月28日（周四）"""
    return f"{dated(row.from_on, today)}至{dated(row.last_on, today)}"


def counts(found: Progress) -> str:
    """应谈25人，已谈24人，覆盖率96%; 全覆盖 at all of them only."""
    covered = "全覆盖" if found.full else f"覆盖率{percent(found.rate)}"
    return f"应谈{len(found.should)}人，已谈{len(found.talked)}人，{covered}"


def campaign_line(row: TalkCampaign, found: Progress) -> str:
    """《集中谈心谈话》：应谈25人，已谈24人，覆盖率96%，9月28日（含）前。"""
    return f"{quoted(row.topic)}：{counts(found)}，{by_day(row.last_on)}。"


def due(row: TalkCampaign, found: Progress) -> str:
    """To its owner: 《集中谈心谈话》：还有3人未谈，请于9月28日（含）前完成。"""
    return f"{quoted(row.topic)}：还有{len(found.missing)}人未谈，请于{by_day(row.last_on)}完成。"


def campaign_page(row: TalkCampaign, found: Progress, here: Sequence[Member], today: date, *, runs: bool) -> Message:
    """How far it is; `here`: whom of its last day's roster the reader sees, by group."""
    lines = [f"【谈话活动】{row.topic}", f"时间：{days(row, today)}"]
    lines += [f"{counts(found)}，书面记录{found.written}份。"] if runs or len(here) == len(found.should) else []
    lines += missing_lines([one for one in here if one.id not in found.talked], len(here))
    acts = [Choice("修改活动", buttons.ChangeCampaign(row.id))]
    acts += [Choice("结束活动", buttons.EndCampaign(row.id, 0))] if campaigns.may_end(row, today) else []
    gone = [Choice("取消活动", buttons.CancelCampaign(row.id, 0))]
    rows = [[RECORD, OVERVIEW], *([acts, gone] if runs else [])]
    return Message(cut("\n".join(lines), PAGE), filled(*rows))


def missing_lines(lacking: Sequence[Member], many: int) -> list[str]:
    """未谈2人： and each group with its own; nobody is left: 全部已谈。"""
    if not lacking:
        return ["全部已谈。"] if many else []
    by_group = groupby(lacking, key=lambda one: one.group_name)
    listed = [f"　{group or '未编组'}：{'、'.join(one.name for one in members)}" for group, members in by_group]
    return [f"未谈{len(lacking)}人：", *(cut(one, LONGEST_NAMES) for one in listed)]


def campaign_saved(row: TalkCampaign, word: str, today: date) -> Message:
    opens = Choice("活动进展", buttons.OpenCampaign(row.id))
    return Message(f"{word}：{row.topic}，{days(row, today)}。", [[RECORD, opens]])


def really_end(row: TalkCampaign, today: date) -> Message:
    return really(
        f"确认今天（{short_day(today)}）结束{quoted(row.topic)}吗？今天是最后一天，仍计入活动。",
        Choice("确认结束", buttons.EndCampaign(row.id, 1)),
        Choice("不结束", buttons.OpenCampaign(row.id)),
    )


def really_cancel(row: TalkCampaign) -> Message:
    return really(
        f"确认取消{quoted(row.topic)}吗？已登记的谈话保留，不再计入这项活动。",
        Choice("取消活动", buttons.CancelCampaign(row.id, 1)),
        Choice("保留活动", buttons.OpenCampaign(row.id)),
    )


def cancelled(row: TalkCampaign) -> Message:
    return Message(f"已取消谈话活动：{row.topic}。", [[OVERVIEW]])


# --- all of it -------------------------------------------------------------------------------------------------------


def overview(
    rows: Sequence[tuple[TalkCampaign, Progress]], lacking: int, year: int, *, whole: bool, runs: bool
) -> Message:
    """谈话情况: the campaigns that are running and the latest ones, and the year. whole: of the whole branch."""
    lines = ["【谈话情况】", *([] if rows else ["现在没有谈话活动。"])]
    shown = list(enumerate(rows[:ON_A_PAGE], 1))
    lines += [
        f"{number}. {campaign_line(row, found) if whole else quoted(row.topic)}" for number, (row, found) in shown
    ]
    lines.append(
        f"{year}年支委会委员与党员谈心谈话：" + (f"除委员外还有{lacking}人未谈。" if lacking else "全部已谈。")
    )
    opens = [Choice(f"打开第{number}项", buttons.OpenCampaign(row.id)) for number, (row, _) in shown]
    more = [Choice("本年情况", buttons.ShowYear(year)), _list(year)]
    more += [Choice("导出表格", buttons.ExportTalks(year))] if whole else []
    new = [Choice("新建谈话活动", buttons.NewCampaign())] if runs else []
    return Message("\n".join(lines), filled(*two_a_row(opens), *two_a_row(more), [RECORD, *new]))


def year_page(of: YearOf, here: Sequence[Member], year: int, *, whole: bool) -> Message:
    """Who the year still lacks (R15), as far as the reader sees it."""
    names = {one.id: one.name for one in of.members}
    lacking = [one for one in here if one.id in of.found.members]
    pairs = [f"{names[one]}与{names[other]}" for one, other in of.found.pairs] if whole else []
    lines = [f"【本年情况】{year}年谈心谈话，每年至少1次"]
    if whole:
        lines.append(
            f"支委会委员之间：{'未谈' + str(len(pairs)) + '对：' + '、'.join(pairs) if pairs else '全部已谈。'}"
        )
    lines += ["支委会委员与党员：", *missing_lines(lacking, len(here))]
    table = [Choice("导出表格", buttons.ExportTalks(year))] if whole else []
    return Message(cut("\n".join(lines), PAGE), filled([RECORD, *table], [OVERVIEW]))


def table_file(year: int, content: bytes) -> Document:
    """Of people: forgotten as soon as it is sent."""
    name = f"{year}年谈话情况"
    return Document(f"{name}.xlsx", content=content, caption=f"{name}。", secret=True)
