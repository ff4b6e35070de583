"""LibreOffice as a real part: one headless office for the run, driven through its own Python."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("office_script.py")
SYSTEM_PYTHON = "/usr/bin/python3"
Office = Callable[..., list[Any]]


def _why_absent() -> str | None:
    if shutil.which("soffice") is None:
        return "LibreOffice (Debian: libreoffice-calc) is not installed"
    if subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], check=False, capture_output=True).returncode:
        return "LibreOffice's Python bridge (Debian: python3-uno) is not installed"
    return None


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give commands to LibreOffice and get its answers; skipped where it is absent, a failure where CI promised it."""
    absent = _why_absent()
    if absent is not None:
        if os.environ.get("CI"):
            pytest.fail(absent)
        pytest.skip(absent)
    pipe = f"sluis-{uuid.uuid4().hex[:12]}"
    profile = tmp_path_factory.mktemp("office")
    command = ["soffice", "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"]
    running = subprocess.Popen(
        [*command, f"--accept=pipe,name={pipe};urp;", f"-env:UserInstallation={profile.as_uri()}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def tell(*commands: dict[str, Any]) -> list[Any]:
        told = subprocess.run(
            [SYSTEM_PYTHON, str(SCRIPT), pipe],
            input=json.dumps(commands),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert told.returncode == 0, told.stderr
        answers: list[Any] = json.loads(told.stdout)
        return answers

    try:
        yield tell
    finally:
        os.killpg(running.pid, signal.SIGTERM)  # the group that we started: the launcher and its soffice.bin
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
