"""组织: posts that members hold, elections, and the yearly appraisal of members."""

from functools import partial

from bot.features.register.kinds.kind import VOTE, Appoints, Ceiling, Count, EntryField, Kind, Ledger, Tracking, Type
from bot.kit.figures import Behaviour, Section
from storage.choices import Duty

holding = partial(Count, holds="span", behaviour=Behaviour.LAST_DAY)

POST = Kind(
    name="post",
    word="党员岗位",
    unit="个",
    section=Section.ORGANISATION,
    collection="posts",
    letter="O",
    keepers=(
        Duty.ORGANIZATION_OFFICER, Duty.YOUTH_OFFICER, Duty.MASS_WORK_OFFICER, Duty.SECRETARY, Duty.DEPUTY_SECRETARY,
    ),
    fields=(
        EntryField(key="name", word="岗位", type=Type.SITE, needed=True,
                   offered=("党员先锋岗", "党员示范岗", "党员责任区", "关工委", "组织员")),
        EntryField(key="person", word="姓名", type=Type.PEOPLE, needed=True),
        EntryField(key="span", word="起止日期", type=Type.DAYS, needed=True),
    ),
    dated="span",
    line="{name} {person} {span}",
    counts=(
        holding(path="posts.posts", word="党员岗位", unit="个", formula="期末在岗的岗位数"),
        holding(path="posts.people", word="岗位党员", unit="名", distinct="person", formula="期末在岗的不同党员数"),
        Count(path="posts.new", word="新设岗位", unit="个", on="span", formula="按开始日期统计的岗位数"),
    ),
    ledger=Ledger(name="岗位台账", columns=(("岗位", "name"), ("姓名", "person"), ("起止日期", "span"))),
)  # fmt: skip

# Said by nobody: what the numbers come to.
computed = partial(EntryField, type=Type.CHOICE, computed=True)
OUTCOME = computed(key="outcome", word="选举结果", options={"yes": "有效", "no": "选举无效"})
ELECTED = computed(key="elected", word="当选", options={"yes": "当选", "no": "未当选", "tied": "票数相同"})
# Typed only where no vote is on file that says it.
of_vote = partial(EntryField, type=Type.NUMBER, needed=True, unless="vote")
elected_on = partial(Count, on="on", where={"outcome": "yes"})

ELECTION = Kind(
    name="election",
    word="换届选举",
    unit="次",
    section=Section.ORGANISATION,
    collection="elections",
    letter="V",
    keepers=(Duty.SECRETARY, Duty.ORGANIZATION_OFFICER, Duty.DEPUTY_SECRETARY),
    fields=(
        EntryField(key="kind", word="类别", type=Type.CHOICE, needed=True,
                   options={"general": "换届", "by_election": "补选", "delegates": "代表选举"}),
        EntryField(key="body", word="选举机构", type=Type.CHOICE, needed=True,
                   options={"members_meeting": "党员大会", "committee_meeting": "支委会"}),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True),
        EntryField(key="seats", word="应选名额", type=Type.NUMBER, needed=True, least=1),
        EntryField(key="vote", word="表决", type=Type.LINK, to=(VOTE,)),
        of_vote(key="electors", word="应到"),
        of_vote(key="present", word="实到"),
        of_vote(key="issued", word="发出选票"),
        of_vote(key="returned", word="收回选票"),
        of_vote(key="valid", word="有效票"),
        EntryField(key="term_to", word="任期至", type=Type.DAY, later=True, happened=False),
        OUTCOME,
        EntryField(key="candidates", word="候选人", type=Type.ROWS, counted="名", once="person",
                   fields=(
                       EntryField(key="person", word="候选人", type=Type.PEOPLE, needed=True),
                       EntryField(key="office", word="职务", longest=40,
                                  offered=("支部书记", "支部副书记", "组织委员", "宣传委员", "纪检委员", "支部委员",
                                           "党小组长", "党代会代表")),
                       EntryField(key="votes", word="得票", type=Type.NUMBER, needed=True),
                       ELECTED,
                   )),
    ),
    dated="on",
    # Of ballots and people that do not fit together the outcome tells (选举无效): these are slips of who types.
    at_most=(("present", "electors"), ("candidates.votes", "valid")),
    computes="election",
    together={"occasion": ("on",)},
    tracking=Tracking(
        states={"proposed": "待批复", "approved": "已批复"}, done=("approved",), days={"approved": "approved_on"},
        barred={"approved": ("outcome", "no", "选举无效，不能登记批复。")},
        acts={"proposed": "退回待批复", "approved": "登记批复"},
    ),
    appoints=Appoints(
        state="approved", rows="candidates", person="person", office="office",
        where={"elected": "yes"}, term=("kind", "general"), but={"kind": ("delegates",), "outcome": ("no",)},
    ),
    line="{on} {kind}（{body}）",
    counts=(
        elected_on(path="elections.held", word="换届选举", unit="次", behaviour=Behaviour.DISTINCT, distinct="occasion",
                   formula="有效的选举次数，同一天计一次"),
        elected_on(path="elections.invalid", word="选举无效", unit="次", behaviour=Behaviour.DISTINCT,
                   distinct="occasion", where={"outcome": "no"},
                   formula="收回选票多于发出选票或实到人数，或有效票多于收回选票的选举次数"),
        elected_on(path="elections.by_kind", word="选举类别", unit="次", by="kind", formula="按类别统计的有效选举次数"),
        elected_on(path="elections.elected", word="当选", unit="人", rows="candidates",
                   where={"outcome": "yes", "elected": "yes"}, formula="得票超过实到人数一半、在应选名额以内的人数"),
    ),
    ledger=Ledger(
        name="选举台账", rows="candidates",
        columns=(
            ("日期", "on"), ("类别", "kind"), ("应到", "electors"), ("实到", "present"), ("发出", "issued"),
            ("收回", "returned"), ("有效", "valid"), ("候选人", "candidates.person"),
            ("得票", "candidates.votes"), ("结果", "candidates.elected"), ("批复日期", "approved"),
        ),
    ),
)  # fmt: skip

GRADES = {
    "excellent": "优秀", "qualified": "合格", "basically_qualified": "基本合格", "unqualified": "不合格",
    "not_graded": "不评定等次",
}  # fmt: skip
JUDGED = tuple(GRADES)[:-1]
graded = partial(Count, rows="grades", on="on", unit="人")

APPRAISAL = Kind(
    name="appraisal",
    word="民主评议",
    unit="次",
    section=Section.ORGANISATION,
    collection="appraisals",
    letter="U",
    keepers=(Duty.SECRETARY,),
    readers=(Duty.SECRETARY,),
    apart=True,
    secret=True,
    fields=(
        EntryField(key="year", word="年度", type=Type.NUMBER, needed=True),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True),
        EntryField(key="share", word="优秀比例上限（%）", type=Type.NUMBER, short="优秀比例", most=100),
        EntryField(key="grades", word="评议结果", type=Type.ROWS, counted="人", apart=True, once="person",
                   fields=(
                       EntryField(key="person", word="姓名", type=Type.PEOPLE, needed=True),
                       EntryField(key="grade", word="等次", type=Type.CHOICE, needed=True, options=GRADES),
                   )),
    ),
    dated="on",
    tracking=Tracking(
        states={"draft": "评议中", "confirmed": "已确定", "informed": "已反馈"}, done=("confirmed", "informed"),
        drafts=("draft", "confirmed"), needs={"confirmed": "grades", "informed": "grades"},
        acts={"draft": "退回评议", "confirmed": "评定等次", "informed": "登记反馈"},
    ),
    ceiling=Ceiling(
        state="confirmed", rows="grades", field="grade", code="excellent", but=("not_graded",), share="share",
        setting="appraisal_excellent_share",
    ),
    line="{year}年民主评议",
    counts=(
        graded(path="appraisal.appraised", word="参加评议", where={"grade": JUDGED}, formula="评定等次的人数"),
        *(
            graded(path=f"appraisal.{code}", word=word, where={"grade": code}, formula=f"等次为{word}的人数")
            for code, word in GRADES.items()
        ),
        graded(path="appraisal.excellent_limit", word="优秀名额", where={"grade": JUDGED}, total="share", limit=True,
               formula="评定等次的人数×优秀比例上限，舍去小数"),
    ),
    ledger=Ledger(
        name="民主评议台账", rows="grades", columns=(("姓名", "grades.person"), ("等次", "grades.grade")),
    ),
)  # fmt: skip
