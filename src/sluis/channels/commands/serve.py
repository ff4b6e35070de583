"""`sluis serve`: the pages, with the sequencer and the upkeep beside them."""

from __future__ import annotations

import typer

from sluis.channels.commands.terminal import installation, say
from sluis.kernel.text import msg


def register(app: typer.Typer) -> None:
    """Add the command to `sluis` itself."""

    @app.command("serve")
    def serve_command() -> None:
        """Dien de bladzijden op."""
        from sluis.channels.serving import serve  # noqa: PLC0415 - only this command needs the web

        house = installation()
        say(msg("Sluis staat open op {address}", address=f"http://{house.settings.host}:{house.settings.port}/"))
        serve(house)
