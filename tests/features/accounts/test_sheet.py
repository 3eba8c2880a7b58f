"""The printed sheet: pages, names that fit, letters that are in the file."""

import re
import zlib
from datetime import date

import pytest

from bot.features.accounts.sheet import Slip, draw, pages


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
