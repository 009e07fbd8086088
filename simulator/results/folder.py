"""The run folder: tables and a manifest that says how to make them again.

A folder appears whole or not at all: it is written beside its place under another name and renamed.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator import provenance
from simulator.engine.tally import Tally
from simulator.errors import InputError, Problem, RunError
from simulator.program.program import Program
from simulator.results.digest import digest_of
from simulator.results.document import run_document
from simulator.results.summary import RunResult
from simulator.results.tables import tables_of

__all__ = [
    "FOLDER_SCHEMA",
    "MANIFEST",
    "Made",
    "Recorded",
    "RunFolder",
    "not_written",
    "read_folder",
    "refuse_taken",
    "seal_folder",
    "write_folder",
    "write_json",
]

FOLDER_SCHEMA: Final = "journey.folder/1"
MANIFEST: Final = "manifest.json"


def refuse_taken(path: Path) -> None:
    """Refuse a place for a run folder that holds something already.

    Raises
    ------
    InputError
        If it is a file, or a folder that is not empty.
    """
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists() or path.is_symlink():
        what = "a folder that is not empty" if path.is_dir() else "a file"
        raise InputError([Problem(f"{path} is {what}", fix="name a new folder with --out")])


class Made(Protocol):
    """What a manifest says about how something was played."""

    @property
    def program(self) -> Program:
        """What was played."""

    @property
    def seed(self) -> int:
        """The seed."""

    @property
    def replications(self) -> int:
        """How many replications."""

    @property
    def asked(self) -> int | None:
        """How many were asked for, where there are fewer."""

    @property
    def engine(self) -> str:
        """Which engine played."""

    @property
    def digests(self) -> Sequence[str]:
        """The content of each replication."""

    @property
    def digest(self) -> str:
        """The content of all."""


class RunFolder:
    """A folder in the making: on success it takes its place, on an error nothing is left.

    Attributes
    ----------
    path : Path
        Where to write meanwhile.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.path = place.parent / f".{place.name}.{os.getpid()}.partial"

    def __enter__(self) -> RunFolder:
        refuse_taken(self.place)
        try:
            self.place.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.mkdir()
        except OSError as error:
            message = f"{self.place} cannot be written: {error.filename}: {error.strerror}"
            raise InputError([Problem(message, fix="name another folder with --out")]) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                refuse_taken(self.place)
                self.path.rename(self.place)
                _sync(self.place.parent)
        finally:
            shutil.rmtree(self.path, ignore_errors=True)
        if isinstance(error, OSError):
            raise not_written(self.place, error) from error


def not_written(place: Path, error: OSError) -> RunError:
    """Say why a file or folder was not written: a full disk, a file that may not be so large, a quota."""
    known = (said for number, said in _FULL.items() if _met(number, error))
    reason = next(known, error.strerror or str(error))
    return RunError(f"{place} was not written: {reason}; nothing is left of it")


_FULL: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is full",
    errno.EFBIG: "a file may not be so large here",
}


def _met(number: int, error: OSError) -> bool:
    """Whether an error has this number; Arrow only writes it into its message."""
    return error.errno == number or f"[errno {number}]" in str(error)


def write_folder(
    folder: RunFolder,
    result: RunResult,
    sources: Mapping[str, str],
    command: Sequence[str] = (),
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write tables, the result as JSON, and the manifest; last of all, so that it vouches for the rest.

    Parameters
    ----------
    folder : RunFolder
        Entered; files that are in it already get their line in the manifest too.
    result : RunResult
    sources : mapping of file name to text
        The model, then the scenario if there is one, as read.
    command : sequence of str
        The words of the command line.
    more : mapping, optional
        What else the result has to say, such as the variance by its sources.
    """
    for name, table in tables_of(result).items():
        pq.write_table(table, folder.path / f"{name}.parquet", write_page_checksum=True)
    write_json(folder.path / "result.json", {**run_document(result), **(more or {})})
    seal_folder(folder, "run", result, sources, command)


def seal_folder(
    folder: RunFolder, kind: str, made: Made, sources: Mapping[str, str], command: Sequence[str] = ()
) -> None:
    """Write the manifest of what is in a folder, and have all of it on the disk.

    Parameters
    ----------
    folder : RunFolder
        Entered, with every other file written.
    kind : str
        What it is the folder of: ``run`` or ``forecast``.
    made : Made
        How it was played.
    sources, command
        As :func:`write_folder`.
    """
    files = {path.name: _fingerprint(path) for path in sorted(folder.path.iterdir())}
    manifest = _manifest(kind, made, sources, command, files)
    write_json(folder.path / MANIFEST, {**manifest, "content": _content(manifest)})
    for path in folder.path.iterdir():
        _sync(path)
    _sync(folder.path)


def _manifest(
    kind: str, made: Made, sources: Mapping[str, str], command: Sequence[str], files: Mapping[str, Any]
) -> dict[str, Any]:
    model, *scenarios = [{"file": name, "text": text} for name, text in sources.items()]
    return {
        "schema": FOLDER_SCHEMA,
        "kind": kind,
        "provenance": provenance.record(),
        "command": list(command),
        "program": {
            "title": made.program.title,
            "scenario": made.program.scenario or None,
            "hash": made.program.hash,
        },
        "model": model,
        "scenario": scenarios[0] if scenarios else None,
        "seed": made.seed,
        "replications": made.replications,
        "asked": made.asked or made.replications,
        "engine": made.engine,
        "digests": list(made.digests),
        "digest": made.digest,
        "files": files,
    }


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a document; a number that is none would be a defect, so it is refused."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"sha256": found, "bytes": path.stat().st_size}


def _content(manifest: Mapping[str, Any]) -> str:
    """Hash a manifest without its own hash, so that a damaged one shows."""
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _sync(path: Path) -> None:
    """Have the system write a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ------------------------------------------------------------------ reading


@dataclass(frozen=True)
class Recorded:
    """A run folder that was read and found whole.

    Attributes
    ----------
    path : Path
    manifest : dict
        See docs/reference/json.md.
    """

    path: Path
    manifest: dict[str, Any]

    def table(self, name: str) -> pa.Table:
        """Read a table, its pages checked."""
        return pq.read_table(self.path / f"{name}.parquet", page_checksum_verification=True)

    def tallies(self) -> list[Tally]:
        """Read the tallies back, one a replication.

        Raises
        ------
        InputError
            If their content is not the one the manifest names.
        """
        counts: list[dict[str, Any]] = [{} for _ in range(self.manifest["replications"])]
        for row in self.table("tallies").to_pylist():
            values = np.array(row["values"], dtype=np.int64).reshape(row["shape"])
            counts[row["replication"]][row["count"]] = values
        found = [Tally(one) for one in counts]
        if digest_of(tally.digest for tally in found) != self.manifest["digest"]:
            raise _damaged(self.path / "tallies.parquet", "its content is not what the manifest says")
        return found


def read_folder(path: Path) -> Recorded:
    """Read a run folder and check that every file is as it was written.

    Raises
    ------
    InputError
        If it is no run folder, of an unknown version, or any file is missing or changed.
    """
    manifest = _read_manifest(path / MANIFEST)
    problems = []
    for name, expected in manifest["files"].items():
        file = path / name
        if Path(name).name != name or not file.is_file():
            problems.append(_problem(file, "the file is missing"))
        elif _fingerprint(file) != expected:
            problems.append(_problem(file, "the file was changed after the run"))
    if problems:
        raise InputError(problems)
    return Recorded(path, manifest)


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise _damaged(path, "there is no such file: this is no run folder") from None
    except (OSError, ValueError) as error:
        raise _damaged(path, f"it cannot be read: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("schema") != FOLDER_SCHEMA:
        raise _damaged(path, f"it is no manifest of the kind {FOLDER_SCHEMA}")
    content = manifest.pop("content", None)
    if content != _content(manifest):
        raise _damaged(path, "it was changed after the run")
    return manifest


def _problem(path: Path, message: str) -> Problem:
    return Problem(f"{path}: {message}", fix="run it again with --out")


def _damaged(path: Path, message: str) -> InputError:
    return InputError([_problem(path, message)])
