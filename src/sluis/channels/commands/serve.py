"""`sluis serve`: the pages; alone, or with the worker and the other doors in the same process."""

from __future__ import annotations

from typing import Annotated

import typer

from sluis.channels.commands.terminal import installation, say
from sluis.kernel.text import msg


def register(app: typer.Typer) -> None:
    """Add the command to `sluis` itself."""

    @app.command("serve")
    def serve_command(
        worker: Annotated[
            bool, typer.Option("--worker/--no-worker", help="Doe ook het werk van ‘sluis worker’ in dit proces.")
        ] = True,
        sftp: Annotated[bool, typer.Option("--sftp/--no-sftp", help="Dien ook SFTP op in dit proces.")] = False,
    ) -> None:
        """Dien de bladzijden op."""
        from sluis.channels.serving import serve  # noqa: PLC0415 - only this command needs the web

        house = installation()
        say(msg("Sluis staat open op {address}", address=f"http://{house.settings.host}:{house.settings.port}/"))
        serve(house, worker=worker, sftp=sftp)
