"""检查整改: lists of what is to be put right, item by item (S32-S34, D16)."""

from functools import partial

from bot.features.register.kinds.kind import Count, EntryField, Kind, Ledger, Ratio, Tracking, Type
from bot.kit.figures import Behaviour, Section

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
        EntryField(key="target", word="受检单位", type=Type.ORG, needed=True, offered=("peer_orgs",)),
        EntryField(key="source", word="来源", type=Type.CHOICE, needed=True,
                   options={
                       "half_year_inspection": "半年检查", "reinspection": "回头看", "special_inspection": "专项检查",
                       "inspection_received": "迎接检查", "organizational_life_meeting": "组织生活会", "other": "其他",
                   }),
        ITEMS,
    ),
    tracking=Tracking(
        states={"draft": "草稿", "issued": "已下发"}, done=("issued",), days={"issued": "issued_on"},
        needs={"issued": "items"}, acts={"issued": "下发清单", "draft": "退回草稿"}, drafts=("draft",),
    ),
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
        Count(path="rectification.open_overdue_all", word="全部逾期未整改", unit="项", behaviour=Behaviour.LAST_DAY,
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
