"""`sluis mail`: the door of encrypted mail; send what is due now, read what came back, register certificates."""

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
from sluis.channels.commands.terminal import installation, open_database, say
from sluis.deliveries.bounces import LARGEST_REPORT, note_bounce
from sluis.deliveries.worker import deliver_due
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

app = typer.Typer(help="E-mail: versleuteld in en uit, wat vertrekt en wat terugkomt.", no_args_is_help=False)
certificates = typer.Typer(help="De S/MIME-certificaten van een partij.", no_args_is_help=True)
app.add_typer(certificates, name="certificates")

_MOST_FILES = 10_000


@app.callback(invoke_without_command=True)
def mail(
    context: typer.Context,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Behandel ook zelf wat binnenkomt.")] = False,
) -> None:
    """Lees versleutelde e-mail uit de maildir en verstuur de antwoorden, tot dit proces gestopt wordt."""
    if context.invoked_subcommand is not None:
        return
    from sluis.channels.running import beside, intake_worker, mail_threads, wait_until_told  # noqa: PLC0415 - only this command pays for it

    house = installation()
    threads = [*mail_threads(house), *([intake_worker(house)] if worker else [])]
    with beside(house, "mail", threads):
        wait_until_told(said=lambda: say(msg("De deur voor versleutelde e-mail staat open.")))


@certificates.command("add")
def add(
    party: PartyOption,
    file: Annotated[Path, typer.Option("--certificate", help="Het certificaat (PEM of DER).")],
    address: Annotated[str, typer.Option("--address", help="Het e-mailadres waarvan de lijsten komen.")],
    name: Annotated[str, typer.Option("--name", help="Hoe de partij deze postbus noemt.")],
    evidence: Annotated[str, typer.Option("--evidence", help="Hoe vaststaat dat het certificaat van de partij is.")],
    by: ByOption,
) -> None:
    """Registreer het S/MIME-certificaat van een partij voor één adres."""
    from sluis.channels.commands.lists import party_id  # noqa: PLC0415 - only this command pays for it
    from sluis.channels.mail.certificates import read_certificate  # noqa: PLC0415 - only this command pays for it
    from sluis.channels.registration.actions import register_key  # noqa: PLC0415 - only this command pays for it

    house, at = installation(), datetime.now(UTC)
    fingerprint, content = read_certificate(read_small(file), address=address, at=at)
    with house.database.transaction() as connection:
        made = register_key(
            connection,
            kind="smime",
            party=party_id(party),
            fingerprint=fingerprint,
            content=content,
            address=address.lower(),
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
    """Laat een certificaat vanaf nu niets meer openen; er gaat ook geen antwoord meer naartoe."""
    remove_registered(certificate, party=party, because=because, by=by)
    say(msg("Het certificaat is verwijderd."))


@certificates.command("list")
def list_command(party: PartyOption) -> None:
    """Toon de certificaten van een partij."""
    for key in registered("smime", party=party):
        say(msg("{id}  {name}  {address}", id=str(key.id), name=key.name, address=key.address or ""))


@app.command()
def send() -> None:
    """Verstuur nu wat klaarstaat; de bladzijden doen dat anders zelf om de paar seconden."""
    house = installation()
    channels = house.channels()
    if not channels:
        raise SluisError(
            "mail-not-set-up",
            msg("Er is geen mailserver ingesteld."),
            remedy=msg("Zet SLUIS_SMTP_HOST en SLUIS_SMTP_FROM."),
        )
    tried = deliver_due(house.database, channels, clock=lambda: datetime.now(UTC), most=_MOST_FILES)
    say(msg("Pogingen: {count}", count=tried))


@app.command()
def bounce(
    files: Annotated[list[Path], typer.Argument(help="Berichten, of een maildir: de map met daarin new en cur.")],
) -> None:
    """Lees teruggekomen berichten (RFC 3464) en merk de zendingen waarover ze gaan."""
    database, marked, read = open_database(), 0, 0
    for file in _messages(files):
        read += 1
        with file.open("rb") as opened:
            content = opened.read(LARGEST_REPORT + 1)
        with database.transaction() as connection:
            marked += note_bounce(connection, content=content, at=datetime.now(UTC)) is not None
    say(msg("Gelezen: {read}. Als teruggekomen gemerkt: {marked}.", read=read, marked=marked))


def _messages(paths: list[Path]) -> list[Path]:
    """Return the files of messages; what a maildir holds in `tmp` is not complete yet and is left alone."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            folders = [path / "new", path / "cur"] if (path / "cur").is_dir() else [path]
            found += [one for folder in folders if folder.is_dir() for one in sorted(folder.iterdir()) if one.is_file()]
        elif path.is_file():
            found.append(path)
        else:
            raise SluisError(
                "file-missing",
                msg("Het bestand {file} bestaat niet.", file=str(path)),
                remedy=msg("Geef een bestand of een maildir die bestaat."),
            )
    return found[:_MOST_FILES]
