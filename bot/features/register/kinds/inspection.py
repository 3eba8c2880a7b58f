"""检查整改: inspections held and received, and lists of what is to be put right, item by item,
and the papers of each month (S30-S34, D16)."""

from functools import partial

from bot.features.register.kinds.kind import (
    PEER_ORGS,
    Count,
    Earlier,
    EntryField,
    Kind,
    Ledger,
    Linked,
    Papers,
    Ratio,
    Tracking,
    Type,
)
from bot.features.register.kinds.options import LEVELS
from bot.kit.figures import Behaviour, Section
from bot.kit.glossary.choices import MONTHLY_DOCUMENTS
from storage.choices import Duty

held = partial(Count, behaviour=Behaviour.ADDITIVE, on="period", states=("held",), unit="次")

INSPECTION = Kind(
    name="inspection",
    word="开展检查",
    unit="次",
    section=Section.INSPECTION,
    collection="inspections",
    letter="C",
    fields=(
        EntryField(key="kind", word="类别", type=Type.CHOICE, needed=True,
                   options={"half_year": "半年检查", "reinspection": "回头看", "special": "专项检查", "other": "其他"}),
        EntryField(key="targets", word="受检单位", type=Type.ORG, several=True, offered=(PEER_ORGS,)),
        EntryField(key="period", word="检查日期", type=Type.DAYS, needed=True, happened=False),
        EntryField(key="content", word="检查内容", longest=500),
        EntryField(key="found", word="发现问题数", type=Type.NUMBER),
    ),
    dated="period",
    linked=(
        Linked(kind="rectification_list", field="inspection", word="整改清单", act="形成整改清单", unit="target",
               of="targets", choice="source", by="kind", asks="found",
               codes={"half_year": "half_year_inspection", "reinspection": "reinspection",
                      "special": "special_inspection", "other": "other"}),
    ),
    earlier=Earlier(kind="rectification_list", unit="target", of="targets", where={"kind": ("reinspection",)}),
    tracking=Tracking(
        states={"planned": "计划", "held": "已开展", "cancelled": "已取消"},
        done=("held", "cancelled"), reasoned=("cancelled",),
        follows="period", usual="held", ahead="planned", acts={"held": "登记开展", "cancelled": "取消检查"},
    ),
    line="{period} {kind} {targets}",
    counts=(
        held(path="inspections.held", word="开展检查", formula="已开展的检查次数，按第一天统计"),
        held(path="inspections.by_kind", word="检查类别", by="kind", beside="inspections.held", said="{}次",
             formula="按类别统计的检查次数"),
        held(path="inspections.targets", word="受检单位", unit="个", behaviour=Behaviour.DISTINCT, distinct="targets",
             formula="已开展的检查中不同的受检单位数"),
    ),
    ledger=Ledger(
        name="检查台账",
        columns=(
            ("日期", "period"), ("类别", "kind"), ("受检单位", "targets"), ("内容", "content"), ("发现问题", "found"),
            ("整改清单", "rectification_list"), ("状态", "state"),
        ),
    ),
)  # fmt: skip

received = partial(Count, behaviour=Behaviour.ADDITIVE, on="period", unit="次")

INSPECTION_RECEIVED = Kind(
    name="inspection_received",
    word="迎接检查",
    unit="次",
    section=Section.INSPECTION,
    collection="inspections_received",
    letter="R",
    fields=(
        EntryField(key="by_org", word="来访单位", type=Type.ORG, needed=True),
        EntryField(key="kind", word="类别", type=Type.CHOICE, needed=True,
                   options={"inspection": "检查", "supervision": "督导", "research": "调研", "exchange": "观摩交流",
                            "contact": "联系指导"}),
        EntryField(key="period", word="日期", type=Type.DAYS, needed=True),
        EntryField(key="level", word="级别", type=Type.CHOICE, options=LEVELS),
        EntryField(key="topic", word="内容", later=True),
        EntryField(key="hosts", word="陪同人员", type=Type.PEOPLE, several=True, later=True),
        EntryField(key="found", word="反馈问题数", type=Type.NUMBER, later=True),
    ),
    dated="period",
    linked=(
        Linked(kind="rectification_list", field="inspection", word="整改清单", act="形成整改清单", unit="target",
               choice="source", codes={"": "inspection_received"}, asks="found"),
    ),
    line="{period} {by_org} {kind}",
    counts=(
        received(path="inspections_received.times", word="迎接检查", formula="按第一天统计的次数"),
        received(path="inspections_received.by_kind", word="迎检类别", by="kind", beside="inspections_received.times",
                 said="{}次", formula="按类别统计的次数"),
        received(path="inspections_received.orgs", word="来访单位", unit="个", behaviour=Behaviour.DISTINCT,
                 distinct="by_org", formula="不同的来访单位数"),
    ),
    ledger=Ledger(
        name="迎检台账",
        columns=(
            ("日期", "period"), ("来访单位", "by_org"), ("级别", "level"), ("类别", "kind"), ("内容", "topic"),
            ("陪同人员", "hosts"), ("反馈问题", "found"), ("整改清单", "rectification_list"),
        ),
    ),
)  # fmt: skip

ITEMS = EntryField(
    key="items", word="整改事项", short="事项", type=Type.ROWS, counted="项",
    fields=(
        EntryField(key="category", word="问题类别", type=Type.CHOICE, needed=True,
                   options={"political_life": "党内政治生活", "branch_building": "党支部建设", "other": "其他"}),
        EntryField(key="problem", word="问题", needed=True, longest=500),
        EntryField(key="measure", word="整改措施", needed=True, longest=500),
        EntryField(key="owner", word="责任人", type=Type.OWNER),
        EntryField(key="due_on", word="期限", type=Type.DUE, needed=True, happened=False),
        EntryField(key="evidence", word="佐证", later=True, longest=500),
        EntryField(key="proof", word="佐证附件", type=Type.FILES, later=True),
    ),
    tracking=Tracking(
        states={"open": "整改中", "closed": "已整改"}, done=("closed",), days={"closed": "closed_on"},
        needs={"closed": "evidence"}, acts={"closed": "完成整改", "open": "重新整改"},
    ),
)  # fmt: skip

# Lists issued in the period, and the items of these, as of its last day.
of_lists = partial(Count, began=True, states=("issued",))
of_items = partial(of_lists, rows="items", unit="项")

RECTIFICATION_LIST = Kind(
    name="rectification_list",
    word="整改清单",
    unit="份",
    section=Section.INSPECTION,
    collection="rectification_lists",
    letter="L",
    fields=(
        EntryField(key="target", word="受检单位", type=Type.ORG, needed=True, offered=(PEER_ORGS,)),
        EntryField(key="source", word="来源", type=Type.CHOICE, needed=True,
                   options={
                       "half_year_inspection": "半年检查", "reinspection": "回头看", "special_inspection": "专项检查",
                       "inspection_received": "迎接检查", "organizational_life_meeting": "组织生活会", "other": "其他",
                   }),
        EntryField(key="inspection", word="所据检查", type=Type.LINK, later=True,
                   to=("inspection", "inspection_received")),
        ITEMS,
    ),
    tracking=Tracking(
        states={"draft": "草稿", "issued": "已下发"}, done=("issued",), days={"issued": "issued_on"},
        needs={"issued": "items"}, acts={"issued": "下发清单", "draft": "退回草稿"}, drafts=("draft",),
    ),
    earlier=Earlier(kind="rectification_list", unit="target", of="target", where={"source": ("reinspection",)}),
    line="{target} {source}",
    counts=(
        of_lists(path="rectification.lists", word="整改清单", unit="份", behaviour=Behaviour.ADDITIVE,
                 formula="按下发日期统计，草稿不计"),
        of_lists(path="rectification.reinspection_lists", word="回头看清单", unit="份", behaviour=Behaviour.ADDITIVE,
                 where={"source": "reinspection"}, beside="rectification.lists", said="回头看{}份",
                 formula="来源为回头看的整改清单"),
        of_lists(path="rectification.targets", word="受检单位", unit="个", behaviour=Behaviour.DISTINCT,
                 distinct="target", formula="整改清单中不同的受检单位数"),
        of_items(path="rectification.items", word="整改事项", behaviour=Behaviour.ADDITIVE,
                 formula="所下发清单的整改事项数"),
        of_items(path="rectification.by_category", word="问题类别", behaviour=Behaviour.ADDITIVE, by="category",
                 beside="rectification.items", said="{}项", formula="按问题类别统计的整改事项数"),
        of_items(path="rectification.closed", word="已整改", behaviour=Behaviour.LAST_DAY, row_states=("closed",),
                 formula="所下发清单中至期末已整改的事项数"),
        of_items(path="rectification.closed_on_time", word="按期整改", behaviour=Behaviour.LAST_DAY,
                 row_states=("closed",), in_time=True, beside="rectification.closed", said="按期{}项",
                 formula="完成日期不晚于期限的事项数"),
        of_items(path="rectification.open_overdue", word="逾期未整改", behaviour=Behaviour.LAST_DAY,
                 row_states=("open",), overdue=True, formula="所下发清单中期限在期末之前、至期末未整改的事项数"),
        Count(path="rectification.open_overdue_all", word="历次逾期未整改", unit="项", behaviour=Behaviour.LAST_DAY,
              rows="items", states=("issued",), row_states=("open",), overdue=True,
              formula="不论何时下发，期限在期末之前、至期末未整改的事项数"),
    ),
    ratios=(
        Ratio(path="rectification.close_rate", word="整改率", over="rectification.closed", under="rectification.items",
              beside="rectification.closed", said="整改率{}", formula="已整改事项数÷整改事项数"),
    ),
    ledger=Ledger(
        name="整改清单", rows="items",
        columns=(
            ("受检单位", "target"), ("类别", "items.category"), ("问题", "items.problem"),
            ("整改措施", "items.measure"), ("责任人", "items.owner"), ("期限", "items.due_on"),
            ("完成日期", "items.closed"), ("是否按期", "items.in_time"), ("佐证", "items.evidence"),
        ),
    ),
)  # fmt: skip

DOCUMENT = Kind(
    name="document",
    word="月度资料",
    unit="份",
    section=Section.INSPECTION,
    collection="documents",
    letter="D",
    keepers=(Duty.ORGANIZATION_OFFICER, Duty.SECRETARY, Duty.DEPUTY_SECRETARY),
    fields=(
        EntryField(key="month", word="月份", type=Type.MONTH, needed=True),
        EntryField(key="kind", word="资料", type=Type.CHOICE, needed=True,
                   options={one.value: word for one, word in MONTHLY_DOCUMENTS.items()}),
        EntryField(key="paper", word="有纸质资料", type=Type.YESNO, needed=True),
    ),
    dated="month",
    one_of=("files", "paper"),
    papers=Papers(
        month="month", kind="kind", setting="monthly_documents",
        expected="documents.expected", present="documents.present", missing="documents.missing", rate="documents.rate",
    ),
    line="{month} {kind}",
    ledger=Ledger(name="月度资料台账", columns=(("月份", "month"), ("资料", "kind"), ("纸质资料", "paper"))),
)  # fmt: skip
