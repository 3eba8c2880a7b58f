"""Every handler tried as everybody, on the own and on the other branch's rows: what each got equals domain.md 6.5."""

import pytest

from bot.features.registry import HANDLERS
from bot.kit.handlers import CardView, Handler, Tap, Word
from storage.engine import Storage
from storage.roster import Member, roster
from tests.rights.branch import NAMES, ROLES, TODAY, Scene
from tests.rights.fields import FIELDS
from tests.rights.table import BRANCH, DRAWN, FURTHER, GL, LIKE_MEMBERS, TABLE, Case
from tests.rights.trial import Got, Heard, key, tried


def test_every_handler_has_an_entry_and_no_entry_is_old() -> None:
    assert {key(handler) for handler in HANDLERS} == set(TABLE)


@pytest.mark.parametrize("handler", [one for one in HANDLERS if not isinstance(one, CardView)], ids=key)
def test_what_each_got_is_what_the_table_says(handler: Handler, scene: tuple[Storage, Scene]) -> None:
    storage, made = scene
    case = TABLE[key(handler)]
    for role in ROLES:
        got = tried(storage, made, handler, case, role, made.here)
        assert got.may == allowed(case, role), f"{role}: {got.said}"
        assert leaked(storage, made, role, got) == set(), f"{role}: {got.said}"
        assert told_too_much(storage, made, role, got) == [], f"{role}: {got.others}"


@pytest.mark.parametrize(
    "handler", [one for one in HANDLERS if not TABLE[key(one)].own and TABLE[key(one)].may != DRAWN], ids=key
)
def test_another_branchs_rows_are_not_there(handler: Handler, scene: tuple[Storage, Scene]) -> None:
    """Nobody of this branch gets anything for an id of the other; the committee's officer has both below."""
    storage, made = scene
    case = TABLE[key(handler)]
    for role in BRANCH:
        got = tried(storage, made, handler, case, role, made.there)
        assert not got.may, f"{role}: {got.said}"
        assert got.others == (), f"{role}: {got.others}"


@pytest.mark.parametrize("what", FIELDS)
@pytest.mark.parametrize("branch", ["here", "there"])
def test_an_officer_has_the_own_field_and_a_leader_the_own_group(
    what: str, branch: str, scene: tuple[Storage, Scene]
) -> None:
    """The same handlers on what is of one office: its holder may, the others of that reach still may not."""
    storage, made = scene
    handlers = {key(handler): handler for handler in HANDLERS}
    for name, case in FIELDS[what].items():
        for role in sorted(BRANCH):
            got = tried(storage, made, handlers[name], case, role, made.here if branch == "here" else made.there)
            wanted = role in case.may and (branch == "here" or case.own)
            assert got.may == wanted, f"{name} {role}: {got.said}"
            assert leaked(storage, made, role, got) == set(), f"{name} {role}: {got.said}"


OPENED = [one for one in HANDLERS if isinstance(one, Tap) and TABLE[key(one)].open is not None]


@pytest.mark.parametrize("handler", OPENED, ids=key)
def test_an_own_dialog_takes_no_id_of_another_branch(handler: Tap, scene: tuple[Storage, Scene]) -> None:
    """The dialog is about the own branch, the button that was forged under it about the other."""
    storage, made = scene
    case = TABLE[key(handler)]
    assert case.make is not None
    if case.make(made.here) == case.make(made.there):
        return
    for role in sorted(BRANCH):
        got = tried(storage, made, handler, case, role, made.there, opened=made.here)
        assert not got.may, f"{role}: {got.said}"


@pytest.mark.parametrize(("name", "case"), FURTHER)
def test_further_things_that_go_by_the_same_handler(name: str, case: Case, scene: tuple[Storage, Scene]) -> None:
    storage, made = scene
    handler = next(one for one in HANDLERS if key(one) == name)
    for role in ROLES:
        got = tried(storage, made, handler, case, role, made.here)
        assert got.may == allowed(case, role), f"{role}: {got.said}"
        assert leaked(storage, made, role, got) == set(), f"{role}: {got.said}"
        if role in BRANCH and not case.own:
            assert not tried(storage, made, handler, case, role, made.there).may


@pytest.mark.parametrize("handler", [one for one in HANDLERS if isinstance(one, Word) and one.in_group], ids=key)
def test_a_word_in_the_group_names_nobody(handler: Word, scene: tuple[Storage, Scene]) -> None:
    """Everybody there would read it: the desk's names too."""
    storage, made = scene
    for role in sorted(BRANCH):
        got = tried(storage, made, handler, TABLE[key(handler)], role, made.here, private=False)
        others = set(made.here.people) - {NAMES[role]}
        assert {name for name in others if name in got.said} == set(), got.said
        assert told_too_much(storage, made, role, got) == [], f"{role}: {got.others}"


def test_which_words_are_taken_in_the_group() -> None:
    taken = {handler.words[0] for handler in HANDLERS if isinstance(handler, Word) and handler.in_group}
    assert taken == {"签到", "到", "收到", "请假", "公差", "病假", "事假", "取消请假", "撤销"}


def allowed(case: Case, role: str) -> bool:
    """Who may by the table; with nothing of a branch named the other secretary is at home there."""
    at_home = case.own and role == "other_secretary" and "secretary" in case.may
    return role in case.may or at_home


def test_the_walk_reads_what_is_in_files(scene: tuple[Storage, Scene]) -> None:
    """Each kind of file that has names in it: one that could not be read would leak unseen."""
    storage, made = scene
    handlers = {key(handler): handler for handler in HANDLERS}
    for what, named in (
        ("tap:PrintSheet", ["甲八"]), ("tap:SendSheet", made.here.people), ("command:mydata", ["甲一"]),
        ("tap:InviteEverybody", ["甲八"]),
    ):  # fmt: skip
        said = tried(storage, made, handlers[what], TABLE[what], "secretary", made.here).said
        assert ("." in said, what, {name for name in named if name not in said}) == (True, what, set())


def leaked(storage: Storage, made: Scene, role: str, got: Got) -> set[str]:
    """Names that this role has heard and may not: a member the others', a leader other groups', outsiders anybody's."""
    with storage.reading() as session:
        hidden = hidden_from(role, roster(session, made.here.branch_id, TODAY), made)
    return {name for name in hidden if name in got.said}


def hidden_from(role: str, here: list[Member], made: Scene) -> set[str]:
    if role in LIKE_MEMBERS:
        return {one.name for one in here} - {NAMES[role]}
    if role == GL:
        return {one.name for one in here if one.group_name != "第一党小组"}
    if role in ("other_secretary", "stranger"):
        return {one.name for one in here}
    if role == "committee_officer":
        return {one.name for one in here} - {NAMES["secretary"]}
    return set(made.there.people)


def told_too_much(storage: Storage, made: Scene, role: str, got: Got) -> list[tuple[Heard, set[str]]]:
    """What others were told with names that they may not hear. Who holds an office is no secret in the own branch."""
    with storage.reading() as session:
        here = roster(session, made.here.branch_id, TODAY)
    found = [(one, {name for name in _hidden_from_other(one, here, made) if name in one.text}) for one in got.others]
    return [(one, names) for one, names in found if names]


def _hidden_from_other(heard: Heard, here: list[Member], made: Scene) -> set[str]:
    if heard.person_id in made.there.people.values():
        return {one.name for one in here}
    plain, there = [one for one in here if not one.duties], set(made.there.people)
    name = next((name for name, person in made.here.people.items() if person == heard.person_id), None)
    role = next((role for role, called in NAMES.items() if called == name), None)
    if role is not None and role not in LIKE_MEMBERS:
        return hidden_from(role, plain, made) | there
    # A member; or a group chat or an account that nobody has.
    return {one.name for one in plain} - {name} | there
