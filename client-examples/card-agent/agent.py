"""Let the pages of one server sign in with the card in this machine.

Listens on 127.0.0.1 only. Signs nothing but that server's sign-in challenges.
"""

import argparse
import sys
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent))

from card import Card
from door import Agent, Door
from pins import asking


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--module", type=Path, required=True, help="the card's PKCS#11 library")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--token", help="the card's label")
    which.add_argument("--serial", help="the card's serial number")
    parser.add_argument("--server", required=True, help="the address to sign in to")
    parser.add_argument(
        "--origin", action="append", help="of pages that may ask; the server's own if none is told"
    )
    parser.add_argument("--port", type=int, default=8731, help="0: any that is free")
    parser.add_argument("--pin-file", type=Path, help="asks nobody: for demos and tests alone")
    return parser.parse_args()


def main() -> int:
    told = arguments()
    if told.pin_file:
        print("A PIN from a file: for demos and tests alone.", file=sys.stderr)
    url = urlsplit(told.server)
    origins = frozenset(told.origin or [f"{url.scheme}://{url.netloc}"])
    card = Card(told.module, told.token, told.serial)
    with Door(told.port, Agent(told.server, origins, card, asking(told.pin_file))) as door:
        print(f"http://127.0.0.1:{door.server_port}", flush=True)
        print(f"For {told.server}; pages of {', '.join(sorted(origins))}", file=sys.stderr)
        try:
            door.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
