"""A process to be killed: it exchanges one list exactly as `sluis lists exchange` does.

Started once with everything imported; for each line on standard input (`request file, answer file`) it forks a child
that does the exchange, and says the child's number. The test kills that child when it likes.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

from sluis.app import Installation
from sluis.channels.commands.lists import write_whole
from sluis.database import Database
from sluis.lists.collection import finish_collection, open_answer
from sluis.lists.exchange import run
from sluis.lists.passage import Asker
from sluis.settings import Settings
from tests.integration.lists.houses import KEY, START, WINGENE


def exchange_once(owner_url: str, home: Path, agreement: str, request: Path, out: Path) -> None:
    """Do one exchange to its end, or go on where a killed one stopped."""
    house = Installation.open(
        Settings(environment="test", fictitious_insz=True, home=home), Database(owner_url, pool_size=2)
    )
    asker = Asker(agreement, WINGENE, "wingene-officer", "command-line", key=KEY)
    done = run(house.lists, asker, name=request.name, content=request.read_bytes(), at=START + timedelta(minutes=1))
    if done.state == "answered":
        write_whole(out, open_answer(house.lists, done.id, party=WINGENE, at=START + timedelta(minutes=2)))
        finish_collection(house.lists, done.id, by=asker.by, at=START + timedelta(minutes=2))
    house.database.close()


def main() -> None:
    """Fork a child per line until standard input ends."""
    owner_url, home, agreement = sys.argv[1:4]
    for line in sys.stdin:
        request, out = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            os.close(0)
            try:
                exchange_once(owner_url, Path(home), agreement, Path(request), Path(out))
            finally:
                os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(status, flush=True)


if __name__ == "__main__":
    main()
