"""The headings of a roster as secretaries write them."""

from bot.kit.glossary.choices import DUTIES
from bot.kit.glossary.columns import FACTS, LEDGER, column_word
from storage.choices import Duty

# Every field with the headings that secretaries give it; the first is ledger 14's own.
HEADINGS: dict[str, tuple[str, ...]] = {
    "name": (LEDGER["name"], "党员姓名", "名字"),
    "gender": (LEDGER["gender"],),
    "born_on": (LEDGER["born_on"], "出生日期", "出生年月日", "出生时间", "出生", "生日"),
    "joined_party_on": (
        LEDGER["joined_party_on"],
        "入党时间",
        "入党年月",
        "加入党组织日期",
        "加入党组织时间",
        "加入中共时间",
        "入党年月日",
        "参加党组织时间",
    ),
    "converted_on": (
        LEDGER["converted_on"],
        "转正时间",
        "转正年月",
        "转正年月日",
        "转为正式党员日期",
        "转为正式党员时间",
    ),
    "group": (LEDGER["group"], "所在党小组", "所属党小组", "党小组名称", "所在小组", "所属小组", "小组", "组别"),
    "duties": (LEDGER["duties"], "党内职务名称", "党内任职", "支部职务", "支部任职", "职务"),
    "rank": (LEDGER["rank"], "级别", "行政级别", "行政职级", "职务职级"),
    "category": (LEDGER["category"], column_word("category"), "人员性质", "在职状态"),
    "status": (FACTS["membership_span"][0], "党员类别", "党员类型", "身份"),
    "transfers": (LEDGER["transfers"], "转入转出", "转入、转出", "组织关系转接"),
    "transfer_in": ("转入", "转入日期", "转入时间", "组织关系转入时间"),
    "transfer_out": ("转出", "转出日期", "转出时间", "组织关系转出时间"),
    "exempt": (FACTS["exemption_span"][0], "免考勤", "免于考勤事由", "免考勤原因"),
    "phone": (column_word("phone"), "手机号", "手机号码", "移动电话", "联系电话", "联系方式", "电话"),
    "notes": (LEDGER["notes"], "说明", "备注说明"),
}
FIELDS = {heading: field for field, headings in HEADINGS.items() for heading in headings}
# A row of the template that shows how to fill it in.
EXAMPLE = "示例"
# Those of a branch: nobody is made an officer of the committee above by a roster.
OFFICES = {duty: word for duty, word in DUTIES.items() if duty is not Duty.COMMITTEE_OFFICER}
# The sheet of the template beside the table.
HOW = (
    "填写说明",
    "“姓名”必填，其余按需填写；多列、少列均可，表头不要改。",
    "日期可以写成1980.05、1980年5月、1980-05-01、19800501。",
    f"党内职务可填多项，用顿号分开：{'、'.join(OFFICES.values())}。",
    "类别填在职、离退休或流动；预备党员请在类别后注明，例如：在职（预备党员）。",
    "转入、转出写明日期，例如：2023-08-15转入。",
    "免于考勤的，请在备注或单独一栏“免于考勤”中写明，例如：产假2023.08.01至2024.01.31。",
    "需要用手机号码绑定的，请加一栏“手机”；不需要的请勿填写。",
    "请不要使用公式，不要填写身份证号。",
)
