"""portcard audit: the trail of who did, was refused or saw what."""

from typing import TextIO

import click

from server.command import done, settings_or_exit


@click.group()
def audit() -> None:
    """The audit trail: who did, was refused or saw what."""


FIRST = click.option(
    "--from", "first", type=click.IntRange(1), default=1, show_default=True, help="The first row."
)


@audit.command("verify")
@FIRST
def audit_verify(first: int) -> None:
    """Say whether every row is unaltered and in its place; exit code 1 if not.

    Rows cut off at the end are noticed by audit-head.json of the data folder.
    """
    from models.audit_check import BrokenTrail
    from server.auditing import verify_audit

    try:
        checked = done(verify_audit(settings_or_exit(), first))
    except BrokenTrail as broken:
        raise click.ClickException(str(broken)) from None
    head = f", the last {checked.head.id} {checked.head.digest}" if checked.head else ""
    click.echo(f"{checked.rows} rows, each as it was written{head}")


@audit.command("export")
@FIRST
@click.option("--to", "file", type=click.File("w", "utf-8", atomic=True), default="-")
def audit_export(first: int, file: TextIO) -> None:
    """Write the rows as JSON lines, to standard output or a FILE."""
    from models.audit_check import BrokenTrail
    from server.auditing import export_audit

    try:
        count = done(export_audit(settings_or_exit(), first, file))
    except BrokenTrail as broken:
        raise click.ClickException(str(broken)) from None
    click.echo(f"{count} rows", err=True)
