"""共建: guidance of other branches, what is done together with other units, sites, topics and model units (S18-S22,
S26-S28, S36, S44).
"""

from bot.features.register.kinds.kind import (
    DESK,
    PARTNERS,
    PEER_ORGS,
    SITES,
    TOPIC,
    UNLISTED,
    Count,
    EntryField,
    Kind,
    Ledger,
    Ratio,
    Span,
    Told,
    Tracking,
    Type,
)
from bot.kit.figures import Behaviour, Section
from storage.choices import Duty

GUIDANCE = Kind(
    name="guidance",
    word="指导支部",
    unit="次",
    section=Section.COBUILD,
    collection="guidance",
    letter="G",
    fields=(
        EntryField(key="org", word="被指导单位", type=Type.ORG, needed=True, offered=(PEER_ORGS,),
                   proved=PARTNERS),
        EntryField(key="site", word="地点", type=Type.SITE, proved=SITES),
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

# In which form it was done together, by what the activity was.
_FORMS = {
    "theme_party_day": "theme_party_day",
    "red_site_visit": "site_visit",
    "integrity_base_visit": "site_visit",
    "integrity_exhibition_visit": "site_visit",
    "group_discussion": "symposium",
    "cobuild_exchange": "symposium",
    "lead_study": "joint_study",
}

COBUILD_EVENT = Kind(
    name="cobuild_event",
    word="对标共建",
    unit="次",
    section=Section.COBUILD,
    collection="cobuild_events",
    letter="B",
    fields=(
        EntryField(key="partner", word="共建单位", type=Type.ORG, needed=True, several=True, alone=True,
                   offered=(PEER_ORGS,), proved=PARTNERS),
        EntryField(key="form", word="形式", type=Type.CHOICE, needed=True,
                   options={"theme_party_day": "主题党日", "site_visit": "现场走访", "symposium": "座谈交流",
                            "joint_study": "联学联建", "other": "其他"}, by_type=_FORMS),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True),
        EntryField(key="topic", word="内容", proved=TOPIC),
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
        name="共建台账",
        columns=(
            ("日期", "on"), ("共建单位", "partner"), ("形式", "form"), ("内容", "topic"), ("关联活动", "activity"),
        ),
    ),
)  # fmt: skip

RED_SITE = Kind(
    name="red_site",
    word="红色基地名录",
    short="红色基地",
    unit="个",
    section=Section.COBUILD,
    collection="red_sites",
    letter="B",
    keepers=(Duty.ORGANIZATION_OFFICER, Duty.SECRETARY, Duty.DEPUTY_SECRETARY),
    fields=(
        EntryField(key="name", word="名称", type=Type.SITE, needed=True, proved=UNLISTED),
        EntryField(key="type", word="类型", type=Type.CHOICE, needed=True,
                   options={
                       "former_residence": "故居旧址", "memorial_hall": "纪念馆", "revolutionary_area": "革命老区",
                       "martyrs_cemetery": "烈士陵园", "integrity_base": "廉政基地", "other": "其他",
                   }),
        EntryField(key="district", word="所在地"),
    ),
    tracking=Tracking(
        states={"in_use": "在用", "retired": "停用"}, done=("in_use", "retired"), reasoned=("retired",),
        acts={"in_use": "恢复使用", "retired": "停用"},
    ),
    line="{name} {type}",
    counts=(
        Count(path="red_sites.listed", word="红色基地", unit="个", behaviour=Behaviour.LAST_DAY, states=("in_use",),
              formula="至期末在用的红色基地数"),
    ),
    ledger=Ledger(
        name="红色基地名录",
        columns=(("名称", "name"), ("类型", "type"), ("所在地", "district"), ("状态", "state")),
    ),
)  # fmt: skip

RESEARCH_TOPIC = Kind(
    name="research_topic",
    word="课题",
    unit="个",
    section=Section.COBUILD,
    collection="research_topics",
    letter="X",
    keepers=(Duty.PUBLICITY_OFFICER, *DESK),
    fields=(
        EntryField(key="title", word="课题名称", needed=True, titled=True),
        EntryField(key="owner", word="承担单位", type=Type.ORG),
        EntryField(key="own_branch", word="本支部课题", type=Type.YESNO, needed=True),
        EntryField(key="established_on", word="立项日期", type=Type.DAY, needed=True),
        EntryField(key="report_on", word="报告日期", type=Type.DAY, later=True),
        EntryField(key="recommended_on", word="推优日期", type=Type.DAY, later=True),
        EntryField(key="closed_on", word="结题日期", type=Type.DAY, later=True),
        EntryField(key="dropped", word="已终止", type=Type.YESNO, later=True),
    ),
    dated="established_on",
    in_order=(("established_on", "closed_on"),),
    spans={"lasts": Span(start="established_on", end="closed_on")},
    told=Told(usual="在研", by={"已终止": "dropped", "已结题": "closed_on"}),
    line="{title}（{state}）",
    counts=(
        Count(path="research.topics", word="课题", unit="个", behaviour=Behaviour.OPEN, holds="lasts",
              formula="期内在研的课题数：期末已立项，期初以前没有结题"),
        Count(path="research.reports", word="课题报告", unit="篇", on="report_on", formula="按报告日期统计的篇数"),
        Count(path="research.own_recommended", word="本支部推优课题", unit="个", on="recommended_on",
              where={"own_branch": "yes"}, formula="按推优日期统计的本支部课题数"),
    ),
    ledger=Ledger(
        name="课题台账",
        columns=(
            ("课题", "title"), ("承担单位", "owner"), ("立项日期", "established_on"), ("结题日期", "closed_on"),
            ("报告日期", "report_on"), ("推优日期", "recommended_on"), ("状态", "state"),
        ),
    ),
)  # fmt: skip

MODEL_UNIT = Kind(
    name="model_unit",
    word="模范机关创建",
    short="模范机关",
    unit="个",
    section=Section.COBUILD,
    collection="model_units",
    letter="M",
    fields=(
        EntryField(key="type", word="类型", type=Type.SITE, needed=True, offered=("学习型", "服务型", "创新型")),
        EntryField(key="unit", word="创建单位", type=Type.ORG),
        EntryField(key="own_branch", word="本支部", type=Type.YESNO, needed=True),
        EntryField(key="stage", word="阶段", type=Type.CHOICE, needed=True,
                   options={"stage": "阶段性督导", "final": "终期验收"}),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True),
        EntryField(key="stage_check", word="结果", type=Type.CHOICE, usual="pending",
                   options={"pending": "待督导", "passed": "已通过", "failed": "未通过"}),
    ),
    dated="on",
    together={"stage_of_unit": ("type", "unit", "stage")},
    line="{on} {type} {unit} {stage}（{stage_check}）",
    counts=(
        Count(path="model_units_passed", word="模范机关通过", unit="个", behaviour=Behaviour.DISTINCT, on="on",
              distinct="stage_of_unit", where={"stage_check": "passed"},
              formula="期内通过的类型、单位和阶段，相同的计一次"),
    ),
    ledger=Ledger(
        name="模范机关台账",
        columns=(
            ("类型", "type"), ("创建单位", "unit"), ("是否本支部", "own_branch"), ("阶段", "stage"), ("日期", "on"),
            ("结果", "stage_check"),
        ),
    ),
)  # fmt: skip
