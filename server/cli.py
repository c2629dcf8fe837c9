"""The command line."""

import sys
from contextlib import suppress
from pathlib import Path

import click

from models.enums import RevocationReason
from server.audit_commands import audit
from server.command import allowed, done, or_exit, settings_or_exit
from server.elicence_commands import elicence
from server.faults import StartFault


@click.group()
@click.version_option(package_name="portcard")
def main() -> None:
    """Portcard: an open registration authority for E-Port cards."""


@main.command()
@click.option(
    "--workers/--no-workers", default=True, help="Send mail, SMS and make cards here too."
)
def serve(*, workers: bool) -> None:
    """Set up what is missing, and serve."""
    from server.elicence import reader_of
    from server.serving import bound
    from server.serving import serve as listen
    from server.setup import set_up
    from server.single_window import registration_of
    from server.trusted_documents import trusted_documents

    settings = settings_or_exit()
    try:
        trusted_documents(settings)  # what is wrong is told before anything is set up
        registration_of(settings)
        if settings.elicence_keys:
            reader_of(settings)
        opened = bound(settings)
    except StartFault as fault:
        raise click.ClickException(str(fault)) from None
    settings = settings.model_copy(update={"port": opened.getsockname()[1]})
    outcome = done(set_up(settings))
    _tell_officers(outcome.officers)
    click.echo(f"Portcard serves on {settings.url}/graphql")
    with suppress(KeyboardInterrupt):  # Ctrl-C is how one ends it
        listen(settings, opened, workers=workers)


def _tell_officers(officers: list[dict[str, str | None]]) -> None:
    if not officers:
        return
    click.echo("Demo officers (printed once; kept in demo-officers.json of the data folder):")
    for officer in officers:
        where = officer["institution"] or officer["role"]
        click.echo(f"  {officer['username']:<14} {officer['password']:<18} {where}")


@main.command()
def worker() -> None:
    """Send mail and SMS and make cards, without serving."""
    from server.working import work

    click.echo("Portcard's worker sends mail and SMS and makes cards")
    done(work(settings_or_exit()))


@main.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from server.setup import migrated

    done(migrated(settings_or_exit()))


@main.command()
def sdl() -> None:
    """Print the served schema."""
    from schema.schema import sdl as text

    click.echo(text(), nl=False)


@main.command()
def refusals() -> None:
    """Print the page of refusals (docs/refusals.md)."""
    from server.documents import refusals as text

    click.echo(text(), nl=False)


@main.command()
def limits() -> None:
    """Print the page of limits (docs/limits.md)."""
    from server.documents import limits as text

    click.echo(text(), nl=False)


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def demo(arguments: tuple[str, ...]) -> None:
    """Play the whole story against a running server (needs the checkout)."""
    import subprocess

    script = Path(__file__).parent.parent / "client-examples" / "python" / "demo.py"
    if not script.is_file():
        raise click.ClickException("the demo is in the checkout's client-examples/python")
    sys.exit(subprocess.call([sys.executable, str(script), *arguments]))  # noqa: S603 - ours


@main.group()
def officer() -> None:
    """RA officers."""


@officer.command("add")
@click.argument("name")
@click.option("--institution", help="The code or name of the institution whose officer it is.")
@click.option("--platform", is_flag=True, help="An administrator of the whole platform instead.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read it from standard input.")
def officer_add(
    name: str, institution: str | None, *, platform: bool, password_stdin: bool
) -> None:
    """Add an officer NAME."""
    from server.administration import add

    if bool(institution) is platform:
        raise click.UsageError("say either --institution CODE_OR_NAME or --platform")
    password = _password() if password_stdin else ""
    allowed(add(settings_or_exit(), name, password, institution))
    click.echo(f"added {name}, {institution or 'administrator of the platform'}")


def _password() -> str:
    return sys.stdin.readline().rstrip("\n")


@officer.command("reset")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Set a new one too, from standard input.")
def officer_reset(name: str, *, password_stdin: bool) -> None:
    """Take the lost second factor of officer NAME away, and end every session of theirs."""
    from server.administration import reset

    password = _password() if password_stdin else None
    allowed(reset(settings_or_exit(), name, password))
    click.echo(f"{name} signs in by password alone, and may enrol a second factor again")


@main.group("institution")
def institution_group() -> None:
    """Institutions."""


@institution_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def institution_import(file: Path) -> None:
    """Add the institutions of the CSV FILE, or bring them up to it; others stay as they are."""
    from models.institution_file import InstitutionFileError
    from server.administration import import_institutions

    try:
        count = done(import_institutions(settings_or_exit(), file))
    except InstitutionFileError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{count} institutions")


@main.group()
def documents() -> None:
    """Documents that clients send by their hash."""


@documents.command("register")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
def documents_register(files: tuple[Path, ...]) -> None:
    """Add the GraphQL documents of FILES to the manifest (PORTCARD_TRUSTED_DOCUMENTS).

    Each file as it is, and each operation of it by itself; tells their ids.
    """
    from schema.schema import build_schema
    from server.trusted_documents import register

    schema = build_schema()._schema  # noqa: SLF001 - Strawberry's name for it
    try:
        for line in register(settings_or_exit(), schema, list(files)):
            click.echo(line)
    except StartFault as fault:
        raise click.ClickException(str(fault)) from None


@main.group()
def card() -> None:
    """Cards."""


@card.command("revoke")
@click.argument("number_or_serial")
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in RevocationReason]),
    default=RevocationReason.UNSPECIFIED.value,
    show_default=True,
    help="As in a CRL (RFC 5280).",
)
def card_revoke(number_or_serial: str, reason: str) -> None:
    """Revoke a certificate by its serial number, or those of a card by the card's number.

    It cannot be undone. Sessions that the card has signed in end.
    """
    from server.administration import revoke

    for row in done(revoke(settings_or_exit(), number_or_serial, RevocationReason(reason))):
        why = row.revocation_reason.value if row.revocation_reason else ""
        click.echo(
            f"{row.serial_number} is revoked since {row.revoked_at:%Y-%m-%d %H:%M:%S}Z {why}"
        )


@main.group()
def keys() -> None:
    """The keys that seal personal data."""


@keys.command("rotate")
def keys_rotate() -> None:
    """Add a key, which seals from now on; the older ones still open."""
    from server.rotation import rotate

    name, told = or_exit(lambda: rotate(settings_or_exit()))
    if told:
        click.echo("Set this everywhere and start every process again, then reseal:")
        click.echo(f"PORTCARD_DATA_KEYS={told}")
    else:
        click.echo(f"{name} seals from now on; bring what is there under it by `keys reseal`")


@keys.command("reseal")
def keys_reseal() -> None:
    """Bring everything under the newest key, while the server runs; run again, it goes on."""
    from server.rotation import reseal_all

    told = done(reseal_all(settings_or_exit()))
    click.echo(f"{told['resealed']} rows resealed")
    if told["changed"]:
        click.echo(f"{told['changed']} rows changed meanwhile: run it again")
    if told["cannot be opened"]:
        raise click.ClickException(
            f"{told['cannot be opened']} rows cannot be opened: their key is not in the ring"
        )


@keys.command("drop")
@click.argument("name", metavar="ID")
def keys_drop(name: str) -> None:
    """Take the old key ID out of the ring, when nothing is sealed by it any more."""
    from server.rotation import drop

    told = done(drop(settings_or_exit(), name))
    click.echo(f"PORTCARD_DATA_KEYS={told}" if told else f"{name} is gone")


@main.group()
def ca() -> None:
    """The certification authority."""


@ca.command("init")
def ca_init() -> None:
    """Make the root and the issuing CA where they are missing."""
    from server.administration import authority

    done(authority(settings_or_exit()))
    click.echo("the CA is there")


@ca.command("export")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), required=True)
def ca_export(folder: Path) -> None:
    """Write root.pem, issuing.pem and ca.pem (the chain)."""
    from server.administration import export_authority

    try:
        export_authority(settings_or_exit(), folder)
    except (StartFault, OSError) as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(f"written to {folder}")


main.add_command(audit)
main.add_command(elicence)


if __name__ == "__main__":
    main()
