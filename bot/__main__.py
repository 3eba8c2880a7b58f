"""The console script: branch-bot, or python -m bot."""

import os

from bot.cli import cli


def main() -> None:
    # Names and attendance: what this program writes is its owner's only.
    os.umask(0o077)
    cli(prog_name="branch-bot")


if __name__ == "__main__":
    main()
