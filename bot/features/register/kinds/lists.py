"""清单: what is to be done, whose it is, and how far it has come (S23-S25, S29, S64, S67, S69)."""

from functools import partial

from bot.features.register.kinds.kind import Count, EntryField, Kind, Ledger, Ratio, Tracking, Type
from bot.kit.figures import Behaviour, Section
from storage.choices import Duty

ALL = ("not_started", "in_progress", "completed", "cancelled")
STEPS = Tracking(
    states={"not_started": "未启动", "in_progress": "推进中", "completed": "已完成", "cancelled": "已取消"},
    done=("completed", "cancelled"), reasoned=("cancelled",),
    acts={"not_started": "退回未启动", "in_progress": "开始推进", "completed": "完成", "cancelled": "取消"},
)  # fmt: skip
SINCE = EntryField(key="since", word="列入日期", type=Type.SINCE, needed=True)
GONE = EntryField(key="to", word="移出清单日期", type=Type.DAY, later=True, short="移出清单")
OWNER = EntryField(key="owner", word="责任主体", type=Type.OWNER, needed=True)

listed = partial(Count, unit="项", behaviour=Behaviour.LAST_DAY, gone="to")
of_projects = partial(listed, formula="至期末在清单上、处于该状态的项目数")

PRACTICAL_PROJECT = Kind(
    name="practical_project",
    word="办实事项目",
    short="办实事",
    unit="项",
    section=Section.LISTS,
    collection="projects",
    letter="J",
    keepers=(Duty.ORGANIZATION_OFFICER, Duty.SECRETARY, Duty.DEPUTY_SECRETARY),
    fields=(
        EntryField(key="title", word="项目", needed=True, titled=True),
        OWNER,
        SINCE,
        EntryField(key="measure", word="措施", longest=500),
        EntryField(key="due_on", word="完成期限", type=Type.DUE, happened=False),
        GONE,
    ),
    in_order=(("since", "to"),),
    tracking=STEPS,
    monthly=True,
    line="{title}",
    counts=(
        listed(path="projects.listed", word="办实事项目", states=ALL, formula="至期末在清单上、没有移出的项目数"),
        of_projects(path="projects.completed", word="项目已完成", states=("completed",)),
        of_projects(path="projects.in_progress", word="项目推进中", states=("in_progress",)),
        of_projects(path="projects.not_started", word="项目未启动", states=("not_started",)),
        of_projects(path="projects.cancelled", word="项目已取消", states=("cancelled",)),
        listed(path="projects.effective", word="有效项目", states=ALL[:3],
               formula="在清单上的项目数减去已取消的项目数"),
        listed(path="projects.advanced", word="已推进项目", states=("completed", "in_progress"),
               formula="已完成与推进中的项目数之和"),
        listed(path="projects.overdue", word="项目逾期", states=("not_started", "in_progress"), overdue=True,
               formula="完成期限在期末之前、至期末没有完成也没有取消的项目数"),
    ),
    ratios=(
        Ratio(path="projects.advance_rate", word="项目推进率", over="projects.advanced", under="projects.effective",
              formula="已推进项目数÷有效项目数"),
        Ratio(path="projects.completion_rate", word="项目完成率", over="projects.completed", under="projects.effective",
              formula="已完成项目数÷有效项目数"),
    ),
    ledger=Ledger(
        name="办实事项目清单",
        columns=(
            ("项目", "title"), ("措施", "measure"), ("责任主体", "owner"), ("期限", "due_on"), ("状态", "state"),
            ("完成日期", "completed"),
        ),
    ),
)  # fmt: skip

of_tasks = partial(listed, formula="至期末在清单上、处于该状态的任务数")

TASK_ITEM = Kind(
    name="task_item",
    word="任务推进表",
    short="任务",
    unit="项",
    section=Section.LISTS,
    collection="task_items",
    letter="T",
    fields=(
        EntryField(key="plan", word="计划名称", needed=True, offered=("年度党建工作计划", "党建工作要点")),
        EntryField(key="title", word="任务", needed=True, titled=True),
        EntryField(key="class", word="类别", type=Type.CHOICE, needed=True, options={"key": "重点", "routine": "常规"}),
        OWNER,
        EntryField(key="due_on", word="完成期限", type=Type.DUE, needed=True, happened=False),
        SINCE,
        EntryField(key="measure", word="措施", longest=500),
        GONE,
    ),
    in_order=(("since", "to"),),
    tracking=STEPS,
    line="{title}（{class}）",
    counts=(
        listed(path="task_items.listed", word="推进任务", states=ALL, formula="至期末在清单上、没有移出的任务数"),
        of_tasks(path="task_items.completed", word="任务已完成", states=("completed",)),
        of_tasks(path="task_items.in_progress", word="任务推进中", states=("in_progress",)),
        of_tasks(path="task_items.not_started", word="任务未启动", states=("not_started",)),
        of_tasks(path="task_items.cancelled", word="任务已取消", states=("cancelled",)),
        listed(path="task_items.effective", word="有效任务", states=ALL[:3],
               formula="在清单上的任务数减去已取消的任务数"),
        listed(path="task_items.overdue", word="任务逾期", states=("not_started", "in_progress"), overdue=True,
               formula="完成期限在期末之前、至期末没有完成也没有取消的任务数"),
        listed(path="task_items.by_class.{}.listed", word="{}任务", states=ALL, by="class",
               formula="该类别在清单上的任务数"),
        of_tasks(path="task_items.by_class.{}.completed", word="{}任务已完成", states=("completed",), by="class"),
    ),
    ratios=(
        Ratio(path="task_items.completion_rate", word="任务完成率", over="task_items.completed",
              under="task_items.effective", formula="已完成任务数÷有效任务数"),
    ),
    ledger=Ledger(
        name="任务推进表",
        columns=(
            ("计划", "plan"), ("类别", "class"), ("任务", "title"), ("措施", "measure"), ("责任主体", "owner"),
            ("完成期限", "due_on"), ("状态", "state"), ("完成日期", "completed"),
        ),
    ),
)  # fmt: skip

of_year = partial(Count, unit="项", behaviour=Behaviour.LAST_DAY, year="year",
                  formula="期末所在年度的指标中至期末处于该状态的项数")  # fmt: skip
AT_ALL = ("pending", "on_track", "achieved", "behind")

ASSESSMENT_ITEM = Kind(
    name="assessment_item",
    word="考核指标",
    unit="项",
    section=Section.LISTS,
    collection="assessment_items",
    letter="K",
    fields=(
        EntryField(key="year", word="年度", type=Type.NUMBER, needed=True),
        EntryField(key="indicator", word="指标", needed=True, titled=True, longest=200),
        EntryField(key="target", word="目标", needed=True, longest=200),
        SINCE.model_copy(update={"needed": False, "later": True}),
        EntryField(key="measure", word="措施", longest=500),
        EntryField(key="owner", word="责任人", type=Type.OWNER),
        EntryField(key="due_on", word="完成期限", type=Type.DUE, happened=False),
        EntryField(key="evidence", word="佐证", later=True, longest=500),
    ),
    tracking=Tracking(
        states={"pending": "未启动", "behind": "进度滞后", "on_track": "正常推进", "achieved": "已达标"},
        done=("achieved",), reasoned=("behind",),
        acts={"pending": "退回未启动", "behind": "标为进度滞后", "on_track": "标为正常推进", "achieved": "标为已达标"},
    ),
    line="{year}年 {indicator}",
    counts=(
        of_year(path="assessment.items", word="考核指标", states=AT_ALL, formula="期末所在年度的考核指标项数"),
        of_year(path="assessment.pending", word="指标未启动", states=("pending",)),
        of_year(path="assessment.on_track", word="指标正常推进", states=("on_track",)),
        of_year(path="assessment.behind", word="指标进度滞后", states=("behind",)),
        of_year(path="assessment.achieved", word="指标已达标", states=("achieved",)),
        of_year(path="assessment.progressing", word="指标进展正常", states=("on_track", "achieved"),
                formula="正常推进与已达标的项数之和"),
    ),
    ratios=(
        Ratio(path="assessment.on_track_rate", word="指标正常率", over="assessment.progressing",
              under="assessment.items", formula="（正常推进＋已达标）÷考核指标项数"),
    ),
    ledger=Ledger(
        name="考核指标台账",
        columns=(
            ("年度", "year"), ("指标", "indicator"), ("目标", "target"), ("责任人", "owner"), ("完成期限", "due_on"),
            ("状态", "state"), ("佐证", "evidence"),
        ),
    ),
)  # fmt: skip
