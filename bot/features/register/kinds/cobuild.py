"""共建: guidance of other branches (S20-S22)."""

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
