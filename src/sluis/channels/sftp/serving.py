"""The SFTP door beside other doors in one process: the demo, a test."""

from __future__ import annotations

from sluis.app import Installation
from sluis.channels.doors import DoorThread
from sluis.channels.sftp.server import SftpServer
from sluis.lists.workbook import start_reader


class SftpThread(DoorThread[SftpServer]):
    """Serve SFTP in a thread, with the reader of workbooks ready before the first file."""

    def __init__(self, house: Installation, **words: object) -> None:
        super().__init__("sftp", lambda: SftpServer(house, **words))  # type: ignore[arg-type]  # the server checks them

    def start(self) -> int:
        """Serve in the background; return the port."""
        start_reader()
        return super().start()
