from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.errors import InputError, RunError
from simulator.results import folder as folders
from simulator.results.folder import MANIFEST, RunFolder, read_folder, write_folder
from simulator.results.summary import RunResult


def write(place: Path, result: RunResult) -> Path:
    """Write a run folder."""
    with RunFolder(place) as made:
        write_folder(made, result, {"shop.yaml": "name: shop\n"}, ["journey", "run"])
    return place


def test_what_is_written_is_read(result: RunResult, tmp_path: Path) -> None:
    """A folder read back holds the same tallies, texts and digests, and is all there is beside it."""
    recorded = read_folder(write(tmp_path / "new" / "run", result))
    assert [tally.digest for tally in recorded.tallies()] == result.digests
    assert recorded.manifest["model"] == {"file": "shop.yaml", "text": "name: shop\n"}
    assert recorded.manifest["program"]["hash"] == result.program.hash
    assert recorded.manifest["scenario"] is None
    assert recorded.manifest["command"] == ["journey", "run"]
    assert {"python", "libraries", "platform", "machine", "created"} <= set(recorded.manifest["provenance"])
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["run"]
    assert recorded.table("demand").num_rows == result.replications * 2 * 19


@pytest.mark.parametrize("name", ["demand.parquet", "tallies.parquet", "result.json"])
def test_one_flipped_bit_is_found(result: RunResult, tmp_path: Path, name: str) -> None:
    """A file with a single bit changed is named, wherever the bit is."""
    path = write(tmp_path / "run", result) / name
    whole = path.read_bytes()
    for place in (0, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(InputError, match=f"{name}: the file was changed"):
            read_folder(tmp_path / "run")


def test_a_page_with_a_flipped_bit_is_not_read(result: RunResult, tmp_path: Path) -> None:
    """Even past the manifest, a damaged page of a table is an error, not other numbers."""
    recorded = read_folder(write(tmp_path / "run", result))
    path = tmp_path / "run" / "touchpoints.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    with pytest.raises(OSError, match=r"(?i)crc|corrupt|checksum|deserialize"):
        recorded.table("touchpoints")


def test_a_changed_manifest_is_found(result: RunResult, tmp_path: Path) -> None:
    """A manifest that was edited does not vouch for anything."""
    path = write(tmp_path / "run", result) / MANIFEST
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "seed": 8}))
    with pytest.raises(InputError, match="changed after the run"):
        read_folder(tmp_path / "run")
    path.write_text(path.read_text()[:-50])
    with pytest.raises(InputError, match="cannot be read"):
        read_folder(tmp_path / "run")


def test_missing_files_are_all_named(result: RunResult, tmp_path: Path) -> None:
    """Every file that is gone is told at once."""
    place = write(tmp_path / "run", result)
    (place / "people.parquet").unlink()
    (place / "edges.parquet").unlink()
    with pytest.raises(InputError) as caught:
        read_folder(place)
    assert len(caught.value.problems) == 2


def test_no_run_folder(tmp_path: Path) -> None:
    """A folder without a manifest, or with another kind of one, is no run folder."""
    with pytest.raises(InputError, match="no run folder"):
        read_folder(tmp_path)
    (tmp_path / MANIFEST).write_text('{"schema": "journey.folder/99"}')
    with pytest.raises(InputError, match=r"journey\.folder/1"):
        read_folder(tmp_path)


def test_a_taken_place_is_refused(result: RunResult, tmp_path: Path) -> None:
    """A folder with something in it, or a file, is never written over; an empty folder is taken."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    for name in ("full", "file"):
        with pytest.raises(InputError, match="--out"):
            write(tmp_path / name, result)
    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]
    read_folder(write(tmp_path / "empty", result))


def test_nothing_half_written_is_left(
    result: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk is full in the middle, neither the folder nor the one in the making remains."""

    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "write_json", full)
    with pytest.raises(RunError, match="the disk is full; nothing is left"):
        write(tmp_path / "run", result)
    assert list(tmp_path.iterdir()) == []
