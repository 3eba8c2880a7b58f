"""How the records behind figures speak of people: counts without what there is none of, names in a line."""

from collections.abc import Iterable, Mapping


def counted(*counts: tuple[str, int]) -> str:
    """应完成23人，已完成22人, without what there is none of."""
    return "，".join(f"{word}{number}人" for word, number in counts if number)


def with_names(called: Mapping[int, str], *parts: tuple[str, Iterable[int]]) -> list[str]:
    """A line for each that has somebody."""
    named = [(word, "、".join(called[one] for one in dict.fromkeys(listed))) for word, listed in parts]
    return [f"　{word}：{people}" for word, people in named if people]


def aside(parts: Iterable[str]) -> str:
    """（应阅23人次，按时率95.7%）; nothing where there is nothing to say."""
    said = "，".join(parts)
    return f"（{said}）" if said else ""
