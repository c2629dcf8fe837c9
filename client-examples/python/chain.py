"""Checking the issued certificates as a relying party would: with openssl, strictly."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

END = "-----END CERTIFICATE-----\n"


def split(pem: str) -> list[str]:
    return [part + END for part in pem.split(END) if part.strip()]


def verdicts(chain: str, cards: list[dict[str, Any]]) -> list[tuple[bool, str]]:
    """What `openssl verify -x509_strict` says of each card's certificate: good or not, and why."""
    if shutil.which("openssl") is None:
        return [(False, "openssl is not installed")] * len(cards)
    issuing, root = split(chain)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "root.pem").write_text(root, "ascii")
        (place / "issuing.pem").write_text(issuing, "ascii")
        return [_verify(place, card["certificate"]["pem"]) for card in cards]


def _verify(place: Path, pem: str) -> tuple[bool, str]:
    (place / "card.pem").write_text(pem, "ascii")
    done = subprocess.run(
        [
            "openssl",
            "verify",
            "-x509_strict",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "issuing.pem",
            "card.pem",
        ],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0, (done.stdout or done.stderr).strip()
