"""宣传: what was written, handed on and published (S37-S40, D19)."""

from bot.features.register.kinds.kind import DESK, Count, EntryField, Kind, Ledger, Type
from bot.kit.figures import Behaviour, Section
from storage.choices import Duty

PLACEMENTS = EntryField(
    key="placements", word="刊登情况", short="刊登", type=Type.ROWS, counted="次",
    fields=(
        EntryField(key="platform", word="刊登平台", needed=True, longest=40),
        EntryField(key="on", word="刊登日期", type=Type.DAY, needed=True),
        EntryField(key="url", word="链接", longest=300, later=True),
    ),
)  # fmt: skip

ARTICLE = Kind(
    name="article",
    word="宣传稿件",
    unit="篇",
    section=Section.PUBLICITY,
    collection="publications",
    also={"kind": "article"},
    letter="W",
    keepers=(Duty.PUBLICITY_OFFICER, *DESK),
    fields=(
        EntryField(key="title", word="题目", needed=True, titled=True),
        EntryField(key="author", word="作者", type=Type.PEOPLE, several=True, outside=True),
        EntryField(key="written_on", word="撰写日期", type=Type.DAY, later=True),
        EntryField(key="submitted_on", word="报送日期", type=Type.DAY),
        EntryField(key="completed_on", word="完成日期", type=Type.DAY, later=True),
        EntryField(key="partners", word="合作单位", type=Type.ORG, several=True, later=True),
        PLACEMENTS,
    ),
    first_of={"written": ("written_on", "completed_on", "submitted_on")},
    one_of=("written_on", "submitted_on", "completed_on", "placements"),
    line="{title} {author}",
    counts=(
        Count(path="publications.article.pieces", word="刊登稿件", unit="篇", behaviour=Behaviour.DISTINCT,
              rows="placements", on="placements.on", distinct="entry", formula="有刊登的稿件数，一篇多处刊登计一篇"),
        Count(path="publications.article.placements", word="稿件刊登", unit="次", behaviour=Behaviour.ADDITIVE,
              rows="placements", on="placements.on", beside="publications.article.pieces", said="刊登{}次",
              formula="按刊登日期统计的刊登次数"),
        Count(path="publications.article.platforms", word="刊登平台", unit="个", behaviour=Behaviour.DISTINCT,
              rows="placements", on="placements.on", distinct="platform", names=True, formula="不同的刊登平台"),
        Count(path="publications.article.written", word="撰写稿件", unit="篇", behaviour=Behaviour.ADDITIVE,
              on="written", formula="按撰写日期统计，没有的按完成或报送日期"),
    ),
    ledger=Ledger(
        name="宣传台账", rows="placements",
        columns=(
            ("类别", "kind"), ("题目", "title"), ("作者", "author"), ("平台", "placements.platform"),
            ("刊登日期", "placements.on"), ("链接", "placements.url"),
        ),
    ),
)  # fmt: skip
