"""Small files that were once read wrong, as they came in: each stands for a kind. What is right: test_handed_in.py."""

import openpyxl

from tests.books import Rows, book_of, saved, strict, with_text, xlsx

GROUPS = ("第一党小组", "第二党小组", "第三党小组")
H = ("姓名", "性别", "党小组")


def csv(*rows: tuple[str, ...], sign: str = ",", encoding: str = "utf-8-sig") -> bytes:
    return "".join(f"{sign.join(row)}\n" for row in rows).encode(encoding)


def named(*names: str, **how: str) -> bytes:
    """Men of the first group."""
    return csv(H, *((name, "男", GROUPS[0]) for name in names), **how)


def _sheets(*sheets: tuple[str, Rows]) -> bytes:
    return saved(book_of(*sheets))


def dates_of_1904() -> bytes:
    """Days as a Mac counted them, in the built-in format 31, which is a date in Chinese."""
    heading = (*H, "出生年月", "入党日期", "转正日期")
    book = book_of(("名册", [heading, ("甲一", "男", GROUPS[0], 27896, 37072, 37437)]))
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for letter in "DEF":
        book.worksheets[0][f"{letter}2"].number_format = "0"
    # openpyxl has no name for the format, so the number of the style is put in its place.
    return with_text(saved(book), ('numFmtId="1"', 'numFmtId="31"'))


def a_sheet_for_each_group(*, last: str = GROUPS[2]) -> bytes:
    people = zip(("甲一", "乙一", "丙一"), (*GROUPS[:2], last), strict=True)
    return _sheets(*((group, [H, (name, "女", group)]) for name, group in people))


def sheets_that_differ() -> bytes:
    return _sheets(("名册", [H, ("甲一", "男", GROUPS[0])]), ("转出", [("姓名", "转出日期"), ("乙一", "2023-07-01")]))


def with_a_total() -> bytes:
    heading, people = ("姓名", "性别", "党小组"), [("甲一", "男", GROUPS[0]), ("甲二", "女", GROUPS[0])]
    return xlsx(heading, *people, ("合计：2人",), ("填表人：甲一", None, "审核：甲二"))


def with_line_ends() -> bytes:
    return xlsx(H, ("甲一_x000D_", "男", GROUPS[0]), ("甲二_x000D_\n", "女", f"{GROUPS[0]}_x000D_"))


def with_a_hidden_row() -> bytes:
    book = book_of(("名册", [H, ("甲一", "男", GROUPS[0]), ("甲二", "女", GROUPS[0])]))
    book.worksheets[0].row_dimensions[3].hidden = True
    return saved(book)


def of_a_strict_program() -> bytes:
    return strict(xlsx(H, ("甲一", "男", GROUPS[0])))
