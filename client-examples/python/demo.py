"""Play the whole story against a running development server.

Exit codes: 0 it went through; 1 it did not; 2 there is no development server to play with.
"""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import httpx
import screen
from api import Refused, Unreachable
from by_card import NotAsPromised
from gql.transport.exceptions import TransportError
from story import Unverified, play
from watch import LostEvent


def arguments() -> argparse.Namespace:
    port = os.environ.get("PORTCARD_PORT", "8000")
    folder = Path(os.environ.get("PORTCARD_DATA_DIR", "data"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default=f"http://127.0.0.1:{port}")
    parser.add_argument("--officers", type=Path, default=folder / "demo-officers.json")
    return parser.parse_args()


def main() -> int:
    told = arguments()
    logging.getLogger("gql").setLevel(logging.ERROR)  # it warns when a socket is dropped on purpose
    try:
        asyncio.run(play(told.server, told.officers))
    except Unreachable as error:
        screen.console.print(f"No development server to play with: {error}", style="red")
        screen.console.print("Start one in another terminal: make run", style="red")
        return 2
    except (Refused, LostEvent, NotAsPromised, Unverified) as error:
        screen.console.print(f"The story failed: {error}", style="bold red")
        return 1
    except (TransportError, httpx.HTTPError, TimeoutError) as error:
        told = str(error) or type(error).__name__
        screen.console.print(f"The story broke off, the server went away: {told}", style="bold red")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
