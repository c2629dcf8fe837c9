"""The demo that the README promises, as its reader runs it."""

import subprocess
import sys
from pathlib import Path

from server.settings import Settings
from tests.process import ROOT, environment, free_port, server_process, told

SHOWN = (
    "法人卡登录：viewer.signedInBy = CARD",
    "操作员卡登录：被拒绝 CARD_NOT_LEGAL",
    "会话已终止；再次登录：被拒绝 CARD_CERTIFICATE_REVOKED",
)
DEMO = ROOT / "client-examples" / "python" / "demo.py"


def _demo(port: int, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, DEMO],
        env=environment(port=port, data_dir=folder, **more),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_demo_ends_completed_and_its_card_signs_in_until_it_is_revoked(
    settings: Settings,
) -> None:
    port = free_port()
    with server_process(port, **told(settings)):
        done = _demo(port, settings.data_dir, database_url=settings.database_url)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.strip().splitlines()
    assert lines[-1] == "COMPLETED"
    assert sum("card.pem: OK" in line for line in lines) == 3
    assert [told for told in SHOWN if not any(told in line for line in lines)] == []


def test_when_the_server_dies_in_the_middle_the_demo_says_so(settings: Settings) -> None:
    port = free_port()
    with (
        server_process(port, **told(settings)) as server,
        subprocess.Popen(
            [sys.executable, "-u", DEMO],
            env=environment(port=port, data_dir=settings.data_dir),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as demo,
    ):
        for line in demo.stdout or ():
            if "SUBMITTED" in line:
                server.kill()
                break
        rest = demo.communicate(timeout=100)[0]
    assert demo.returncode in (1, 2)
    assert "Traceback" not in rest
    assert "The story" in rest or "No development server" in rest


def test_without_a_server_the_demo_says_so(tmp_path: Path) -> None:
    done = _demo(free_port(), tmp_path)
    assert done.returncode == 2
    assert "No development server" in done.stdout
