"""What is sought by a sentence such as 查 甲四. Plain values only."""

import re
from unicodedata import normalize

LONGEST = 60
# 查看, 查收 and the like are other words.
_SEEKS = re.compile(r"(?:查找|查询|查(?![找询看收阅验处实对明无岗])|搜索|搜(?!索))[\s:,]*(?P<words>\S.*)", re.DOTALL)


def sought(text: str) -> str:
    """The words of 查 甲四, 查基地1, 搜 基地1; "" where nothing is sought."""
    found = _SEEKS.fullmatch(normalize("NFKC", text).strip(" \n。.!?"))
    return " ".join(found["words"].split()) if found is not None else ""


def seeks(text: str) -> bool:
    return 0 < len(sought(text)) <= LONGEST
