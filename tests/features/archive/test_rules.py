"""What an archive must look like: every fault by its path, and nothing that can be kept is refused."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.features.archive.document import BadArchive, dump, is_archive, load, unknown
from bot.features.archive.rules import EVER, Of, read
from storage.choices import Duty, ExemptionReason

EXAMPLE = (Path(__file__).parent / "example.json").read_bytes()


def example(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = load(EXAMPLE)
    return {**copy.deepcopy(document), **changes}


def faults(document: dict[str, Any]) -> list[str]:
    return read(document, {})[1]


def test_the_example_has_no_fault() -> None:
    archive, found = read(example(), {})
    assert found == []
    assert archive.people is not None
    assert [one.id for one in archive.people] == [f"P{number}" for number in range(1, 9)]
    first, third = archive.people[0], archive.people[2]
    assert [(span.of, span.from_on, span.to_on) for span in first.spans] == [
        (Of.ROSTER, date(2018, 1, 1), None),
        (Of.MEMBERSHIP, date(2018, 1, 1), None),
        (Of.GROUP, EVER, None),
        (Of.RANK, date(2018, 1, 1), None),
        (Of.CATEGORY, EVER, None),
        (Of.DUTY, EVER, None),
    ]
    duties = [span.says for span in third.spans if span.of is Of.DUTY]
    assert duties == [
        {"duty": Duty.DISCIPLINE_OFFICER, "group": None},
        {"duty": Duty.GROUP_LEADER, "group": "G1"},
    ]


def test_what_must_not_be_kept_is_refused_by_its_path_and_not_repeated() -> None:
    document = example()
    document["branch"]["groups"][0]["room"] = "机密★10年"
    document["people"][0]["notes"] = "身份证110101199003077715"
    document["people"][1]["phones"] = ["13800138000，13900139000，15012345678"]
    document["people"][2]["秘密★1年"] = {"x": "一"}
    document["people"][3]["group"] = "110101199003077715"
    found = faults(document)
    assert sorted(found) == [
        "branch.groups[0].room: holds a mark of secrecy, should be without it",
        "people[0].notes: holds an identity number, should be without it",
        "people[1].phones[0]: holds a list of mobile numbers, should be without it",
        "people[2] (the name of a field): holds a mark of secrecy, should be without it",
        "people[3].group: found ..., should be the id of a party group of this archive",
        "people[3].group: holds an identity number, should be without it",
    ]


def test_every_fault_has_its_path() -> None:
    document = example()
    people = document["people"]
    people[0]["rank_history"][0]["rank"] = "king"
    people[1]["id"] = "P1"
    people[2]["roster"][0]["to"] = "2017-12-31"
    people[3]["membership"] = [{"status": "full", "from": "2018-13-01", "to": None}]
    people[4]["group"] = "G9"
    people[5]["exemptions"][0]["contact_person"] = "P99"
    people[6]["name"] = "\u202e甲"
    people[7]["membership"][1]["from"] = "2022-05-01"
    document["branch"]["groups"][1]["leader"] = "P77"
    document["branch"]["peer_orgs"] = "甲支部"
    found = faults(document)
    assert [line.split(": ")[0] for line in found] == [
        "branch.groups[1].leader",
        "branch.committee[1]",
        "branch.peer_orgs",
        "people",
        "people[0].rank_history[0].rank",
        "people[2].roster[0].to",
        "people[3].membership[0].from",
        "people[4].group",
        "people[5].exemptions[0].contact_person",
        "people[6].name",
        "people[7].membership",
    ]
    assert found[4] == (
        "people[0].rank_history[0].rank: found 'king', should be one of worker clerk staff deputy_section section "
        "deputy_division division deputy_bureau bureau"
    )
    assert "found '2018-13-01', should be a day such as 2022-08-15" in found[6]


def test_dated_values_last_until_the_next_and_a_duty_is_open() -> None:
    document = example()
    document["people"][3] |= {
        "group": [{"group": "G1", "from": "2020-01-01"}, {"group": "G2", "from": "2021-01-01"}],
        "duties": [{"duty": "youth_officer", "from": "2020-01-01"}, "mass_work_officer"],
        "category": [{"category": "in_service", "from": "2018-01-01", "to": "2021-01-01"}],
    }
    archive, found = read(document, {})
    assert found == []
    assert archive.people is not None
    spans = archive.people[3].spans
    assert [(span.from_on, span.to_on) for span in spans if span.of is Of.GROUP] == [
        (date(2020, 1, 1), date(2021, 1, 1)),
        (date(2021, 1, 1), None),
    ]
    assert [(span.from_on, span.to_on) for span in spans if span.of is Of.DUTY] == [
        (date(2020, 1, 1), None),
        (EVER, None),
    ]
    assert [span.to_on for span in spans if span.of is Of.CATEGORY] == [date(2021, 1, 1)]


def test_what_is_not_known_is_kept() -> None:
    document = example()
    document["people"][5]["exemptions"][0] |= {"reason": "挂职", "contact_person": "EXT:王某", "paper": "纪要3号"}
    document["people"][5] |= {"phone": "0571-1", "nation": "汉"}
    document["branch"]["address"] = {"city": "某市"}
    archive, found = read(document, {})
    assert found == []
    assert archive.people is not None
    assert archive.branch is not None
    someone = archive.people[5]
    [exemption] = [span for span in someone.spans if span.of is Of.EXEMPTION]
    assert (exemption.says["reason"], exemption.says["reason_text"]) == (ExemptionReason.OTHER, "挂职")
    assert exemption.extra == {"contact_person": "EXT:王某", "paper": "纪要3号"}
    assert someone.extra == {"phone": "0571-1", "nation": "汉"}
    assert archive.branch.says["address"] == {"city": "某市"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "no JSON"),
        (b"[]", "format: found 'list'"),
        (b'{"format": "branch-archive/9"}', "format: found 'branch-archive/9'"),
        (b'{"format": "branch-archive/1", "format": "branch-archive/1"}', "format: stands twice"),
        (b'{"format": "branch-archive/1", "people": NaN}', "found NaN"),
        (b'{"format": "branch-archive/1", "people": [{"id": 1e400}]}', "people[0].id: found a number without end"),
        (b'{"format": "branch-archive/1", "people": [{"id": "\\u0000"}]}', "people[0].id: holds a character"),
        (b'{"format": "branch-archive/1", "people": ' + b"[" * 5000 + b"]" * 5000 + b"}", "nested|UTF-8"),
        (b'{"format": "branch-archive/1", "people": "\xff"}', "UTF-8"),
    ],
)
def test_documents_that_are_refused_whole(content: bytes, said: str) -> None:
    assert is_archive(content)
    with pytest.raises(BadArchive) as refused:
        load(content)
    assert any(part in str(refused.value) for part in said.split("|"))


def test_collections_of_unknown_names_are_named() -> None:
    assert list(unknown(example())) == []
    assert list(unknown(example(peoples=[]))) == ["peoples: no collection of this name is known"]


def test_a_roster_is_no_archive() -> None:
    assert is_archive("\ufeff \n{}".encode())
    assert not is_archive("姓名,党小组\n".encode())
    assert not is_archive(b"PK\x03\x04")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PATHS = st.sampled_from([
    ("branch",), ("branch", "groups"), ("branch", "groups", 0), ("branch", "groups", 0, "leader"), ("people",),
    ("people", 0), ("people", 0, "id"), ("people", 0, "name"), ("people", 0, "group"), ("people", 0, "duties"),
    ("people", 0, "duties", 0), ("people", 0, "category"), ("people", 0, "rank_history"),
    ("people", 0, "rank_history", 0), ("people", 0, "roster"), ("people", 0, "roster", 0, "from"),
    ("people", 0, "membership", 0, "status"), ("people", 5, "exemptions", 0), ("people", 5, "exemptions", 0, "reason"),
    ("people", 0, "notes"), ("people", 0, "telegram_id"), ("people", 0, "gender"), ("people", 0, "born_on"),
])  # fmt: skip


@given(PATHS, JSON)
@settings(max_examples=300)
def test_anything_anywhere_is_a_fault_or_is_read_and_never_a_crash(path: tuple[Any, ...], value: Any) -> None:
    document = example()
    place: Any = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    _, found = read(document, {})
    assert all(": " in line for line in found)


def test_the_text_is_the_document() -> None:
    document = example()
    assert json.loads(dump(document)) == document
    assert len(dump(document).splitlines()) > len(document["people"])


def test_a_rank_says_something() -> None:
    """Null stands beside a word of its own only."""
    ranks = [{"rank": None, "from": "2020-01-01"}, {"rank": None, "rank_text": 5, "from": "2021-01-01"}]
    document = {"people": [{"id": "P1", "name": "甲一", "rank_history": ranks}]}
    assert [fault.split(":")[0] for fault in read(document, {})[1]] == [
        "people[0].rank_history[0].rank",
        "people[0].rank_history[1].rank_text",
    ]
