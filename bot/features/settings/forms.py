"""支部设置: one form over all that a branch sets for its counting; any of it is changed from the last page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.features.settings import messages, rules, service
from bot.kit import branch_settings
from bot.kit.access import Right
from bot.kit.branch_settings import CADRE_RANKS
from bot.kit.form_fields import Action, Doubt, Field, Options, Values
from bot.kit.form_pages import FIELD
from bot.kit.forms import Form
from bot.kit.glossary.choices import CONVERSION_DATES, DUES_KEPT, EXEMPT_FROM, OFFICIAL_DUTY
from bot.kit.glossary.columns import column_word, stored_word
from bot.kit.handlers import Call
from bot.kit.questions import fixed
from bot.kit.replies import Message, Reply

# Beside an answer: what stood when its question was opened; of the peers, which names were sent twice.
WAS, TWICE = "_was", "peers_twice"
CADRES = {rank: stored_word("branch_settings", "cadre_min_rank", rank) for rank in CADRE_RANKS}
EXEMPT = {one: word for one, word in EXEMPT_FROM.items() if one not in rules.UNASKED}
CLOSE_DAYS, MINUTES, SHARES = (5, 8, 10, 12, 15, 20), (0, 5, 10, 15, 20, 30), (10, 15, 20, 25, 30)
DUES_DAYS = (5, 8, 10, 15, 20, 25)


def _stands(session: Session, call: Call) -> dict[str, Any]:
    return service.standing(session, call.me.branch_id)


def _said(values: Values) -> dict[str, Any]:
    """The answers that change what stood when they were asked for: whatever else stands now stays."""
    asked = ((name, values.get(name), values.get(f"{name}{WAS}")) for name in rules.ASKED)
    return {name: said for name, said, was in asked if rules.is_changed(said, was)}


def _wanted(session: Session, call: Call, values: Values) -> dict[str, Any]:
    return rules.differing(_said(values), _stands(session, call))


def _ends(session: Session, call: Call, day: int | None) -> str:
    open_, last, reached = service.next_end(session, call.me.branch_id, day, call.now, call.tz)
    return messages.ends(open_, last, reached, day)


# --- the questions ---------------------------------------------------------------------------------------------------


def _field(name: str, options: Options, read: Callable[[str], str | Values] | None = None, **more: Any) -> Field:
    return Field(
        name,
        messages.ASKS[name],
        column_word(name),
        options=options,
        read=_typed(name, read) if read is not None else None,
        begins=_begins(name),
        doubts=_doubts(name),
        later=True,
        **more,
    )


def _typed(name: str, read: Callable[[str], str | Values]) -> Callable[[Session, Call, str], Values]:
    """A typed answer, alone or with what stands beside it."""

    def typed(session: Session, call: Call, said: str) -> Values:
        found = read(said)
        return {name: found} if isinstance(found, str) else found

    return typed


def _begins(name: str) -> Callable[[Session, Call], Values]:
    """What stands is noted, and what stands of several is ticked."""

    def begins(session: Session, call: Call) -> Values:
        now = rules.answer(name, _stands(session, call)[name])
        return {f"{name}{WAS}": now, **({name: now} if isinstance(now, list) else {})}

    return begins


def _doubts(name: str) -> Callable[[Session, Call, Values], Sequence[Doubt | None]]:
    """Whether somebody else has changed it since, to something else."""

    def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        stands, wanted = _stands(session, call)[name], _wanted(session, call, values)
        was = values.get(f"{name}{WAS}")
        if name not in wanted or not rules.is_changed(rules.answer(name, stands), was):
            return ()
        return (Doubt(messages.doubt(name, stands, wanted[name]), [("", messages.KEEP)], again=messages.AGAIN),)

    return doubts


def _numbers(name: str, offered: Sequence[int]) -> Options:
    return fixed({number: messages.named(name, number) for number in offered})


def _peers(said: str) -> Values:
    kept, twice = rules.peers(said)
    return {"peer_orgs": "\n".join(kept), TWICE: "、".join(twice)}


def _clear(name: str) -> Options:
    def options(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
        kept = branch_settings.of_branch(session, call.me.branch_id)
        return [("", messages.CLEAR)] if getattr(kept, name) else []

    return options


def _shares(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    name = "appraisal_excellent_share"
    offered, clear = _numbers(name, SHARES), _clear(name)
    return [*offered(session, call, values), *clear(session, call, values)]


def _question(session: Session, call: Call, values: Values) -> str:
    """The list that stands, to be copied and mended."""
    stands, asked = _stands(session, call), values.get(FIELD)
    if asked == "aliases":
        return messages.words_now(stands["aliases"])
    return messages.peers_now(stands["peer_orgs"]) if asked == "peer_orgs" else ""


# --- the last page ---------------------------------------------------------------------------------------------------


def _summary(session: Session, call: Call, values: Values) -> str:
    wanted = _wanted(session, call, values)
    twice = str(values.get(TWICE, "")) if "peer_orgs" in wanted else ""
    return messages.summary(_stands(session, call), wanted, _ends(session, call, wanted.get("close_day")), twice)


def _confirm(session: Session, call: Call, values: Values) -> str:
    return messages.CONFIRM if _wanted(session, call, values) else messages.CHOOSE


def _save_word(session: Session, call: Call, values: Values) -> str:
    return messages.SAVE if _wanted(session, call, values) else ""


def _save(session: Session, call: Call, values: Values) -> Reply:
    changes: Mapping[str, Sequence[Any]] = service.save(session, call.me, _said(values), call.now, call.tz)
    if not changes:
        return Reply(edit=Message(messages.SAME))
    return Reply(edit=Message(messages.saved(changes, _ends(session, call, None))))


FORM = Form(
    name="settings.form",
    code="st",
    again="支部设置",
    fields=(
        _field("close_day", _numbers("close_day", CLOSE_DAYS), rules.close_day),
        _field("late_minutes", _numbers("late_minutes", MINUTES), rules.late_minutes),
        _field("official_duty_as", fixed(OFFICIAL_DUTY)),
        _field("cadre_min_rank", fixed(CADRES)),
        _field("conversion_count_date", fixed(CONVERSION_DATES)),
        _field("exempt_from", fixed(EXEMPT), many=True, optional=True),
        _field("appraisal_excellent_share", _shares, rules.share),
        _field("peer_orgs", _clear("peer_orgs"), _peers, then=lambda session, call, value: {TWICE: ""}, what="名单"),
        _field("superior", _clear("superior"), rules.unit_name),
        _field("aliases", _clear("aliases"), rules.own_words, what="活动称谓", deeper=True),
        _field("dues", fixed(DUES_KEPT), deeper=True),
        _field("dues_day", _numbers("dues_day", DUES_DAYS), rules.dues_day, deeper=True),
    ),
    summary=_summary,
    confirm=_confirm,
    actions=(Action("save", _save_word, _save),),
    right=Right.BRANCH_SETTINGS,
    called=messages.OLD,
    dropped=messages.DROPPED,
    question=_question,
)
