"""共建: guidance of other branches, and what is done together with other units (S20-S22, S44)."""

from bot.features.register.kinds.kind import PEER_ORGS, Count, EntryField, Kind, Ledger, Ratio, Tracking, Type
from bot.kit.figures import Behaviour, Section

GUIDANCE = Kind(
    name="guidance",
    word="指导支部",
    unit="次",
    section=Section.COBUILD,
    collection="guidance",
    letter="G",
    fields=(
        EntryField(key="org", word="被指导单位", type=Type.ORG, needed=True, offered=(PEER_ORGS,)),
        EntryField(key="site", word="地点", type=Type.SITE),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True, happened=False),
        EntryField(key="topic", word="内容", later=True),
    ),
    dated="on",
    tracking=Tracking(
        states={"planned": "计划", "held": "已开展", "cancelled": "已取消"},
        done=("held", "cancelled"), reasoned=("cancelled",),
        follows="on", usual="held", ahead="planned", acts={"held": "登记开展", "cancelled": "取消指导"},
    ),
    line="{on} {org} {site}",
    counts=(
        Count(path="guidance.times", word="指导支部", unit="次", behaviour=Behaviour.ADDITIVE, on="on",
              states=("held",), formula="已开展的指导次数"),
        Count(path="guidance.orgs", word="被指导单位", unit="个", behaviour=Behaviour.DISTINCT, on="on",
              states=("held",), distinct="org", formula="已开展的指导中不同的被指导单位数"),
        Count(path="guidance.sites", word="指导地点", unit="个", behaviour=Behaviour.DISTINCT, on="on",
              states=("held",), distinct="site", formula="已开展的指导中不同的地点数"),
    ),
    ratios=(
        Ratio(path="guidance.coverage_rate", word="指导覆盖率", over="guidance.orgs", under=PEER_ORGS,
              full="guidance.full_coverage", beside="guidance.orgs", said="覆盖率{}",
              formula="被指导的兄弟支部数÷兄弟支部数"),
    ),
    ledger=Ledger(
        name="指导台账",
        columns=(("日期", "on"), ("被指导单位", "org"), ("内容", "topic"), ("地点", "site"), ("状态", "state")),
    ),
)  # fmt: skip

COBUILD_EVENT = Kind(
    name="cobuild_event",
    word="对标共建",
    unit="次",
    section=Section.COBUILD,
    collection="cobuild_events",
    letter="B",
    fields=(
        EntryField(key="partner", word="共建单位", type=Type.ORG, needed=True, several=True, alone=True,
                   offered=(PEER_ORGS,)),
        EntryField(key="form", word="形式", type=Type.CHOICE, needed=True,
                   options={"theme_party_day": "主题党日", "site_visit": "现场走访", "symposium": "座谈交流",
                            "joint_study": "联学联建", "other": "其他"}),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True),
        EntryField(key="topic", word="内容"),
    ),
    dated="on",
    line="{on} {partner} {form}",
    counts=(
        Count(path="cobuild_events", word="对标共建", unit="次", on="on", formula="共建活动次数"),
        Count(path="cobuild.by_form", word="共建形式", unit="次", on="on", by="form", beside="cobuild_events",
              said="{}次", formula="按形式统计的共建活动次数"),
        Count(path="cobuild.partners", word="共建单位", unit="个", behaviour=Behaviour.DISTINCT, on="on",
              distinct="partner", names=True, formula="不同的共建单位"),
    ),
    ledger=Ledger(
        name="共建台账", columns=(("日期", "on"), ("共建单位", "partner"), ("形式", "form"), ("内容", "topic")),
    ),
)  # fmt: skip
