"""The printed sheet: pages, names that fit, letters that are in the file."""

import re
import zlib
from datetime import date, datetime

import pytest
from sqlalchemy import update

from bot.features.accounts.sheet import Slip, by_hand, draw, lacking, pages
from bot.kit.replies import Document
from storage.engine import Storage
from storage.models.person import Person
from tests.rights.papers import text_of
from tests.world import SHANGHAI, alive, prepare


def content(paper: bytes) -> bytes:
    """Everything in the streams of a PDF, unpacked."""
    found = b""
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", paper, re.DOTALL):
        try:
            found += zlib.decompress(stream)
        except zlib.error:
            found += stream
    return found


@pytest.mark.parametrize(("people", "sheets"), [(0, 0), (1, 1), (12, 1), (13, 2), (200, 17)])
def test_twelve_to_a_page(people: int, sheets: int) -> None:
    assert pages(people) == sheets


def test_a_sheet_brings_its_letters_and_a_code_for_each() -> None:
    slips = [Slip("买买提·阿不都热合曼江", "离退休" * 12, f"https://t.me/b?start=i_{number}") for number in range(13)]
    paper = draw(slips, "示范党支部", date(2023, 8, 2))
    assert paper.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", paper)) == 2
    assert len(re.findall(rb"/Subtype /Image\b", paper)) == 13
    # Embedded: it prints alike on a machine without any Chinese font.
    assert b"/FontFile3" in paper
    assert content(paper).count(b" re") >= 13


NAMES = ("丙\U0002cb4e", "丁䶮", "戊𠱓", "阿甲·乙提买买提江", "丁\ue863", "葛\U000e0101一")


def slips_of(*names: str, group: str = "第一党小组") -> list[Slip]:
    return [Slip(name, group, f"https://t.me/b?start=i_{number}") for number, name in enumerate(names)]


def read(paper: bytes) -> list[str]:
    return text_of(Document("sheet.pdf", content=paper, caption="")).splitlines()


def test_rare_letters_are_printed_and_one_that_the_font_lacks_is_said() -> None:
    slips = slips_of(*NAMES)
    lines = read(draw(slips, "示范党支部", date(2023, 8, 2)))
    for shown in ("丙\U0002cb4e", "丁䶮", "戊〓", "阿甲·乙提买买提江", "葛一"):
        assert shown in lines
    assert lines.count("丁䶮") == 2
    assert "名单中有字库以外的字，以“〓”代替，请手写补上：戊〓（U+20C53）" in lines
    said = by_hand(lacking(slips, "示范党支部"))
    assert said == "The font lacks letters, printed as 〓, to be written by hand: 戊𠱓 (U+20C53)."
    assert said.chinese == "字库中缺字，邀请单上以“〓”代替，请手写补上：戊𠱓（U+20C53）。"


def test_where_nothing_is_missing_nothing_is_said() -> None:
    slips = slips_of("丙\U0002cb4e", "甲一")
    assert not any("〓" in line for line in read(draw(slips, "示范党支部", date(2023, 8, 2))))
    assert (by_hand(lacking(slips, "示范党支部")), by_hand([]).chinese) == ("", "")


def test_each_page_names_its_own_and_all_of_them_are_too_many_to_say() -> None:
    slips = slips_of("戊𠱓", *(f"甲{number}" for number in range(11)), "己\U0003158e", group="𠱓组")
    first, second = (line for line in read(draw(slips, "党支部", date(2023, 8, 2))) if line.startswith("名单中"))
    assert first.endswith("补上：戊〓（U+20C53）、〓组（U+20C53）")
    assert second.endswith("补上：己〓（U+3158E）、〓组（U+20C53）")
    many = by_hand(lacking(slips_of(*(f"甲{number}𠱓" for number in range(12))), "党支部"))
    assert many.endswith("甲9𠱓 (U+20C53) and 2 more.")
    assert many.chinese.endswith("甲9𠱓（U+20C53）等12处。")


def test_a_long_rare_name_fits_its_slip() -> None:
    [line] = [
        each for each in read(draw(slips_of("\U0002cb4e" * 50), "党支部", date(2023, 8, 2))) if "\U0002cb4e" in each
    ]
    assert line == "\U0002cb4e" * 50


async def test_what_the_font_lacks_is_said_in_chat(sqlite_url: str) -> None:
    """Two of them unbound, of whom the font lacks one letter: said below the file."""
    now = datetime(2023, 7, 3, 9, tzinfo=SHANGHAI)
    storage = Storage(sqlite_url)
    try:
        cast = prepare(storage, now)
        with storage.transaction() as session:
            for old, name in (("甲八", "戊𠱓"), ("甲九", "丁\ue863")):
                new = update(Person).where(Person.name == old).values(name=name, telegram_id=None, bound_at=None)
                session.execute(new)
        async with alive(storage, cast, now) as bot:
            await bot.stage.say("甲一", "党员")
            assert {"戊𠱓", "丁\ue863"} <= set(bot.stage.people["甲一"].chat.from_bot[-1].labels)
            await bot.stage.tap("甲一", "打印邀请单")
            await bot.stage.tap("甲一", "确认打印", "以前的链接和邀请单")
            paper = bot.stage.people["甲一"].chat.from_bot[-1]
        assert paper.text.endswith("。\n字库中缺字，邀请单上以“〓”代替，请手写补上：戊𠱓（U+20C53）。")
        assert {"戊〓", "丁䶮"} <= set(read(paper.document or b""))
    finally:
        await storage.close()
