"""Every handler tried as everybody, on the own and the other branch's rows: who may does it, nobody else anything."""

from collections.abc import Callable, Collection
from dataclasses import replace

import pytest

from bot.features.registry import HANDLERS
from bot.kit import handing_in
from bot.kit.handlers import CardView, Handler, Tap, Word
from storage.roster import Member, roster
from tests.rights.branch import NAMES, NOW, ROLES, SHANGHAI, TODAY, Scene
from tests.rights.effects import EFFECTS, ONLY_REFUSES
from tests.rights.fields import FIELDS
from tests.rights.permissions import DUTIES, LIKE_MEMBERS
from tests.rights.table import ASKING, BRANCH, FURTHER, NOBODY, TABLE, Case
from tests.rights.trial import Got, Heard, Walk, effect_of, key, subject_of

# By how much they may.
RISING = (
    "member",
    "group_leader",
    "publicity_officer",
    "discipline_officer",
    "organization_officer",
    "deputy_secretary",
    "secretary",
)
# Of the branch's people at large; of the kinds that they keep they read all.
HEARS_NO_NAMES = LIKE_MEMBERS | {DUTIES["YOU"].value, DUTIES["MWO"].value}
BY_KEY = {key(handler): handler for handler in HANDLERS}
OPERATORS = {key(handler) for handler in HANDLERS if isinstance(handler, Tap) and handler.operator}
TRIED = [one for one in HANDLERS if not isinstance(one, CardView)]
CARDS = [one for one in HANDLERS if isinstance(one, CardView)]


def test_every_handler_has_an_entry_and_no_entry_is_old() -> None:
    assert {key(handler) for handler in HANDLERS} == set(TABLE)
    assert {key(handler) for handler in TRIED} == set(EFFECTS) | ONLY_REFUSES
    assert EFFECTS.keys().isdisjoint(ONLY_REFUSES)


def test_every_handler_has_somebody_who_may() -> None:
    """And whoever may is tried below, and does it; the operator's are tried in tests/watch/test_parked.py."""
    some = {name for name, case in [*TABLE.items(), *FURTHER] if case.may != NOBODY}
    assert some == set(TABLE) - OPERATORS
    assert {"tap:TakeUpAgain"} == OPERATORS


Some = Callable[[Case], Collection[str]]


def at_the_border(case: Case) -> list[str]:
    """Who may with the least and who may not with the most, a stranger and another branch's secretary."""
    least = next((role for role in RISING if role in case.may), "secretary")
    most = next((role for role in reversed(RISING) if role not in case.may), "member")
    return ["stranger", "other_secretary", *dict.fromkeys((least, most))]


roles = pytest.mark.parametrize(
    "some", [at_the_border, pytest.param(lambda case: ROLES, marks=pytest.mark.long)], ids=["some", "all"]
)


@roles
@pytest.mark.parametrize("handler", TRIED, ids=key)
def test_what_each_does_is_what_the_table_says(handler: Handler, some: Some, walk: Walk) -> None:
    everybody_tries(walk, handler, TABLE[key(handler)], some)


def everybody_tries(walk: Walk, handler: Handler, case: Case, some: Some) -> None:
    """Who may has an effect on it, who may not has none; and nobody hears a name that is not for them."""
    for role in some(case):
        got = walk.tried(handler, case, role, walk.made.here)
        judge(got, handler, case, role, allowed(case, role))
        hears = "secretary" if case.records and role in case.may else role
        assert leaked(walk, hears, got) - case.by == set(), f"{role}: {got.said}"
        assert told_too_much(walk, role, got) == [], f"{role}: {got.others}"


# What is written without a line of the log: it says what came or goes, or is not counted before it is handed in, which
# leaves one. Kept figures rest on it: by the log alone they know that they are old (bot/kit/kept_figures.py).
UNCOUNTED = frozenset({
    "dialog", "draft", "outbox", "promise", "card", "inbox", "stored_file", "job_run", "own_keyboard", "chosen_place",
    "receipt", "exam_answer", "exam_attempt", "reflection", "reflection_part", "self_check_item", "kept_figure",
})  # fmt: skip


def judge(got: Got, handler: Handler, case: Case, role: str, may: bool) -> None:
    if key(handler) in ONLY_REFUSES:
        assert (got.refused, got.rows, got.others) == (role != "stranger", set(), ()), f"{role}: {got}"
        return
    effect = effect_of(handler, case)
    if may:
        assert got.missing(effect) == [], f"{role}: {got}"
    else:
        assert got.more_than_no(effect, case.leaves) == [], f"{role}: {got}"
    assert "audit" in got.rows or got.rows <= UNCOUNTED, f"{role}: {sorted(got.rows)} without a line of the log"
    if getattr(handler, "reads", False):
        assert got.rows == set(), f"{role}: only looks, and yet {got.rows}"


@roles
@pytest.mark.parametrize("handler", [one for one in TRIED if not TABLE[key(one)].own], ids=key)
def test_another_branchs_rows_are_not_there(handler: Handler, some: Some, walk: Walk) -> None:
    """Nobody of this branch gets anything for an id of the other; the committee's officer has both below."""
    case = TABLE[key(handler)]
    for role in BRANCH & {*some(case), "secretary"}:
        judge(walk.tried(handler, case, role, walk.made.there), handler, case, role, may=False)


@roles
@pytest.mark.parametrize("what", FIELDS)
@pytest.mark.parametrize("branch", ["here", "there"])
def test_an_officer_has_the_own_field_and_a_leader_the_own_group(
    what: str, branch: str, some: Some, walk: Walk
) -> None:
    """The same handlers on what is of one office: its holder may, the others of that reach still may not."""
    for name, case in FIELDS[what].items():
        for role in BRANCH & {*some(case), *(DUTIES[office].value for office in ("GL", "PUB", "DIS"))}:
            got = walk.tried(BY_KEY[name], case, role, walk.made.here if branch == "here" else walk.made.there)
            judge(got, BY_KEY[name], case, role, role in case.may and (branch == "here" or case.own))
            assert leaked(walk, role, got) == set(), f"{name} {role}: {got.said}"


# Those whose button names a row itself: under a dialog it would be a row of another branch.
OPENED = [one for one in HANDLERS if isinstance(one, Tap) and TABLE[key(one)].open and TABLE[key(one)].names_a_row]


@pytest.mark.parametrize("handler", OPENED, ids=key)
def test_an_own_dialog_takes_no_id_of_another_branch(handler: Tap, walk: Walk) -> None:
    """The dialog is about the own branch, the button that was forged under it about the other."""
    case = TABLE[key(handler)]
    for role in sorted(BRANCH):
        got = walk.tried(handler, case, role, walk.made.there, opened=walk.made.here)
        judge(got, handler, case, role, may=False)


@roles
@pytest.mark.parametrize(("name", "case"), FURTHER)
def test_further_things_that_go_by_the_same_handler(name: str, case: Case, some: Some, walk: Walk) -> None:
    everybody_tries(walk, BY_KEY[name], case, some)
    for role in BRANCH & {*some(case)} if not case.own else ():
        judge(walk.tried(BY_KEY[name], case, role, walk.made.there), BY_KEY[name], case, role, may=False)


def test_whoever_asks_to_be_bound_by_the_own_number_is_heard(walk: Walk) -> None:
    """A stranger; it is the roster's keepers who are told, and nobody else."""
    got = walk.tried(BY_KEY["service:contact"], ASKING, "stranger", walk.made.here)
    judge(got, BY_KEY["service:contact"], ASKING, "stranger", may=True)


# An offer is drawn of what waits alone, in the chat of its sender: tests/kit/test_handing_in.py
@pytest.mark.parametrize("card", [one for one in CARDS if one.kind != handing_in.OFFER], ids=key)
def test_every_card_is_drawn(card: CardView, walk: Walk) -> None:
    """What the clock draws for the desk and the group, of what there is here."""
    with walk.storage.reading() as session:
        drawn = card.render(session, subject_of(card, walk.made.here), 1, NOW, SHANGHAI)
    assert drawn is not None
    assert drawn.text != ""


@pytest.mark.parametrize("handler", [one for one in HANDLERS if isinstance(one, Word) and one.in_group], ids=key)
def test_a_word_in_the_group_names_nobody(handler: Word, walk: Walk) -> None:
    """Everybody there would read it: the desk's names too."""
    case = replace(TABLE[key(handler)], group=True)
    for role in sorted(BRANCH):
        got = walk.tried(handler, case, role, walk.made.here)
        others = set(walk.made.here.people) - {NAMES[role]}
        assert {name for name in others if name in got.said} == set(), got.said
        assert told_too_much(walk, role, got) == [], f"{role}: {got.others}"


def test_which_words_are_taken_in_the_group() -> None:
    taken = {key(handler) for handler in HANDLERS if isinstance(handler, Word) and handler.in_group}
    words = {"签到", "到", "收到", "请假", "公差", "病假", "事假", "取消请假", "撤销", "学完了", "已阅"}
    words |= {"is_about_leave", "sounds_like_leave", "is_courtesy", "is_greeting", "is_roll"}
    words |= {"takes_leave_back", "asks_whether", "asks_when", "has_arrived", "names_step", "都学完了", "回来了"}
    assert taken == {f"word:{word}" for word in words}


def allowed(case: Case, role: str) -> bool:
    """Who may by the table; with nothing of a branch named the other secretary is at home there."""
    at_home = case.own and role == "other_secretary" and "secretary" in case.may
    return role in case.may or at_home


def test_the_walk_reads_what_is_in_files(walk: Walk) -> None:
    """Each kind of file that has names in it: one that could not be read would leak unseen."""
    made = walk.made
    for what, named in (
        ("tap:PrintSheet", ["甲八"]),
        ("tap:SendSheet", made.here.people),
        ("command:mydata", ["甲一"]),
        ("tap:InviteAll", ["甲八"]),
    ):
        said = walk.tried(BY_KEY[what], TABLE[what], "secretary", made.here).said
        assert ("." in said, what, {name for name in named if name not in said}) == (True, what, set())


def leaked(walk: Walk, role: str, got: Got) -> set[str]:
    """Names that this role has heard and may not: a member the others', a leader other groups', outsiders anybody's."""
    with walk.storage.reading() as session:
        here = roster(session, walk.made.here.branch_id, TODAY)
    if got.became and role in ("stranger", "other_secretary") and got.became in walk.made.here.people:
        # By a link: from now on somebody of the branch.
        now = next((role for role, name in NAMES.items() if name == got.became), "member")
        return leaked(walk, now, replace(got, said=got.said.replace(got.became, ""), became=""))
    hidden = hidden_from(role, here, walk.made)
    return {name for name in hidden if name in got.said}


def hidden_from(role: str, here: list[Member], made: Scene) -> set[str]:
    if role in HEARS_NO_NAMES:
        return {one.name for one in here} - {NAMES[role]}
    if role == "group_leader":
        return {one.name for one in here if one.group_name != "第一党小组"}
    if role in ("other_secretary", "stranger"):
        return {one.name for one in here}
    if role == "committee_officer":
        return {one.name for one in here} - {NAMES["secretary"]}
    return set(made.there.people)


def told_too_much(walk: Walk, role: str, got: Got) -> list[tuple[Heard, set[str]]]:
    """What others were told with names that they may not hear. Who holds an office is no secret in the own branch."""
    with walk.storage.reading() as session:
        here = roster(session, walk.made.here.branch_id, TODAY)
    found = [
        (one, {name for name in _hidden_from_other(one, here, walk.made) if name in one.text}) for one in got.others
    ]
    return [(one, names) for one, names in found if names]


def _hidden_from_other(heard: Heard, here: list[Member], made: Scene) -> set[str]:
    if heard.person_id in made.there.people.values():
        return {one.name for one in here}
    plain, there = [one for one in here if not one.duties], set(made.there.people)
    name = next((name for name, person in made.here.people.items() if person == heard.person_id), None)
    role = next((role for role, called in NAMES.items() if called == name), None)
    if role is not None and role not in HEARS_NO_NAMES:
        return hidden_from(role, plain, made) | there
    # A member; or a group chat or an account that nobody has.
    return {one.name for one in plain} - {name} | there
