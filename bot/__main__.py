"""The console script: branch-bot, or python -m bot."""

import logging
import os
import sys
from types import ModuleType
from typing import cast

from bot.cli.main import cli
from bot.kit.redact import RedactSecrets


def main() -> None:
    # PTB loads httpx, and that its own command line with rich and pygments: 6 MB and 0.1 s for nothing.
    sys.modules.setdefault("httpx._main", cast(ModuleType, None))
    # Names and attendance: what this program writes is its owner's only.
    os.umask(0o077)
    # What is logged before, or without, a log of one's own goes to the terminal by this.
    if logging.lastResort is not None:
        logging.lastResort.addFilter(RedactSecrets())
    cli(prog_name="branch-bot")


if __name__ == "__main__":
    main()
