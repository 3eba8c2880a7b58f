"""Every word that this feature shows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from bot.features.votes import buttons
from bot.kit.doors import OpenActivity
from bot.kit.glossary.choices import MOTIONS, OPINIONS
from bot.kit.lists import filled, two_a_row
from bot.kit.replies import Choice, Message
from bot.kit.votes import Counted, Room
from bot.kit.voting import OF_PERSONS, QUORUM_WORDS, Excluded, has_quorum, least_present, reason_words, vote_words
from bot.kit.words import cut, moment_words
from storage.choices import MembershipStatus, Motion, Opinion
from storage.models.activity import Activity

SECRET, OPEN = "无记名投票", "公开表决"
WRITTEN_NOT_COUNTED = "一般决议只计到会表决的票数，书面意见留存，不计票。"
NOT_RECKONED = "不计入应到会"
# Of what is put to the vote, in a list; of names in a line.
LONGEST, LONGEST_NAMES = 60, 600
MOST = 24
# Of a page, in letters: Telegram takes some more.
LONGEST_PAGE = 3800

Names = Mapping[int, str]


def page(
    activity: Activity,
    there: Room,
    excluded: Mapping[int, Excluded],
    motions: Sequence[Motion],
    found: Sequence[Counted],
    names: Names,
    tz: tzinfo,
    decided: Sequence[Choice] = (),
) -> Message:
    """The votes of a meeting, with its quorum as people sign in. `excluded`: those of the last vote; `decided`: what
    is to be recorded of people by them.
    """
    expected, present = len(there.voters(excluded)), len(there.present(excluded))
    lines = [
        f"【表决】{activity.title}",
        f"时间：{moment_words(activity.start_at, tz)}",
        voters_words(expected, present),
        *(quorum_line(motions_, expected, present) for motions_ in _by_quorum(motions)),
        *_without(there),
        *excluded_line(excluded, names),
        *([""] if found else []),
        *(f"{number}. {said(one)}" for number, one in enumerate(found[:MOST], 1)),
        *([f"另有{len(found) - MOST}项未列出，请在季度数据中查看。"] if len(found) > MOST else []),
    ]
    opens = [Choice(f"表决第{number}项", buttons.OpenVote(one.row.id)) for number, one in enumerate(found[:MOST], 1)]
    below = [
        Choice("新增表决", buttons.NewVote(activity.id)),
        Choice("刷新", buttons.ShowVotes(activity.id, 1)),
    ]
    return Message(
        cut("\n".join(lines), LONGEST_PAGE),
        filled(*two_a_row(opens), *two_a_row(decided), below, [Choice("活动管理", OpenActivity(activity.id))]),
    )


def voters_words(expected: int, present: int) -> str:
    return f"有表决权应到{expected}人，有表决权到会{present}人。"


def _by_quorum(motions: Sequence[Motion]) -> Iterable[list[Motion]]:
    """Those of one quorum together."""
    words = dict.fromkeys(QUORUM_WORDS[one] for one in motions)
    return [[one for one in motions if QUORUM_WORDS[one] == word] for word in words]


def quorum_line(motions: Sequence[Motion], expected: int, present: int) -> str:
    """接收预备党员、预备党员转正（到会超过半数，至少12人）：符合"""
    named, least = "、".join(MOTIONS[one] for one in motions), least_present(motions[0], expected)
    enough = "符合" if has_quorum(motions[0], expected, present) else "不符合"
    return f"{named}（到会{QUORUM_WORDS[motions[0]]}，至少{least}人）：{enough}"


def _without(there: Room) -> list[str]:
    """没有表决权：丙七（预备党员）; who is there of them, and about whom the meeting votes itself."""
    said = [f"{one.name}（预备党员）" for one in there.without if one.status is MembershipStatus.PROBATIONARY]
    said += [f"{one.name}（本次会议表决对象）" for one in there.full if one.id in there.moved]
    return [cut(f"没有表决权：{'、'.join(said)}", LONGEST_NAMES)] if said else []


def excluded_line(excluded: Mapping[int, Excluded], names: Names) -> list[str]:
    """不计入应到会：乙八（卧床不能自理）"""
    said = "、".join(f"{names.get(one, '')}（{reason_words(why)}）" for one, why in excluded.items())
    return [cut(f"{NOT_RECKONED}：{said}", LONGEST_NAMES)] if said else []


def said(one: Counted) -> str:
    return vote_words(one.outcome, cut(one.about, LONGEST))


def vote_page(activity: Activity, one: Counted, names: Names, decided: Sequence[Choice] = ()) -> Message:
    """One of them, with all that is kept of it."""
    lines = [
        f"【表决】{activity.title}",
        f"{one.about}（{MOTIONS[one.row.motion]}，{SECRET if one.row.secret else OPEN}）",
        vote_words(one.outcome),
        *differs(one),
        *excluded_line(one.excluded, names),
        *written_lines(one, names),
        *_of_register(one),
    ]
    change = [
        Choice("修改", buttons.ChangeVote(one.row.id)),
        Choice("取消表决", buttons.WithdrawVote(one.row.id)),
    ]
    return Message("\n".join(lines), filled(change, decided, [Choice("全部表决", buttons.ShowVotes(activity.id, 1))]))


def differs(one: Counted) -> list[str]:
    """The roll was changed after the votes were counted."""
    if not one.differs:
        return []
    return [f"票数合计{one.outcome.room.sum}票，与现在有表决权到会{len(one.present)}人不符，请核对。"]


def written_lines(one: Counted, names: Names) -> list[str]:
    """Who has written, with the opinion of an open vote, and whose no longer counts."""
    if not one.writers:
        return []
    away = "、".join(opinion_words(names.get(each, ""), one.writers[each]) for each in one.away)
    came = "、".join(names.get(each, "") for each in one.came)
    return [
        *([cut(f"书面意见：{away}", LONGEST_NAMES)] if away else []),
        *([cut(f"{came}已到会或没有表决权，其书面意见不再计入。", LONGEST_NAMES)] if came else []),
        *([] if one.row.motion in OF_PERSONS else [WRITTEN_NOT_COUNTED]),
    ]


def opinion_words(name: str, opinion: Opinion | None) -> str:
    """甲四（赞成）"""
    return f"{name}（{OPINIONS[opinion]}）" if opinion is not None else name


def _of_register(one: Counted) -> list[str]:
    if not one.outcome.is_election or one.outcome.seats is not None:
        return []
    return ["候选人得票请点“登记”，在“换届选举”中登记，并选择本次表决。"]


def done(word: str, activity: Activity, one: Counted, decided: Sequence[Choice], rests: str, *, undo: bool) -> Message:
    """What was just recorded; `decided`: what it decides of somebody; `rests`: what was, when it still passed."""
    first = [*([Choice("撤销", buttons.UndoVote(one.row.id))] if undo else []), _of(activity)]
    return Message("\n".join(filter(None, [f"{word}：{activity.title}", said(one), rests])), filled(decided, first))


def gone(word: str, activity: Activity, rests: str) -> Message:
    return Message("\n".join(filter(None, [f"{word}：{activity.title}", rests])), [[_of(activity)]])


def _of(activity: Activity) -> Choice:
    return Choice("全部表决", buttons.ShowVotes(activity.id, 1))
