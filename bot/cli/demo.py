"""The command that plays a quarter and leaves its papers; heavy modules are loaded when it runs."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.output import TALLY_FORMAT, Format

if TYPE_CHECKING:
    from bot.playground.demo import Demo


@click.command()
@click.option("--once", is_flag=True, help="End after the tally instead of leaving the page open.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where the page is served (any free port).")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for the report, the ledgers and the pictures: new or empty. [default: a new one, branch-bot-demo]",
)
@TALLY_FORMAT
def demo(once: bool, port: int, out: Path | None, how: str) -> None:
    """Play a quarter of a branch of 25 people through the real bot: nothing is needed.

    The chats can be watched at a local address meanwhile. Prints the secretary's tally at the end, writes the report,
    all ledgers and the pictures into a folder, and leaves the page open until Ctrl-C. Nothing else is kept.
    """
    from bot.cli.progress import progress_bar
    from bot.playground.demo import Demo, play

    _check(out or Path())

    def opened(address: str) -> None:
        if not once:
            bar.say(f"Watch it at {address}")

    def ready(played: Demo) -> None:
        bar.stop()
        _told(played, out, how)
        if not once:
            click.echo(f"\nThe chats are at {played.address} (Ctrl-C ends the demo).", err=how == Format.JSON)

    with progress_bar("2023 Q3") as bar, suppress(KeyboardInterrupt):
        asyncio.run(play(opened, bar.advance, ready, stay=not once, port=port))


def _check(folder: Path) -> None:
    """Refuses a folder that has something in it, or cannot be written, before the quarter is played."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise click.ClickException(f"{there.absolute()} cannot be written; name another folder with --out")
    if folder != Path() and folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty, and nothing in it is written over; name another folder")


def _told(played: "Demo", out: Path | None, how: str) -> None:
    """The tally, and where the papers are."""
    from bot.cli.tally_table import show_tally
    from bot.features.tally.service import to_json
    from bot.playground import papers

    folder = (out or papers.new_folder(Path())).absolute()
    written = [str(path) for path in papers.write(folder, played.papers)]
    groups = {f"G{one}": name for one, name in played.tally.groups.items()}
    show_tally(played.tally, {**to_json(played.tally), "files": written}, how, groups)
    if how != Format.JSON:
        click.echo(f"\nReport, ledgers and pictures are in {folder}:")
        for path in written:
            click.echo(f"  {Path(path).name}")
