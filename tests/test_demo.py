"""The demo that the README promises, as its reader runs it."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

from tests.conftest import Template
from tests.process import ROOT, environment, server_process

DEMO = ROOT / "client-examples" / "python" / "demo.py"


def _demo(port: int, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, DEMO],
        env=environment(port=port, data_dir=folder),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_demo_ends_completed_with_certificates_that_verify(
    sqlite_template: Template, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(sqlite_template.folder, tmp_path / "data"))
    port = _free_port()
    with server_process(port, data_dir=folder):
        done = _demo(port, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.strip().splitlines()
    assert lines[-1] == "COMPLETED"
    assert sum("card.pem: OK" in line for line in lines) == 3


def test_without_a_server_the_demo_says_so(tmp_path: Path) -> None:
    done = _demo(_free_port(), tmp_path)
    assert done.returncode == 2
    assert "No development server" in done.stdout
