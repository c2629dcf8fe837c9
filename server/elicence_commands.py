"""`portcard elicence`: assertions of a laptop's own issuer."""

import click

from server.command import or_exit, settings_or_exit


@click.group()
def elicence() -> None:
    """E-licences (电子营业执照), in development."""


@elicence.command()
@click.option("--uscc", help="The unit's credit code; an invented one by default.")
@click.option("--name", help="The unit's name; an invented one by default.")
def issue(**told: str | None) -> None:
    """Print an assertion of a unit, for readELicence and registerWithELicence."""
    from server.dev_issuer import dev_issuer
    from server.folder import ensure_folder

    settings = settings_or_exit()
    or_exit(lambda: ensure_folder(settings.data_dir, "PORTCARD_DATA_DIR"))
    issuer = or_exit(lambda: dev_issuer(settings))
    if issuer is None:
        raise click.ClickException("only development without PORTCARD_ELICENCE_ISSUER issues here")
    click.echo(issuer.issue({claim: text for claim, text in told.items() if text is not None}))
