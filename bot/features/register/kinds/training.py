"""学习培训: what superiors held with some of the branch, and courses (S3, S68)."""

from functools import partial

from bot.features.register.kinds.kind import DESK, PRESENT, SITES, Count, EntryField, Kind, Ledger, Type
from bot.features.register.kinds.options import LEVELS, MODES, OTHERS, OWN, WHO_ORGANIZES
from bot.kit.figures import Behaviour, Section
from storage.choices import Duty

KEEPERS = (Duty.ORGANIZATION_OFFICER, Duty.PUBLICITY_OFFICER, Duty.SECRETARY, Duty.DEPUTY_SECRETARY)

attended = partial(Count, on="on")

SUPERIOR_EVENT = Kind(
    name="superior_event",
    word="上级活动",
    unit="次",
    section=Section.TRAINING,
    collection="superior_events",
    letter="S",
    keepers=KEEPERS,
    fields=(
        EntryField(key="title", word="名称", needed=True, titled=True),
        EntryField(key="whose", word="主办单位", type=Type.ORG, needed=True),
        EntryField(key="level", word="级别", type=Type.CHOICE, needed=True, options=LEVELS),
        EntryField(key="kind", word="类别", type=Type.CHOICE, needed=True,
                   options={"training": "培训", "briefing": "通报会", "lecture": "报告会", "study": "学习",
                            "meeting": "会议"}),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True),
        EntryField(key="attendees", word="参加人员", type=Type.PEOPLE, needed=True, several=True, proved=PRESENT),
        EntryField(key="mode", word="方式", type=Type.CHOICE, options=MODES),
        EntryField(key="hours", word="学时", type=Type.NUMBER, half=True),
    ),
    dated="on",
    line="{on} {title}",
    counts=(
        attended(path="superior_events.times", word="上级活动", unit="次", formula="有本支部党员参加的上级活动次数"),
        attended(path="superior_events.person_times", word="上级活动人次", unit="人次", times="attendees",
                 formula="每次参加人数之和"),
        attended(path="superior_events.people", word="上级活动人数", unit="人", behaviour=Behaviour.DISTINCT,
                 distinct="attendees", formula="不同的参加人员数"),
        attended(path="superior_events.by_level", word="上级活动级别", unit="次", by="level",
                 formula="按级别统计的次数"),
        attended(path="superior_events.by_kind", word="上级活动类别", unit="次", by="kind", formula="按类别统计的次数"),
        attended(path="superior_events.by_mode", word="上级活动方式", unit="次", by="mode", formula="按方式统计的次数"),
    ),
    ledger=Ledger(
        name="上级活动台账",
        columns=(
            ("日期", "on"), ("名称", "title"), ("主办单位", "whose"), ("级别", "level"), ("类别", "kind"),
            ("方式", "mode"), ("参加人员", "attendees"), ("学时", "hours"),
        ),
    ),
)  # fmt: skip

trained = partial(Count, on="period")

TRAINING = Kind(
    name="training",
    word="培训班",
    unit="期",
    section=Section.TRAINING,
    collection="trainings",
    letter="T",
    keepers=KEEPERS,
    fields=(
        EntryField(key="title", word="名称", needed=True, titled=True),
        EntryField(key="period", word="日期", type=Type.DAYS, needed=True),
        EntryField(key="organizer", word="主办", type=Type.CHOICE, needed=True, options=WHO_ORGANIZES),
        EntryField(key="trainees", word="参加人员", type=Type.PEOPLE, needed=True, several=True, proved=PRESENT),
        EntryField(key="audience", word="对象", type=Type.CHOICE,
                   options={"members": "党员", "activists": "积极分子", "development_targets": "发展对象",
                            "officers": "骨干"}),
        EntryField(key="hours", word="学时", type=Type.NUMBER, half=True),
        EntryField(key="place", word="地点", type=Type.SITE, later=True, proved=SITES),
        EntryField(key="guests", word="其他人数", type=Type.NUMBER, later=True),
    ),
    dated="period",
    line="{period} {title}",
    counts=(
        trained(path="trainings.held", word="举办培训班", unit="期", where={"organizer": OWN},
                formula="本支部主办或联合主办的期数，按第一天统计"),
        trained(path="trainings.attended", word="参加培训班", unit="期", where={"organizer": OTHERS},
                formula="其他单位主办、本支部参加的期数"),
        trained(path="trainings.person_times", word="培训人次", unit="人次", times="trainees",
                formula="每期参加人数之和"),
        trained(path="trainings.people", word="培训人数", unit="人", behaviour=Behaviour.DISTINCT, distinct="trainees",
                formula="不同的参加人员数"),
    ),
    ledger=Ledger(
        name="培训台账",
        columns=(
            ("日期", "period"), ("名称", "title"), ("主办", "organizer"), ("对象", "audience"),
            ("参加人员", "trainees"), ("学时", "hours"),
        ),
    ),
)  # fmt: skip

CAMPAIGN = Kind(
    name="campaign",
    word="主题教育",
    unit="期",
    section=Section.TRAINING,
    collection="campaigns",
    letter="Z",
    keepers=(Duty.SECRETARY, Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER, *DESK[1:]),
    fields=(
        EntryField(key="name", word="名称", needed=True, titled=True),
        EntryField(key="batch", word="批次", longest=40),
        EntryField(key="span", word="起止日期", type=Type.DAYS, needed=True, happened=False),
    ),
    dated="span",
    line="{name} {batch} {span}",
    counts=(
        Count(path="campaigns.open", word="主题教育", unit="期", behaviour=Behaviour.OPEN, holds="span",
              formula="期内正在开展的主题教育期数"),
    ),
    ledger=Ledger(name="主题教育台账", columns=(("名称", "name"), ("批次", "batch"), ("起止日期", "span"))),
)  # fmt: skip
