"""`sluis sftp`: serve SFTP, and the keys by which parties come in."""

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

app = typer.Typer(help="SFTP: dienen, en de sleutels waarmee partijen binnenkomen.", no_args_is_help=False)
keys = typer.Typer(help="De SSH-sleutels van een partij.", no_args_is_help=True)
app.add_typer(keys, name="keys")


@app.callback(invoke_without_command=True)
def sftp(
    context: typer.Context,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Behandel ook zelf wat binnenkomt.")] = False,
) -> None:
    """Dien SFTP op tot dit proces gestopt wordt; wat loopt, wordt eerst afgewerkt."""
    if context.invoked_subcommand is not None:
        return
    from sluis.channels.doors import serve_door  # noqa: PLC0415 - only the server needs it
    from sluis.channels.running import beside, intake_worker  # noqa: PLC0415 - only the server needs it
    from sluis.channels.sftp.server import SftpServer  # noqa: PLC0415 - only this command pays for it

    house = installation()
    with beside(house, "sftp", [intake_worker(house)] if worker else []):
        serve_door(
            lambda: SftpServer(house),
            said=lambda port: say(
                msg("SFTP staat open op {host}, poort {port}", host=house.settings.sftp_host, port=port)
            ),
        )


@keys.command("add")
def add(
    party: PartyOption,
    key_file: Annotated[Path, typer.Option("--key", help="De publieke sleutel, één regel zoals in id_ed25519.pub.")],
    name: Annotated[str, typer.Option("--name", help="Hoe de partij deze machine noemt.")],
    evidence: Annotated[str, typer.Option("--evidence", help="Hoe vaststaat dat de sleutel van de partij is.")],
    by: ByOption,
) -> None:
    """Registreer een publieke sleutel van een partij."""
    from sluis.channels.commands.lists import party_id  # noqa: PLC0415 - only this command pays for it
    from sluis.channels.registration.actions import register_key  # noqa: PLC0415 - only this command pays for it
    from sluis.channels.sftp.public_keys import read_public_key  # noqa: PLC0415 - only this command pays for it

    house = installation()
    fingerprint, content = read_public_key(read_small(key_file))
    with house.database.transaction() as connection:
        made = register_key(
            connection,
            kind="ssh",
            party=party_id(party),
            fingerprint=fingerprint,
            content=content,
            name=name,
            evidence=evidence,
            by=by,
            at=datetime.now(UTC),
            secrets=house.gate.secret,
        )
    say(msg("Geregistreerd: {id}  {fingerprint}", id=str(made.id), fingerprint=made.fingerprint))
    say(msg("De gebruikersnaam is {party}.", party=made.party))


@keys.command("remove")
def remove(
    key: Annotated[UUID, typer.Argument(help="Het nummer van de sleutel.")],
    party: PartyOption,
    because: BecauseOption,
    by: ByOption,
) -> None:
    """Laat een sleutel vanaf nu niets meer openen, ook niet in een sessie die nog loopt."""
    remove_registered(key, party=party, because=because, by=by)
    say(msg("De sleutel is verwijderd."))


@keys.command("list")
def list_command(party: PartyOption) -> None:
    """Toon de sleutels van een partij."""
    for key in registered("ssh", party=party):
        line = msg("{id}  {name}  {fingerprint}", id=str(key.id), name=key.name, fingerprint=key.fingerprint)
        say(line)
