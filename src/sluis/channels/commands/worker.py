"""`sluis worker`: what goes on without anybody asking, in a process of its own. Any number of them may run."""

from __future__ import annotations

import typer

from sluis.channels.commands.terminal import installation, say
from sluis.kernel.text import msg


def register(app: typer.Typer) -> None:
    """Add the command to `sluis` itself."""

    @app.command("worker")
    def worker() -> None:
        """Doe wat vanzelf gaat: het grootboek, termijnen, zendingen, en wat langs SFTP en e-mail binnenkwam."""
        from sluis.channels.running import (  # noqa: PLC0415 - only this command needs the threads
            beside,
            encrypted_courier,
            intake_threads,
            wait_until_told,
        )
        from sluis.lists.workbook import start_reader  # noqa: PLC0415 - only this command pays for it
        from sluis.site import worker_threads  # noqa: PLC0415 - only this command pays for it

        house = installation()
        start_reader()
        threads = [*worker_threads(house), *intake_threads(house), *encrypted_courier(house)]
        with beside(house, "worker", threads):
            wait_until_told(said=lambda: say(msg("De werker is bezig.")))
