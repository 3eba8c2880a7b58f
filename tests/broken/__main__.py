"""`python -m tests.broken [WORD]`: makes the changes of changes.py one by one (those whose file, reason or test holds
the word) and says which of them no test has noticed; exit code 1 where there is one. About three seconds each.
"""

import sys
import time

from rich.console import Console

from tests.broken.changes import CHANGES
from tests.broken.trying import tried


def main(words: list[str]) -> int:
    chosen = [one for one in CHANGES if all(word in " ".join(one) for word in words)]
    console, unnoticed = Console(), 0
    for number, one in enumerate(chosen, 1):
        began = time.monotonic()
        fails, said = tried(one)
        unnoticed += not fails
        word = "[green]fails[/]" if fails else "[red]NOT NOTICED[/]"
        took = time.monotonic() - began
        console.print(f"{number:>3}/{len(chosen)} {word} {one.why} ({one.test}, {took:.1f} s)", highlight=False)
        if not fails:
            console.print(said[-1500:], markup=False, highlight=False)
    console.print(f"{len(chosen)} changes, {unnoticed} that no test has noticed")
    return 1 if unnoticed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
