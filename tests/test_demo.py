"""The demo that the README promises, as its reader runs it."""

import subprocess
import sys
from pathlib import Path

from server.settings import Settings
from tests.process import ROOT, environment, free_port, server_process, told

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


def test_the_demo_ends_completed_with_certificates_that_verify(settings: Settings) -> None:
    port = free_port()
    with server_process(port, **told(settings)):
        done = _demo(port, settings.data_dir)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.strip().splitlines()
    assert lines[-1] == "COMPLETED"
    assert sum("card.pem: OK" in line for line in lines) == 3


def test_without_a_server_the_demo_says_so(tmp_path: Path) -> None:
    done = _demo(free_port(), tmp_path)
    assert done.returncode == 2
    assert "No development server" in done.stdout
