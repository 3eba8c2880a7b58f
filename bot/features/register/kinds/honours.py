"""荣誉: what was awarded, and contests (S41)."""

from bot.features.register.kinds.kind import DESK, PRESENT, Count, EntryField, Kind, Ledger, Linked, Span, Type
from bot.features.register.kinds.options import LEVELS, OTHERS, OWN, WHO_ORGANIZES
from bot.kit.figures import Behaviour, Section
from storage.choices import Duty

# What a superior unit was given, and grades in stars, are counted apart.
_USUAL = {"kind": ("honour", "prize"), "holder_kind": ("branch", "group", "person")}

AWARD = Kind(
    name="award",
    word="表彰荣誉",
    unit="项",
    section=Section.HONOURS,
    collection="awards",
    letter="H",
    keepers=(DESK[0], Duty.PUBLICITY_OFFICER, *DESK[1:]),
    fields=(
        EntryField(key="title", word="名称", needed=True, titled=True),
        EntryField(key="kind", word="类别", type=Type.CHOICE, needed=True,
                   options={"honour": "荣誉", "prize": "奖项", "star_grade": "星级"}),
        EntryField(key="level", word="级别", type=Type.CHOICE, needed=True, options=LEVELS),
        EntryField(key="holder_kind", word="授予对象", type=Type.CHOICE, needed=True,
                   options={"branch": "支部", "group": "党小组", "person": "个人", "superior": "上级单位"}),
        EntryField(key="holders", word="获奖人员", type=Type.PEOPLE, several=True, outside=True),
        EntryField(key="issuer", word="授予单位", type=Type.ORG, needed=True),
        EntryField(key="issued_on", word="授予日期", type=Type.DAY, needed=True),
        EntryField(key="rank", word="等次", later=True, longest=40),
        EntryField(key="stars", word="星数", type=Type.NUMBER, later=True),
        EntryField(key="to", word="失效日期", type=Type.DAY, later=True, happened=False),
        EntryField(key="contest", word="所属竞赛", type=Type.LINK, later=True, to=("contest",)),
    ),
    dated="issued_on",
    in_order=(("issued_on", "to"),),
    spans={"valid": Span(start="issued_on", end="to", open_end=True)},
    line="{issued_on} {title} {level}",
    counts=(
        Count(path="awards.items", word="表彰荣誉", unit="项", on="issued_on", where=_USUAL,
              formula="按授予日期统计，上级单位所获和星级不计"),
        Count(path="awards.by_level", word="荣誉级别", unit="项", on="issued_on", where=_USUAL, by="level",
              beside="awards.items", said="{}项", formula="按级别统计的荣誉项数"),
        Count(path="awards.by_holder", word="授予对象", unit="项", on="issued_on", where={"kind": _USUAL["kind"]},
              by="holder_kind", formula="按授予对象统计的荣誉项数"),
        Count(path="awards.person_times", word="获奖人次", unit="人次", on="issued_on", where=_USUAL,
              times="holders", formula="各项荣誉获奖人数之和"),
        Count(path="awards.people", word="获奖人数", unit="人", behaviour=Behaviour.DISTINCT, on="issued_on",
              where=_USUAL, distinct="holders", formula="不同的获奖人员数"),
        Count(path="awards.superior", word="上级单位荣誉", unit="项", on="issued_on",
              where={"kind": _USUAL["kind"], "holder_kind": "superior"}, formula="上级单位所获荣誉项数"),
        Count(path="awards.star_grade", word="支部星级", unit="星", behaviour=Behaviour.LAST_DAY, holds="valid",
              latest="stars", where={"kind": "star_grade", "holder_kind": "branch"},
              formula="期末仍有效的支部星级中最近一次的星数"),
    ),
    ledger=Ledger(
        name="荣誉台账",
        columns=(
            ("日期", "issued_on"), ("名称", "title"), ("级别", "level"), ("类别", "kind"), ("等次", "rank"),
            ("授予单位", "issuer"), ("获奖对象", "holders"),
        ),
    ),
)  # fmt: skip

CONTEST = Kind(
    name="contest",
    word="竞赛文体",
    unit="次",
    section=Section.HONOURS,
    collection="contests",
    letter="K",
    keepers=(Duty.PUBLICITY_OFFICER, Duty.YOUTH_OFFICER, *DESK),
    fields=(
        EntryField(key="title", word="名称", needed=True, titled=True),
        EntryField(key="kind", word="类别", type=Type.CHOICE, needed=True,
                   options={"knowledge": "知识竞赛", "essay": "征文", "speech": "演讲", "skill": "技能比武",
                            "culture_sport": "文体活动", "other": "其他"}),
        EntryField(key="period", word="日期", type=Type.DAYS, needed=True),
        EntryField(key="organizer", word="主办", type=Type.CHOICE, needed=True, options=WHO_ORGANIZES),
        EntryField(key="participants", word="参加人员", type=Type.PEOPLE, several=True, proved=PRESENT),
        EntryField(key="guests", word="其他人数", type=Type.NUMBER, later=True),
    ),
    dated="period",
    linked=(Linked(kind="award", field="contest", word="奖项", act="登记奖项"),),
    line="{period} {title} {organizer}",
    counts=(
        Count(path="contests.held", word="主办竞赛文体", unit="次", on="period", where={"organizer": OWN},
              formula="本支部主办或联合主办的次数，按第一天统计"),
        Count(path="contests.joined", word="参加竞赛文体", unit="次", on="period", where={"organizer": OTHERS},
              formula="其他单位主办、本支部参加的次数"),
        Count(path="contests.by_kind", word="竞赛文体类别", unit="次", on="period", by="kind",
              formula="按类别统计的次数"),
        Count(path="contests.person_times", word="竞赛文体人次", unit="人次", on="period", times="participants",
              formula="每次参加人数之和"),
        Count(path="contests.people", word="竞赛文体人数", unit="人", behaviour=Behaviour.DISTINCT, on="period",
              distinct="participants", formula="不同的参加人员数"),
        Count(path="contests.guests", word="竞赛文体其他人数", unit="人次", on="period", total="guests",
              formula="其他人数之和"),
    ),
    ledger=Ledger(
        name="竞赛台账",
        columns=(
            ("日期", "period"), ("名称", "title"), ("类别", "kind"), ("主办", "organizer"),
            ("参加人员", "participants"), ("奖项", "award"),
        ),
    ),
)  # fmt: skip
