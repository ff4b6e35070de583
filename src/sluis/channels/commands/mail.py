"""`sluis mail`: send what is due now, and read the mail that came back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sluis.channels.commands.terminal import installation, open_database, say
from sluis.deliveries.bounces import LARGEST_REPORT, note_bounce
from sluis.deliveries.worker import deliver_due
from sluis.kernel.errors import SluisError
from sluis.kernel.text import msg

app = typer.Typer(help="E-mail die vertrekt en e-mail die terugkomt.", no_args_is_help=True)

_MOST_FILES = 10_000


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
