"""服务: what the branch does for others, and what it hears from them."""

from functools import partial

from bot.features.register.kinds.kind import (
    DESK,
    PARTNERS,
    PRESENT,
    ROSTER,
    SITES,
    Count,
    EntryField,
    Kind,
    Ledger,
    Ratio,
    Tracking,
    Type,
)
from bot.kit.figures import Behaviour, Section
from storage.choices import Duty

KEEPERS = (Duty.ORGANIZATION_OFFICER, Duty.MASS_WORK_OFFICER, Duty.SECRETARY, Duty.DEPUTY_SECRETARY)
# Of what concerns somebody's troubles: not for every officer.
FEW = (*DESK, Duty.MASS_WORK_OFFICER)

served = partial(Count, on="on")

VOLUNTEER_SERVICE = Kind(
    name="volunteer_service",
    word="志愿服务",
    unit="次",
    section=Section.SERVICE,
    collection="volunteer_services",
    letter="V",
    keepers=(Duty.ORGANIZATION_OFFICER, Duty.YOUTH_OFFICER, *KEEPERS[1:]),
    fields=(
        EntryField(key="kind", word="类别", type=Type.CHOICE, needed=True,
                   options={"community": "社区服务", "double_report": "双报到", "blood": "无偿献血", "trees": "植树",
                            "farm": "助农", "civility": "文明劝导", "other": "其他"}),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True),
        EntryField(key="participants", word="参加人员", type=Type.PEOPLE, needed=True, several=True, proved=PRESENT),
        EntryField(key="hours", word="人均时长", type=Type.NUMBER, half=True),
        EntryField(key="beneficiaries", word="服务人次", type=Type.NUMBER),
        EntryField(key="estimated", word="人次为估计", type=Type.YESNO, later=True),
        EntryField(key="place", word="地点", type=Type.SITE, later=True, proved=SITES),
        EntryField(key="partner", word="合作单位", type=Type.ORG, several=True, later=True, proved=PARTNERS),
        EntryField(key="guests", word="其他人数", type=Type.NUMBER, later=True),
    ),
    dated="on",
    line="{on} {kind} {place}",
    counts=(
        served(path="volunteer_service.times", word="志愿服务", unit="次", formula="志愿服务次数"),
        served(path="volunteer_service.person_times", word="志愿服务人次", unit="人次", times="participants",
               formula="每次参加人数之和"),
        served(path="volunteer_service.people", word="志愿服务人数", unit="人", behaviour=Behaviour.DISTINCT,
               distinct="participants", formula="不同的参加人员数"),
        served(path="volunteer_service.guests", word="志愿服务其他人数", unit="人次", total="guests",
               formula="其他人数之和"),
        served(path="volunteer_service.hours", word="志愿服务时长", unit="小时", total="hours", times="participants",
               formula="人均时长×参加人数之和"),
        served(path="volunteer_service.beneficiaries", word="服务人次", unit="人次", total="beneficiaries",
               formula="服务人次之和"),
    ),
    ratios=(
        Ratio(path="volunteer_service.share", word="志愿服务参与率", over="volunteer_service.people", under=ROSTER,
              beside="volunteer_service.people", said="参与率{}", formula="期末在册的参加人员数÷期末在册人数"),
    ),
    ledger=Ledger(
        name="志愿台账",
        columns=(
            ("日期", "on"), ("类别", "kind"), ("地点", "place"), ("合作单位", "partner"), ("参加人员", "participants"),
            ("时长", "hours"), ("服务人次", "beneficiaries"),
        ),
    ),
)  # fmt: skip

VISITED = EntryField(
    key="recipients", word="慰问对象", type=Type.ROWS, counted="名", apart=True,
    fields=(
        EntryField(key="who", word="慰问对象", type=Type.PEOPLE, needed=True, outside=True),
        EntryField(key="category", word="对象类别", type=Type.CHOICE, needed=True,
                   options={"old_member": "老党员", "sick": "生病", "hardship": "困难", "family": "家庭",
                            "other": "其他"}),
    ),
)  # fmt: skip

visited = partial(Count, rows="recipients", on="on")
_PEOPLE = {"category": ("old_member", "sick", "hardship", "other")}

CONDOLENCE = Kind(
    name="condolence",
    word="走访慰问",
    unit="次",
    section=Section.SERVICE,
    collection="condolences",
    letter="Z",
    keepers=KEEPERS,
    readers=FEW,
    apart=True,
    fields=(
        EntryField(key="occasion", word="事由", type=Type.CHOICE, needed=True,
                   options={"spring_festival": "春节", "july_first": "七一", "double_ninth": "重阳",
                            "illness": "生病住院", "bereavement": "丧事", "hardship": "困难", "other": "其他"}),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True),
        EntryField(key="visitors", word="走访人", type=Type.PEOPLE, several=True),
        EntryField(key="mode", word="方式", type=Type.CHOICE, options={"visit": "走访", "phone": "电话"}),
        VISITED,
    ),
    dated="on",
    line="{on} {occasion}",
    counts=(
        Count(path="condolences.times", word="走访慰问", unit="次", on="on", formula="走访慰问次数"),
        visited(path="condolences.recipients", word="慰问人数", unit="名", behaviour=Behaviour.DISTINCT, distinct="who",
                where=_PEOPLE, formula="不同的慰问对象数，家庭另计"),
        visited(path="condolences.households", word="慰问家庭", unit="户", behaviour=Behaviour.DISTINCT, distinct="who",
                where={"category": "family"}, formula="不同的慰问家庭数"),
        visited(path="condolences.recipient_times", word="慰问人次", unit="人次", formula="每次慰问对象数之和"),
        visited(path="condolences.by_category", word="慰问对象类别", unit="名", behaviour=Behaviour.DISTINCT,
                distinct="who", by="category", formula="按类别统计的不同慰问对象数"),
    ),
    ledger=Ledger(
        name="慰问台账", rows="recipients",
        columns=(
            ("日期", "on"), ("事由", "occasion"), ("走访人", "visitors"), ("慰问对象", "recipients.who"),
            ("类别", "recipients.category"), ("方式", "mode"),
        ),
    ),
)  # fmt: skip

paired = partial(Count, holds="span", behaviour=Behaviour.LAST_DAY)

PAIRING = Kind(
    name="pairing",
    word="结对帮扶",
    unit="对",
    section=Section.SERVICE,
    collection="pairings",
    letter="J",
    keepers=KEEPERS,
    fields=(
        EntryField(key="kind", word="类别", type=Type.CHOICE, needed=True,
                   options={"person": "个人", "household": "家庭", "org": "单位", "village": "村社区"}),
        EntryField(key="target", word="结对对象", needed=True),
        EntryField(key="who", word="结对党员", type=Type.PEOPLE, several=True),
        EntryField(key="span", word="起止日期", type=Type.DAYS, needed=True),
        EntryField(key="content", word="帮扶内容", longest=500),
    ),
    dated="span",
    line="{target} {who} {span}",
    counts=(
        paired(path="pairings.open", word="结对帮扶", unit="对", formula="期末仍在结对的对数"),
        paired(path="pairings.by_kind", word="结对类别", unit="对", by="kind", beside="pairings.open", said="{}对",
               formula="期末按类别统计的对数"),
        paired(path="pairings.people", word="结对党员", unit="人", distinct="who", formula="期末不同的结对党员数"),
        Count(path="pairings.new", word="新结对", unit="对", on="span", formula="按开始日期统计的对数"),
        Count(path="pairings.ended", word="结束结对", unit="对", ends="span", formula="按结束日期统计的对数"),
    ),
    ledger=Ledger(
        name="结对台账",
        columns=(
            ("类别", "kind"), ("结对党员", "who"), ("结对对象", "target"), ("起止日期", "span"), ("内容", "content"),
        ),
    ),
)  # fmt: skip

said_to_us = partial(Count, on="on", where={"direction": "collected"})

SUGGESTION = Kind(
    name="suggestion",
    word="意见建议",
    unit="条",
    section=Section.SERVICE,
    collection="suggestions",
    letter="Y",
    keepers=(Duty.MASS_WORK_OFFICER, *DESK),
    readers=FEW,
    apart=True,
    fields=(
        EntryField(key="direction", word="来去", type=Type.CHOICE, needed=True,
                   options={"collected": "征集", "submitted": "报送"}),
        EntryField(key="text", word="内容", needed=True, longest=500),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True),
        EntryField(key="from", word="提出人", type=Type.PEOPLE, outside=True),
        EntryField(key="owner", word="责任人", type=Type.OWNER),
        EntryField(key="due_on", word="答复期限", type=Type.DUE, happened=False),
        EntryField(key="answer", word="答复", later=True, longest=500),
    ),
    dated="on",
    tracking=Tracking(
        states={"open": "待答复", "answered": "已答复", "adopted": "已采纳", "declined": "未采纳"},
        done=("answered", "adopted", "declined"), reasoned=("declined",), days={"answered": "answered_on"},
    ),
    line="{on} {direction} {text}",
    counts=(
        said_to_us(path="suggestions.collected", word="征集意见建议", unit="条", formula="征集的意见建议条数"),
        Count(path="suggestions.submitted", word="报送意见建议", unit="条", on="on", where={"direction": "submitted"},
              formula="报送的意见建议条数"),
        said_to_us(path="suggestions.answered", word="答复意见建议", unit="条", behaviour=Behaviour.LAST_DAY,
                   states=("answered", "adopted", "declined"), formula="征集的意见建议中至期末已答复的条数"),
        said_to_us(path="suggestions.adopted", word="采纳意见建议", unit="条", behaviour=Behaviour.LAST_DAY,
                   states=("adopted",), formula="征集的意见建议中至期末已采纳的条数"),
    ),
    ratios=(
        Ratio(path="suggestions.answer_rate", word="答复率", over="suggestions.answered", under="suggestions.collected",
              beside="suggestions.answered", said="答复率{}", formula="已答复条数÷征集条数"),
    ),
    ledger=Ledger(
        name="意见台账",
        columns=(
            ("日期", "on"), ("来源", "from"), ("内容", "text"), ("责任人", "owner"), ("期限", "due_on"),
            ("答复日期", "answered"), ("结果", "state"),
        ),
    ),
)  # fmt: skip

DONATION = Kind(
    name="donation",
    word="爱心捐赠",
    unit="次",
    section=Section.SERVICE,
    collection="donations",
    letter="D",
    keepers=(Duty.MASS_WORK_OFFICER, *DESK),
    readers=FEW,
    apart=True,
    fields=(
        EntryField(key="cause", word="事由", needed=True),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True),
        EntryField(key="donors", word="参加人员", type=Type.PEOPLE, needed=True, several=True),
    ),
    dated="on",
    line="{on} {cause}",
    counts=(
        Count(path="donations.times", word="爱心捐赠", unit="次", on="on", formula="捐赠次数"),
        Count(path="donations.person_times", word="捐赠人次", unit="人次", on="on", times="donors",
              formula="每次参加人数之和"),
        Count(path="donations.people", word="捐赠人数", unit="人", behaviour=Behaviour.DISTINCT, on="on",
              distinct="donors", formula="不同的参加人员数"),
    ),
    ledger=Ledger(name="捐赠台账", columns=(("日期", "on"), ("事由", "cause"), ("参加人员", "donors"))),
)  # fmt: skip
