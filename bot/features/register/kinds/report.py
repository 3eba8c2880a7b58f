"""总结: what a report says that no other record does: issues, paragraphs of one's own, plans (S63, S65-S69)."""

from functools import partial

from bot.features.register.kinds.kind import Count, EntryField, Kind, Ledger, Tracking, Type
from bot.kit.figures import Behaviour, Section
from storage.choices import Duty

WRITERS = (Duty.SECRETARY, Duty.DEPUTY_SECRETARY)
QUARTER = EntryField(key="quarter", word="所在季度", type=Type.QUARTER, needed=True)

noted = partial(Kind, section=Section.REPORT, keepers=WRITERS, dated="quarter")

ISSUE = noted(
    name="issue",
    word="存在问题",
    unit="个",
    collection="issues",
    letter="I",
    fields=(
        QUARTER,
        EntryField(key="text", word="问题", needed=True, longest=1000),
        EntryField(key="section", word="所在部分", later=True, longest=40),
    ),
    line="{quarter} {text}",
    counts=(
        Count(path="issues", word="存在问题", unit="个", behaviour=Behaviour.LAST_DAY, quarter="quarter",
              formula="列入期末所在季度总结的问题数"),
    ),
    ledger=Ledger(name="存在问题台账", columns=(("季度", "quarter"), ("部分", "section"), ("问题", "text"))),
)  # fmt: skip

PARAGRAPH = noted(
    name="paragraph",
    word="补充文字",
    unit="段",
    collection="report_notes",
    also={"kind": "paragraph"},
    letter="I",
    fields=(
        QUARTER,
        EntryField(key="section", word="所在部分", needed=True, longest=40),
        EntryField(key="text", word="文字", needed=True, longest=3000),
    ),
    line="{quarter} {section}",
    ledger=Ledger(name="补充文字台账", columns=(("季度", "quarter"), ("部分", "section"), ("文字", "text"))),
)  # fmt: skip

PLAN_ITEM = noted(
    name="plan_item",
    word="下季计划",
    unit="项",
    collection="next_quarter_plan",
    letter="N",
    fields=(
        QUARTER,
        EntryField(key="text", word="计划", needed=True, longest=500),
        EntryField(key="measures", word="措施", longest=500),
        EntryField(key="owner", word="责任人", type=Type.OWNER, later=True),
        EntryField(key="due_on", word="期限", type=Type.DUE, later=True, happened=False),
    ),
    tracking=Tracking(
        states={"open": "未完成", "completed": "已完成", "dropped": "不再列入"}, done=("completed", "dropped"),
        reasoned=("dropped",), acts={"open": "恢复计划", "completed": "完成", "dropped": "不再列入"},
    ),
    line="{quarter} {text}",
    counts=(
        Count(path="next_quarter_plan", word="下季计划", unit="项", behaviour=Behaviour.LAST_DAY, quarter="quarter",
              formula="列入期末所在季度总结的计划项数"),
        Count(path="plan_progress.items", word="上季所列计划", unit="项", behaviour=Behaviour.LAST_DAY,
              quarter="quarter", earlier=True, formula="列入上一季度总结的计划项数"),
        Count(path="plan_progress.completed", word="上季所列计划已完成", unit="项", behaviour=Behaviour.LAST_DAY,
              quarter="quarter", earlier=True, states=("completed",), formula="上一季度所列计划中至期末已完成的项数"),
    ),
    ledger=Ledger(
        name="下季计划台账",
        columns=(
            ("季度", "quarter"), ("计划", "text"), ("措施", "measures"), ("责任人", "owner"), ("期限", "due_on"),
            ("状态", "state"),
        ),
    ),
)  # fmt: skip
