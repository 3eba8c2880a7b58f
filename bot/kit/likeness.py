"""How like a text is to a label: how many characters they share in the same order, also of two-letter words."""


def likeness(text: str, word: str) -> float:
    """0 to 1. A word that stands whole in the text is very like it, however much is around it."""
    if len(word) < 2 or not text:
        return 0.0
    if word in text:
        return 1.0
    return 2 * _in_order(text, word) / (len(text) + len(word))


def _in_order(one: str, other: str) -> int:
    """The length of the longest run of characters that both have in this order, whatever is between them."""
    row = [0] * (len(other) + 1)
    for letter in one:
        before = row
        row = [0]
        for at, mine in enumerate(other):
            row.append(before[at] + 1 if mine == letter else max(before[at + 1], row[at]))
    return row[-1]
