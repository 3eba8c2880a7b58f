"""宣传: what was written, handed on and published, in each of its forms (S37-S40, S61-S62, D19)."""

from collections.abc import Sequence

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


def published(name: str, word: str, unit: str, *more: Count, measured: bool = False, quiet: Sequence[str] = ()) -> Kind:
    """A further form of publication. measured: how many were printed or taken is asked as well; quiet: which of the
    usual figures it has not.
    """
    path, number = f"publications.{name}", EntryField(key="quantity", word="数量", type=Type.NUMBER)
    usual = {
        "written": Count(
            path=f"{path}.written",
            word=f"制作{word}",
            unit=unit,
            on="written",
            formula="按撰写日期统计，没有的按完成或报送日期",
        ),
        "pieces": Count(
            path=f"{path}.pieces",
            word=f"刊登{word}",
            unit=unit,
            behaviour=Behaviour.DISTINCT,
            rows="placements",
            on="placements.on",
            distinct="entry",
            formula="有刊登的件数",
        ),
        "placements": Count(
            path=f"{path}.placements",
            word=f"{word}刊登",
            unit="次",
            rows="placements",
            on="placements.on",
            beside=f"{path}.pieces",
            said="刊登{}次",
            formula="按刊登日期统计的刊登次数",
        ),
        "platforms": Count(
            path=f"{path}.platforms",
            word=f"{word}平台",
            unit="个",
            behaviour=Behaviour.DISTINCT,
            rows="placements",
            on="placements.on",
            distinct="platform",
            names=True,
            formula="不同的刊登平台",
        ),
    }
    if measured:
        usual["quantity"] = Count(
            path=f"{path}.quantity",
            word=f"{word}数量",
            unit=unit,
            on="written",
            total="quantity",
            formula="数量之和，按撰写、完成或报送日期统计",
        )
    return ARTICLE.model_copy(
        update={
            "name": name, "word": word, "unit": unit, "also": {"kind": name},
            "fields": (*ARTICLE.fields[:-1], *([number] if measured else []), PLACEMENTS),
            "counts": (*(one for key, one in usual.items() if key not in quiet), *more),
            "ledger": ARTICLE.ledger.model_copy(update={"name": f"{word}台账"}),
        }
    )  # fmt: skip


SHORT_VIDEO = published(
    "short_video", "微视频", "部",
    Count(path="publications.short_video.pieces", word="刊登微视频", unit="部", rows="placements", on="placements.on",
          first=True, distinct="entry", formula="首次刊登在期内的部数"),
    quiet=("written", "pieces"),
)  # fmt: skip
DOCUMENTARY = published(
    "documentary", "专题片", "部",
    Count(path="publications.documentary", word="专题片", unit="部", on="completed_on", formula="按完成日期统计的部数"),
    quiet=("written", "pieces", "placements", "platforms"),
)  # fmt: skip
CASE_MATERIAL = published(
    "case_material", "典型案例", "篇",
    Count(path="publications.case_material", word="典型案例", unit="篇", on="submitted_on",
          formula="按报送日期统计的篇数"),
    quiet=("written", "pieces", "placements", "platforms"),
)  # fmt: skip
EXHIBITION_BOARD = published("exhibition_board", "宣传展板", "块")
BULLETIN = published("bulletin", "简报", "期")
BLACKBOARD = published("blackboard", "黑板报", "期")
LEAFLET = published("leaflet", "宣传单", "份", measured=True)
BOOK = published("book", "书籍", "部")
PUSH = published("push", "图文推送", "条")
PHOTO = published("photo", "新闻图片", "张", measured=True)

PUBLICATIONS = (
    ARTICLE, SHORT_VIDEO, DOCUMENTARY, CASE_MATERIAL, EXHIBITION_BOARD, BULLETIN, BLACKBOARD, LEAFLET, BOOK, PUSH,
    PHOTO,
)  # fmt: skip

SUBMISSION = Kind(
    name="submission",
    word="报送材料",
    unit="份",
    section=Section.PUBLICITY,
    collection="submissions",
    letter="M",
    keepers=(Duty.ORGANIZATION_OFFICER, Duty.PUBLICITY_OFFICER, Duty.DISCIPLINE_OFFICER, *DESK[:2]),
    fields=(
        EntryField(key="title", word="名称", needed=True, titled=True),
        EntryField(key="to", word="报送单位", type=Type.ORG, needed=True),
        EntryField(key="on", word="日期", type=Type.DAY, needed=True),
        EntryField(key="kind", word="类别", type=Type.CHOICE,
                   options={"report": "工作汇报", "form": "表格", "information": "信息", "other": "其他"}),
        EntryField(key="quantity", word="份数", type=Type.NUMBER, usual="1"),
    ),
    dated="on",
    line="{on} {title} {to}",
    counts=(
        Count(path="submissions.items", word="报送材料", unit="份", on="on", formula="报送材料的件数"),
        Count(path="submissions.quantity", word="报送份数", unit="份", on="on", total="quantity",
              formula="报送份数之和"),
        Count(path="submissions.by_kind", word="材料类别", unit="份", on="on", by="kind", beside="submissions.items",
              said="{}份", formula="按类别统计的件数"),
    ),
    ledger=Ledger(
        name="报送台账",
        columns=(("日期", "on"), ("报送单位", "to"), ("名称", "title"), ("类别", "kind"), ("份数", "quantity")),
    ),
)  # fmt: skip
