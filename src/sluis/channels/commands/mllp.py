"""`sluis mllp`: serve HL7 v2 over MLLP, and the client certificates by which hospitals come in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from sluis.channels.commands.registered import (
    BecauseOption,
    ByOption,
    PartyOption,
    read_small,
    registered,
    remove_registered,
)
from sluis.channels.commands.terminal import installation, say
from sluis.kernel.text import msg

app = typer.Typer(help="HL7 v2 over MLLP: dienen, en de certificaten van ziekenhuizen.", no_args_is_help=False)
certificates = typer.Typer(help="De clientcertificaten van een partij.", no_args_is_help=True)
app.add_typer(certificates, name="certificates")


@app.callback(invoke_without_command=True)
def mllp(context: typer.Context) -> None:
    """Dien MLLP op tot dit proces gestopt wordt; wat ontvangen is, wordt eerst beantwoord."""
    if context.invoked_subcommand is not None:
        return
    from sluis.channels.doors import serve_door  # noqa: PLC0415 - only the server needs it
    from sluis.channels.mllp.server import MllpServer  # noqa: PLC0415 - only the server needs it
    from sluis.channels.mllp.serving import door_of  # noqa: PLC0415 - only the server needs it
    from sluis.channels.running import beside  # noqa: PLC0415 - only the server needs it

    house = installation()
    with beside(house, "mllp", []):
        serve_door(
            lambda: MllpServer(house.settings, door_of(house)),
            said=lambda port: say(
                msg("MLLP staat open op {host}, poort {port}", host=house.settings.mllp_host, port=port)
            ),
        )


@certificates.command("add")
def add(
    party: PartyOption,
    file: Annotated[Path, typer.Option("--certificate", help="Het clientcertificaat, PEM of DER.")],
    name: Annotated[str, typer.Option("--name", help="Hoe de partij dit systeem noemt.")],
    evidence: Annotated[str, typer.Option("--evidence", help="Hoe vaststaat dat het certificaat van de partij is.")],
    by: ByOption,
) -> None:
    """Registreer het clientcertificaat van een systeem van een partij."""
    from sluis.channels.commands.lists import party_id  # noqa: PLC0415 - only this command pays for it
    from sluis.channels.mllp.certificates import read_client_certificate  # noqa: PLC0415 - only this command pays
    from sluis.channels.registration.actions import register_key  # noqa: PLC0415 - only this command pays for it

    house, at = installation(), datetime.now(UTC)
    fingerprint, content = read_client_certificate(read_small(file), at=at)
    with house.database.transaction() as connection:
        made = register_key(
            connection,
            kind="tls",
            party=party_id(party),
            fingerprint=fingerprint,
            content=content,
            name=name,
            evidence=evidence,
            by=by,
            at=at,
            secrets=house.gate.secret,
        )
    say(msg("Geregistreerd: {id}  {fingerprint}", id=str(made.id), fingerprint=made.fingerprint))


@certificates.command("remove")
def remove(
    certificate: Annotated[UUID, typer.Argument(help="Het nummer van het certificaat.")],
    party: PartyOption,
    because: BecauseOption,
    by: ByOption,
) -> None:
    """Laat een certificaat vanaf het volgende bericht niets meer openen, ook niet op een lijn die openstaat."""
    remove_registered(certificate, party=party, because=because, by=by)
    say(msg("Het certificaat is verwijderd."))


@certificates.command("list")
def list_command(party: PartyOption) -> None:
    """Toon de certificaten van een partij."""
    for key in registered("tls", party=party):
        line = msg("{id}  {name}  {fingerprint}", id=str(key.id), name=key.name, fingerprint=key.fingerprint)
        say(line)
