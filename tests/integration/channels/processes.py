"""A nursery of real processes: everything imported once, then one fork per order, to be killed by a test.

An order is a line `kind port`; the answer is the process's number. Each child runs what `sluis sftp`, `sluis worker`
and `sluis serve` run, at the time of the tests' house.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn

from sluis.app import Installation
from sluis.channels.intake.actions import tidy
from sluis.channels.intake.work import take_up_due
from sluis.channels.sftp.server import SftpServer
from sluis.database import Database
from sluis.ledger.sequencer import Sequencer
from sluis.settings import Settings
from sluis.site import create_app
from tests.integration.lists.houses import START


def _clock() -> datetime:
    return START + timedelta(minutes=5)


def _sftp(house: Installation) -> None:
    async def serve() -> None:
        await SftpServer(house, clock=_clock).start()
        await asyncio.Event().wait()

    asyncio.run(serve())


def _worker(house: Installation) -> None:
    Sequencer(house.database, house.keys.signer).start()
    while True:
        if take_up_due(house, clock=_clock, most=5) == 0:
            time.sleep(0.05)
        tidy(house, at=_clock())


def _web(house: Installation) -> None:
    app = create_app(house, clock=_clock, threads=())
    uvicorn.run(app, host="127.0.0.1", port=house.settings.port, log_config=None, access_log=False, lifespan="off")


_KINDS = {"sftp": _sftp, "worker": _worker, "web": _web}


def run(kind: str, port: int, owner_url: str, home: Path) -> None:
    """Be one process until it is killed."""
    settings = Settings(environment="test", fictitious_insz=True, home=home, port=port, sftp_port=port)
    _KINDS[kind](Installation.open(settings, Database(owner_url, pool_size=6)))


def main() -> None:
    """Fork a child per order until standard input ends."""
    owner_url, home = sys.argv[1:3]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: the test kills them
    for line in sys.stdin:
        kind, port = line.split()
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                run(kind, int(port), owner_url, Path(home))
            finally:
                os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
