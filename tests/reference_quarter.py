"""The third quarter of a branch that has done all that a real report of it tells, as an archive.

25 people; 戊一 comes, 丙六 goes, 丁一 is accepted, 丙七 becomes full. What came too late, is a draft, was withdrawn
or is another unit's stands beside what counts, so that a sentence is right only when it is counted.
"""

from collections.abc import Iterable, Sequence
from typing import Any

Row = dict[str, Any]

BRANCH = "某局党支部"
FIRST, SECOND, THIRD = "甲乙丙"
HALF_PAST_TWO = "T14:30:00+08:00"
CAMPAIGN, MEMORIAL, AREA = "学习贯彻习近平新时代中国特色社会主义思想主题教育", "某革命故居", "某革命老区"
NUMERALS = "一二三四五六七八九"
SIZES = {FIRST: 9, SECOND: 8, THIRD: 8}
OFFICES = {
    "甲一": ["secretary"],
    "乙一": ["deputy_secretary"],
    "甲二": ["organization_officer"],
    "丙一": ["publicity_officer"],
    "乙二": ["discipline_officer"],
}
LEADERS = {FIRST: "甲三", SECOND: "乙三", THIRD: "丙二"}
CADRES = ("甲一", "甲二", "甲四", "乙一", "乙二", "丙一")
EXEMPT = {"乙八": "long_sick_leave", "丙八": "frail_retired"}


def document() -> Row:
    """Everything of it; made anew, so that a test may change what it likes."""
    return {
        "format": "branch-archive/1",
        "branch": {
            "name": BRANCH,
            "superior": "市局党委",
            "groups": [{"id": f"G{at}", "name": _group(name), "leader": _id(LEADERS[name])} for at, name in _groups()],
            "secretary": _id("甲一"),
            "committee": [_id(name) for name in OFFICES],
            "peer_orgs": ["甲支部", "乙支部", "丙支部"],
        },
        "people": [*map(_person, _NAMES), _newcomer(), _accepted()],
        "campaigns": [{"id": "H1", "name": CAMPAIGN, "batch": "第二批", "from": "2023-09-01", "to": None}],
        "first_agenda_items": [{"id": f"F{at}", "title": f"重要讲话精神{NUMERALS[at - 1]}"} for at in range(1, 6)],
        "activities": _activities(),
        "votes": _votes(),
        "monthly_themes": [
            {"month": f"2023-{month:02}", "theme": theme, "prompt_sent_on": f"2023-{month:02}-{day:02}"}
            for month, theme, day in ((7, "对党忠诚", 3), (8, "学思践悟", 1), (9, "清正廉洁", 1))
        ],
        **_study(),
        **_hand_ins(),
        **_test(),
        **_talks(),
        **_development(),
        "reminders": [_reminder()],
        **_lists(),
        **_work(),
        **_text(),
    }


# --- people ----------------------------------------------------------------------------------------------------------


def _groups() -> Iterable[tuple[int, str]]:
    return enumerate(SIZES, 1)


def _group(name: str) -> str:
    return f"第{NUMERALS['甲乙丙'.index(name)]}党小组"


_NAMES = [f"{name}{NUMERALS[at]}" for name, size in SIZES.items() for at in range(size)]
_IDS = {name: f"P{at}" for at, name in enumerate([*_NAMES, "戊一", "丁一"], 1)}


def _id(name: str) -> str:
    return _IDS[name]


def _person(name: str) -> Row:
    probation = [{"status": "probationary", "from": "2022-08-26", "to": "2023-09-25"}]
    full = [{"status": "full", "from": "2010-01-01", "to": None}]
    offices = OFFICES.get(name, [])
    return {
        "id": _id(name),
        "name": name,
        "group": f"G{'甲乙丙'.index(name[0]) + 1}",
        "duties": [*offices, "group_leader"] if name in LEADERS.values() else offices,
        "category": "retired" if name == "丙八" else "in_service",
        "rank_history": [{"rank": "section" if name in CADRES else "staff", "from": "2018-01-01"}],
        "roster": [{"from": "2018-01-01", "to": "2023-09-01" if name == "丙六" else None}],
        "membership": [*probation, {"status": "full", "from": "2023-09-25", "to": None}] if name == "丙七" else full,
        "exemptions": _exempt(EXEMPT[name]) if name in EXEMPT else [],
    }


def _exempt(reason: str) -> list[Row]:
    span = {"from": "2023-01-01", "to": None}
    return [{**span, "reason": reason, "approved_by": "committee", "contact_person": _id("乙三")}]


def _newcomer() -> Row:
    roster = [{"from": "2023-08-15", "to": None}]
    return {**_person("甲五"), "id": _id("戊一"), "name": "戊一", "group": "G1", "roster": roster}


def _accepted() -> Row:
    """丁一: at the meeting 列席, in the roster from the next day (D4)."""
    return {
        **_person("甲五"),
        "id": _id("丁一"),
        "name": "丁一",
        "group": "G2",
        "roster": [{"from": "2023-09-23", "to": None}],
        "membership": [
            {"status": "activist", "from": "2021-06-01", "to": "2022-09-01"},
            {"status": "development_target", "from": "2022-09-01", "to": "2023-09-22"},
            {"status": "probationary", "from": "2023-09-22", "to": None},
        ],
    }


def _roster(day: str) -> list[str]:
    """Who is expected at a meeting of the branch on that day."""
    there = [name for name in _NAMES if name not in EXEMPT and not (name == "丙六" and day >= "2023-09-01")]
    return [*there, *(["戊一"] if day >= "2023-08-15" else []), *(["丁一"] if day >= "2023-09-23" else [])]


# --- organisational life ---------------------------------------------------------------------------------------------


def _activities() -> list[Row]:
    late = {"recorded_at": "2023-10-16T10:00:00+08:00"}
    study = [{"type": "integrity_study_day", "topic": "以案为鉴"}, {"type": "open_talk", "topic": "廉洁大家谈"}]
    discussed = {"type": "group_discussion", "topic": "专项整治形式主义官僚主义突出问题"}
    visit = [{"type": "theme_party_day"}, {"type": "red_site_visit"}]
    film = {"type": "warning_education", "form": "film", "film": "镜鉴"}
    meeting = [{"type": "members_meeting"}, {"type": "party_lecture", "lecturer": _id("甲一")}]
    joint = {"organizer": "joint", "sites": [MEMORIAL, AREA], "partners": ["某中心党支部"]}
    integrity_base = {"sites": ["某廉政基地"], "partners": ["某所党支部"]}
    sent = [_id("乙五"), _id("丙四")]
    return [
        _held("A1", "7月主题党日", "2023-07-07", [{"type": "theme_party_day"}], ["F1"], away={"甲五": "official_duty"}),
        _held("A2", "赴某革命故居主题党日", "2023-08-04", visit, ["F2"], away={"乙四": "sick", "丙三": None}, **joint),
        _held("A3", "廉政专题学习日", "2023-08-18", study, ["F3"], away={"乙四": "sick"}),
        _held("A4", "9月主题党日", "2023-09-08", [{"type": "theme_party_day"}, discussed], ["F3", "F4"]),
        _held("A5", "支部党员大会", "2023-09-22", meeting, ["F5"], away={"乙五": "sick", "甲四": "official_duty"}),
        _held("A6", "节前警示教育", "2023-09-27", [{"type": "integrity_study_day"}, film], []),
        _held("A7", "8月支委会", "2023-08-01", [{"type": "committee_meeting"}], ["F2"], scope={"kind": "committee"}),
        _held("A8", "集中研讨", "2023-07-20", [{**discussed, "topic": "调查研究"}], []),
        {
            **_held("A9", "廉洁文化主题党日", "2023-08-11", [{"type": "theme_party_day"}], [], **integrity_base),
            "organizer": "other_branch",
            "scope": {"kind": "delegated", "delegates": sent},
            "attendance": [{"person": one, "status": "present"} for one in sent],
        },
        {**_held("A10", "补开的研讨", "2023-09-14", [discussed], []), **late},
        {**_held("A11", "取消的主题党日", "2023-09-15", [{"type": "theme_party_day"}], []), "status": "cancelled"},
    ]


def _held(
    number: str,
    title: str,
    day: str,
    components: Sequence[Row],
    items: Sequence[str],
    away: dict[str, str | None] | None = None,
    **said: Any,
) -> Row:
    """`away`: by name the kind of approved leave, None for who was absent."""
    committee = said.get("scope", {}).get("kind") == "committee"
    expected, gone = list(OFFICES) if committee else _roster(day), away or {}
    return {
        "id": number,
        "title": title,
        "status": "held",
        "date": day,
        "planned_date": day,
        "organizer": "own_branch",
        "scope": {"kind": "branch"},
        "components": list(components),
        "hours": 2,
        "first_agenda_items": list(items),
        "sites": [],
        "partners": [],
        "recorded_at": f"{day}T18:00:00+08:00",
        "makeups": [],
        "attendance": [
            {"person": _id(name), **(_left(gone[name]) if name in gone else {"status": "present"})} for name in expected
        ],
        **said,
    }


def _left(leave: str | None) -> Row:
    return {"status": "leave", "leave_type": leave, "approved": True} if leave else {"status": "absent"}


def _votes() -> list[Row]:
    excluded = {_id(name): "bedridden" for name in EXEMPT}
    return [
        {
            "id": "V1",
            "activity": "A5",
            "motion": "accept_probationary",
            "subject": _id("丁一"),
            "excluded_from_expected": list(excluded),
            "excluded_reason": excluded,
            "in_person": {"for": 19, "against": 0, "abstain": 1},
            "written": {"for": 1},
        }
    ]


# --- study, hand-ins, tests ------------------------------------------------------------------------------------------


def _study() -> Row:
    """Three books and three documents; a fourth document was taken back."""
    items = [
        {
            "id": f"S{at}",
            "kind": kind,
            "title": title,
            "assigned_on": f"2023-{month:02}-01",
            "due_on": f"2023-{month:02}-28",
            "state": "withdrawn" if at == 7 else "assigned",
        }
        for at, (kind, title, month) in enumerate(
            [
                *[("book", f"{month}月书目", month) for month in (7, 8, 9)],
                *[("document", f"{month}月文件", month) for month in (7, 8, 9)],
                ("document", "发错的文件", 8),
            ],
            1,
        )
    ]
    done = [{"item": "S1", "person": _id(name), "completed_on": "2023-07-20"} for name in _roster("2023-07-01")]
    return {"study_items": items, "study_completions": done}


def _hand_ins() -> Row:
    """21 of 23 pieces and 22 forms with 43 problems (as ST4), a piece each of six cadres (as ST6)."""
    names = _roster("2023-08-18")
    pieces = [_piece("R1", name, "2023-08-28") for name in names[:21]]
    pieces += [{**_piece("R1", names[21], "2023-08-30"), "state": "returned"}]
    pieces += [_piece("R2", name, "2023-10-08") for name in CADRES]
    forms = [
        {
            "task": "C1",
            "person": _id(name),
            "submitted_at": "2023-08-25T20:00:00+08:00",
            "state": "accepted",
            "items": [
                {"problem": f"问题{at}", "measure": f"措施{at}", "due_on": "2023-12-31"} for at in range(1, count + 1)
            ],
        }
        for name, count in zip(names, [*[2] * 20, 3, 0], strict=False)
    ]
    return {
        "reflection_tasks": [
            {"id": "R1", "title": "学习日心得", "activity": "A3", "audience": "all_members", "due_on": "2023-08-31"},
            {
                "id": "R2",
                "title": "警示教育片心得",
                "activity": "A6",
                "audience": "section_rank_and_above",
                "due_on": "2023-10-09",
            },
        ],
        "reflections": pieces,
        "self_check_tasks": [{"id": "C1", "title": "自查表", "activity": "A3", "due_on": "2023-08-31"}],
        "self_checks": forms,
    }


def _piece(task: str, name: str, day: str) -> Row:
    return {"task": task, "person": _id(name), "submitted_at": f"{day}T20:00:00+08:00", "state": "accepted"}


def _test() -> Row:
    """As ST5: 2156 points of 22 people; a retake and somebody outside are not counted."""
    names = _roster("2023-08-30")
    formal = zip(names, [*[100] * 12, *[97] * 8, 80], strict=False)
    scored = [_attempt(_id(name), "formal", score) for name, score in formal]
    others = [("formal", names[21], None), ("makeup", names[21], 100), ("retake", names[20], 95)]
    return {
        "exams": [
            {
                "id": "E1",
                "title": "纪法知识网上测试",
                "date": "2023-08-30",
                "closed_book": True,
                "full_score": 100,
                "pass_score": 80,
            }
        ],
        "exam_attempts": [
            *scored,
            *[_attempt(_id(name), kind, score) for kind, name, score in others],
            _attempt("EXT:积极分子一", "formal", 100),
        ],
    }


def _attempt(person: str, kind: str, score: int | None) -> Row:
    at = "2023-09-05T16:00:00+08:00" if kind != "formal" else "2023-08-30T16:00:00+08:00"
    return {"exam": "E1", "person": person, "kind": kind, "submitted_at": at if score else None, "score": score}


# --- talks, the way into the Party, reminders ------------------------------------------------------------------------


def _talks() -> Row:
    """All 25 of the last day's roster are talked to, the one who came by acceptance too; 24 talks are written down."""
    there = [name for name in [*_NAMES, "戊一", "丁一"] if name != "丙六"]
    rows = [
        {
            "id": f"T{at}",
            "date": "2023-09-25",
            "talker": _id("甲一" if name != "甲一" else "乙一"),
            "talkees": [_id(name)],
            "kind": "heart_to_heart",
            "written_record": at > 2,
            "campaign": "K1",
            "mode": "in_person",
        }
        for at, name in enumerate(there, 1)
    ]
    campaign = {"id": "K1", "title": "关键岗位实际工作", "from": "2023-09-11", "to": "2023-09-28"}
    return {"talk_campaigns": [campaign], "talks": rows}


def _development() -> Row:
    events = [
        (_id("丁一"), "accept_passed", "2023-09-22", {"activity": "A5"}),
        (_id("丙七"), "conversion_passed", "2023-08-26", {}),
        (_id("丙七"), "conversion_approved", "2023-09-25", {}),
        (_id("戊一"), "transfer_in", "2023-08-15", {}),
        (_id("丙六"), "transfer_out", "2023-09-01", {}),
    ]
    rows = [
        {"id": f"D{at}", "person": person, "event": event, "on": day, **more}
        for at, (person, event, day, more) in enumerate(events, 1)
    ]
    return {"member_development": rows}


def _reminder() -> Row:
    to = [_id(name) for name in [*_NAMES, "戊一", "丁一"] if name != "丙六"]
    return {
        "id": "M1",
        "kind": "pre_holiday_integrity",
        "holidays": ["中秋", "国庆"],
        "from": "2023-09-29",
        "to": "2023-10-06",
        "sent_at": "2023-09-26T09:00:00+08:00",
        "ack_due": "2023-09-28T18:00:00+08:00",
        "audience": to,
        "acks": [{"person": one, "at": "2023-09-26T12:00:00+08:00"} for one in to[:23]],
    }


# --- lists and the work of the branch --------------------------------------------------------------------------------


def _lists() -> Row:
    """As ST9: five of six projects go on, a seventh was cancelled; four lists of twelve items, a fifth is a draft."""
    began = {"on": "2023-07-03", "state": "not_started"}
    states = ["completed", "completed", "in_progress", "in_progress", "in_progress", None, "cancelled"]
    projects = [
        {
            "id": f"J{at}",
            "title": f"实事项目{NUMERALS[at - 1]}",
            "owner": "第一党小组",
            "history": [began, *([{"on": "2023-08-10", "state": state}] if state else [])],
        }
        for at, state in enumerate(states, 1)
    ]
    items = [
        {"category": category, "due_on": "2023-08-31", "closed_on": closed}
        for category, closed in (
            ("political_life", "2023-08-20"),
            ("branch_building", "2023-08-25"),
            ("political_life", None),
        )
    ]
    kept = [{**one, "closed_on": one["closed_on"] or "2023-09-15"} for one in items]
    lists = [
        {
            "id": f"L{at}",
            "target": f"{name}支部",
            "state": "issued",
            "issued_on": "2023-07-20",
            "source": "half_year_inspection",
            "items": items if at < 3 else kept,
        }
        for at, name in enumerate("甲乙丙丁", 1)
    ]
    draft = {"id": "L5", "target": "戊支部", "state": "draft", "issued_on": None, "source": "reinspection", "items": []}
    return {
        "projects": projects,
        "rectification_lists": [*lists, draft],
        "inspections": [
            {"id": "I1", "kind": "half_year", "targets": ["甲支部"], "from": "2023-07-10", "to": "2023-07-15"},
            {"id": "I2", "kind": "reinspection", "targets": ["甲支部"], "from": "2023-09-18", "to": "2023-09-20"},
        ],
    }


def _work() -> Row:
    placed = [{"platform": "某党建微信公众号", "on": "2023-07-12"}, {"platform": "某日报", "on": "2023-08-02"}]
    shown = [{"platform": "市局内网", "on": "2023-08-20"}, {"platform": "某频道", "on": "2023-09-12"}]
    topics = [
        {
            "id": f"X{at}",
            "title": f"课题{NUMERALS[at - 1]}",
            "own_branch": at == 1,
            "established_on": "2023-04-10",
            "closed_on": None,
            "report_on": "2023-08-20" if at < 5 else "2023-10-08",
            "recommended_on": "2023-09-01" if at == 1 else None,
        }
        for at in range(1, 6)
    ]
    return {
        "guidance": [
            {"id": f"U{at}", "org": f"{org}支部", "site": f"基地{site}", "on": day, "state": state}
            for at, (org, site, day, state) in enumerate(
                [
                    ("甲", "一", "2023-07-11", "held"),
                    ("乙", "一", "2023-07-18", "held"),
                    ("丙", "二", "2023-08-15", "held"),
                    ("甲", "三", "2023-09-05", "held"),
                    ("丁", "四", "2023-09-28", "planned"),
                ],
                1,
            )
        ],
        "research_topics": topics,
        "model_units": [
            {"type": name, "own_branch": name == "学习型", "stage_check": check, "on": "2023-08-29"}
            for name, check in (
                ("学习型", "passed"),
                ("服务型", "passed"),
                ("创新型", "passed"),
                ("廉洁型", "passed"),
                ("节约型", "failed"),
            )
        ],
        "publications": [
            {"id": "W1", "kind": "article", "title": "稿件一", "state": "published", "placements": placed},
            {"id": "W2", "kind": "article", "title": "稿件二", "state": "submitted", "placements": []},
            {
                "id": "W3",
                "kind": "short_video",
                "title": "清风",
                "state": "published",
                "partners": ["甲支部", "乙支部"],
                "placements": shown,
            },
            {
                "id": "W4",
                "kind": "documentary",
                "title": "先锋",
                "state": "completed",
                "completed_on": "2023-07-31",
                "placements": [],
            },
            {
                "id": "W5",
                "kind": "case_material",
                "title": "“三联”模式深化“先锋”品牌",
                "state": "submitted",
                "submitted_on": "2023-09-06",
                "placements": [],
            },
            {
                "id": "W6",
                "kind": "exhibition_board",
                "title": "党建展板",
                "state": "published",
                "placements": [{"platform": "市某馆", "on": "2023-07-28"}],
            },
        ],
        "cobuild_events": [
            {"id": "B1", "partner": "某中心党支部", "form": "theme_party_day", "on": "2023-08-04", "activity": "A2"},
            {"id": "B2", "partner": "某中心党支部", "form": "symposium", "on": "2023-09-19"},
        ],
    }


def _text() -> Row:
    quarter = {"quarter": "2023Q3"}
    return {
        "issues": [{**quarter, "text": "前瞻性不足，创新手段不多"}, {**quarter, "text": "智慧党建思路不够创新"}],
        "report_notes": [
            {
                **quarter,
                "kind": "paragraph",
                "section": "组织建设",
                "text": "有效传播某局党建好声音、弘扬某局党建正能量。",
            },
            {**quarter, "kind": "paragraph", "section": "党风廉政建设", "text": "弘扬某局清正廉洁价值理念。"},
        ],
        "next_quarter_plan": [
            {**quarter, "text": "以学促行", "measures": "推动意识形态等重点工作"},
            {**quarter, "text": "强基固本"},
            {**quarter, "text": "正风肃纪"},
            {**quarter, "text": "共融共建", "measures": "进一步推进与某中心党建对标提升工作"},
        ],
    }
