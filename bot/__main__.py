"""The console script: branch-bot, or python -m bot."""

import os
import sys
from types import ModuleType
from typing import cast

from bot.cli import cli


def main() -> None:
    # PTB loads httpx, and that its own command line with rich and pygments: 6 MB and 0.1 s for nothing.
    sys.modules.setdefault("httpx._main", cast(ModuleType, None))
    # Names and attendance: what this program writes is its owner's only.
    os.umask(0o077)
    cli(prog_name="branch-bot")


if __name__ == "__main__":
    main()
