"""Whether the locked dependencies have known holes, as pip-audit says, and what it could not ask.

Exit code 1: there is one. That nobody could be asked is told, and no fault of the dependencies.
"""

import json
import subprocess
import sys
from pathlib import Path

COMMAND = ("--disable-pip", "--require-hashes", "--timeout", "5", "--format", "json")


def main() -> int:
    tool = Path(sys.executable).with_name("pip-audit")
    done = subprocess.run(
        [tool, *COMMAND, "-r", "requirements.lock"], capture_output=True, text=True, check=False
    )
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print("The dependencies could not be asked about from here")
        return 0
    asked = [one for one in found if "skip_reason" not in one]
    holes = [(one, hole) for one in asked for hole in one["vulns"]]
    for one, hole in holes:
        print(f"{one['name']} {one['version']}: {hole['id']}, mended in {hole['fix_versions']}")
    print(f"{len(asked)} of {len(found)} dependencies asked about, {len(holes)} known holes")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
