"""`sluis worklist`: the daily digest of what people must do, for who runs it from a timer."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from sluis.channels.commands.terminal import installation, say
from sluis.kernel.text import msg

app = typer.Typer(help="Wat mensen te doen hebben.", no_args_is_help=True)


@app.callback()
def _worklist() -> None:
    """Keep `sluis worklist` a group, also with one command."""


@app.command()
def digest() -> None:
    """Zet het overzicht van vandaag klaar voor wie het vroeg; een tweede keer op een dag verandert niets."""
    from sluis.site import make_digests  # noqa: PLC0415 - only this command needs the pages' people

    count = make_digests(installation(), at=datetime.now(UTC), at_any_hour=True)
    say(msg("Overzichten klaargezet: {count}", count=count))
