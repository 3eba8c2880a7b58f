"""The commands about offices; heavy modules are loaded by the command that needs them."""

from collections.abc import Callable

import click

from bot.cli.context import database, now


@click.group()
def office() -> None:
    """Give and end offices: of a branch, or of an organisation above branches."""


def _duty(function: Callable[..., None]) -> Callable[..., None]:
    from storage.choices import Duty

    names = [duty.value for duty in Duty if duty is not Duty.GROUP_LEADER]
    return click.argument("duty", metavar="DUTY", type=click.Choice(names))(function)


@office.command("give")
@click.argument("organisation", type=int)
@_duty
@click.argument("name")
@click.option("--from", "from_branch", type=int, metavar="ID", help="The branch on whose roster NAME stands.")
def office_give(organisation: int, duty: str, name: str, from_branch: int | None) -> None:
    """Give NAME an office in ORGANISATION (an id) from today; a new secretary takes the place of the present one.

    DUTY is secretary, deputy_secretary, organization_officer, publicity_officer, discipline_officer, youth_officer,
    mass_work_officer, committee_member or committee_officer.

    NAME is on the roster of that branch, or of --from: who serves in two branches chooses with /switch. For a
    committee_officer without --from somebody new is made. Whoever is not bound gets a one-time link.
    """
    from bot.cli.bot_name import bot_name
    from bot.features.accounts.rules import InviteKind, invite_link
    from bot.features.offices.service import give
    from storage.choices import Duty

    with database() as (settings, storage):
        called = bot_name(settings)
        with storage.transaction() as session:
            who, code = give(session, organisation, Duty(duty), name, now(settings), from_branch)
    click.echo(f"{who} is {duty} of {organisation} from today.")
    if code is not None:
        click.echo(invite_link(called, InviteKind.PERSON, code))


@office.command("end")
@click.argument("organisation", type=int)
@_duty
@click.argument("name")
def office_end(organisation: int, duty: str, name: str) -> None:
    """End an office of NAME (or of the person with this number) as of today."""
    from bot.features.offices.service import take
    from storage.choices import Duty

    with database() as (settings, storage), storage.transaction() as session:
        who = take(session, organisation, Duty(duty), name, now(settings))
    click.echo(f"{who} is no longer {duty} of {organisation}.")
