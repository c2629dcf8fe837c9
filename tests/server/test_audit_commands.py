"""portcard audit: what it says of a trail that is whole, and of one that is not."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Template
from tests.process import run


@pytest.fixture
def folder(sqlite_template: Template, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sqlite_template.folder, tmp_path / "data"))


def _sql(folder: Path, text: str) -> None:
    with closing(sqlite3.connect(folder / "portcard.sqlite3")) as opened, opened:
        opened.execute(text)


def test_a_whole_trail_is_one_line(folder: Path) -> None:
    done = run("audit", "verify", data_dir=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("8 rows, each as it was written, the last 8 ")
    known = json.loads((folder / "audit-head.json").read_text("ascii"))
    assert known["digest"] in done.stdout


def test_an_empty_trail_is_whole(folder: Path) -> None:
    _sql(folder, "DELETE FROM audit")
    assert run("audit", "verify", data_dir=folder).stdout == "0 rows, each as it was written\n"


def test_a_broken_place_is_told_with_what_is_wrong_there(folder: Path) -> None:
    _sql(folder, "UPDATE audit SET username = 'x' WHERE id = 3")
    done = run("audit", "verify", data_dir=folder)
    assert done.returncode == 1
    assert done.stderr == "Error: ALTERED at 3: it is not as it was written\n"
    assert run("audit", "verify", "--from", "5", data_dir=folder).returncode == 0


def test_a_cut_off_end_is_noticed_by_the_head_that_was_written_down(folder: Path) -> None:
    assert run("audit", "verify", data_dir=folder).returncode == 0
    _sql(folder, "DELETE FROM audit WHERE id > 6")
    done = run("audit", "verify", data_dir=folder)
    assert done.returncode == 1
    assert done.stderr == "Error: TRUNCATED at 7: rows up to 8 were written\n"


def test_an_end_that_was_written_anew_is_noticed(folder: Path, tmp_path: Path) -> None:
    assert run("audit", "verify", data_dir=folder).returncode == 0
    _sql(folder, "DELETE FROM audit WHERE id > 7")
    file = Path("models") / "data" / "institutions.csv"
    assert run("institution", "import", str(file), data_dir=folder).returncode == 0
    done = run("audit", "verify", data_dir=folder)
    assert done.stderr == "Error: ALTERED at 8: it is not the one that was written down\n"


def test_the_export_has_every_row_as_a_line_of_json(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "trail.jsonl"
    done = run("audit", "export", "--from", "2", "--to", str(out), data_dir=folder)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == list(range(2, 9))
    assert [row["previous"] for row in rows[1:]] == [row["digest"] for row in rows[:-1]]
    assert {row["what"] for row in rows} == {"demo officer"}


def test_commands_leave_rows_as_the_command_line(folder: Path) -> None:
    told = ["--institution", "天津制卡中心", "--password-stdin"]
    added = run("officer", "add", "somebody", *told, data_dir=folder, stdin="Long enough 7")
    assert added.returncode == 0, added.stderr
    (line,) = run("audit", "export", "--from", "9", data_dir=folder).stdout.splitlines()
    row = json.loads(line)
    assert (row["username"], row["what"]) == ("command line", "officer add")
    assert row["subject"].startswith("account-")


def test_making_the_ca_is_a_row_and_finding_it_made_is_none(tmp_path: Path) -> None:
    for _ in range(2):
        done = run("ca", "init", data_dir=tmp_path)
        assert done.returncode == 0, done.stderr
    (line,) = run("audit", "export", data_dir=tmp_path).stdout.splitlines()
    assert json.loads(line)["what"] == "ca init"
