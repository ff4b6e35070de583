"""One serving process: uvicorn, and the threads that belong to it."""

from __future__ import annotations

import gc
from collections.abc import Sequence

import uvicorn

from sluis.app import Installation
from sluis.channels.monitoring import Beats, monitor
from sluis.channels.running import encrypted_courier, intake_threads
from sluis.channels.sftp.serving import SftpThread
from sluis.channels.tls import tls_options
from sluis.site import Thread, create_app, worker_threads


def settle_down() -> None:
    """Take what is loaded out of the garbage collector's rounds, and let it walk less often.

    Everything that a serving process imported stays until it ends; walking it again and again costs each request.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def serve(house: Installation, *, worker: bool = True, sftp: bool = False) -> None:
    """Serve until the process is told to stop; what runs is finished first.

    `worker`: this process also does what `sluis worker` does; without, it has no threads of its own. `sftp`: it also
    serves SFTP.
    """
    threads: list[Thread] = [SftpThread(house)] if sftp else []
    if worker:
        threads += (*worker_threads(house), *intake_threads(house), *encrypted_courier(house))
    with monitor(house, Beats("serve")):
        _serve_pages(house, threads)


def _serve_pages(house: Installation, threads: Sequence[Thread]) -> None:
    config = uvicorn.Config(
        create_app(house, threads=threads),
        host=house.settings.host,
        port=house.settings.port,
        log_level="warning",
        # An access log holds addresses; ours never hold a number of a person, and still nobody needs it here.
        access_log=False,
        server_header=False,
        # Whose word counts on who came how, is decided by sluis.web.signin.proxies, from the address of the real peer.
        proxy_headers=False,
        **tls_options(house.settings),
        timeout_keep_alive=10,
        timeout_graceful_shutdown=20,
    )
    settle_down()
    uvicorn.Server(config).run()
