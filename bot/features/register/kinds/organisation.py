"""组织: posts that members hold (党员先锋岗)."""

from functools import partial

from bot.features.register.kinds.kind import Count, EntryField, Kind, Ledger, Type
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
