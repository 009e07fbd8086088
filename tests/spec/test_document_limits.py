"""The YAML door under documents that are too large, too deep, or no files at all."""

from __future__ import annotations

import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import limits
from simulator.errors import ModelError, Place
from simulator.spec.document import parse_document, read_document

# Coverage traces every line of Python, which makes it so many times slower at most.
TRACED = 10 if "coverage" in sys.modules else 1


def refusal(text: str) -> ModelError:
    """Return the error that a text must give."""
    with pytest.raises(ModelError) as caught:
        parse_document(text)
    assert caught.value.problems
    return caught.value


def said(text: str) -> str:
    """Return the message of the error that a text must give."""
    return str(refusal(text))


# --------------------------------------------------------------------------- hostile sizes


def _bomb(levels: int) -> str:
    first = "a0: &a0 [lol]\n"
    return first + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, levels))


HOSTILE: dict[str, Callable[[], str]] = {
    "brackets": lambda: "[" * 100_000,
    "brackets in a value": lambda: "a: " + "[" * 100_000,
    "braces": lambda: "{" * 100_000,
    "braces with keys": lambda: "{a: " * 100_000,
    "question marks": lambda: "? " * 100_000,
    "dashes": lambda: "- " * 100_000,
    "stairs": lambda: "\n".join(" " * n + f"k{n}:" for n in range(1400)),
    "alias bomb 5": lambda: _bomb(5),
    "alias bomb 12": lambda: _bomb(12),
    "merge bomb": lambda: "".join(
        f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    ),
    "itself": lambda: "&a a: *a",
    "10 MB scalar": lambda: "a: " + "x" * 10_000_000,
    "many keys": lambda: "\n".join(f"k{n}: " for n in range(100_000)),
    "many keys in one line": lambda: "a: {" + ", ".join(f"k{n}: 1" for n in range(70_000)) + "}",
    "many items": lambda: "a: [" + "1," * 400_000 + "]",
    "one long key": lambda: "x" * 1_000_000 + ": 1",
    "open quote": lambda: 'a: "' + "x\n " * 300_000,
    "tabs": lambda: "\t" * 1_000_000,
    "percents": lambda: "%" * 1_000_000,
    "documents": lambda: "---\n" * 200_000,
    "anchors": lambda: "&a " * 300_000,
    "tags": lambda: "a: !" + "x" * 1_000_000,
    "escapes": lambda: 'a: "' + "\\0" * 500_000 + '"',
    "same key": lambda: "a: 1\n" * 20_000,
    "lookalikes": lambda: "\n".join(f"{'аa'[n % 2]}{n // 2}: 1" for n in range(20_000)),
    "NULs": lambda: "\x00" * 1_000_000,
    "digits": lambda: "a: " + "9" * 1_000_000,
    "bad names": lambda: "\n".join(f"k{n}\u200b: 1" for n in range(20_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_fail_fast(name: str) -> None:
    """No document takes a second to be refused, and none gets out but as ModelError."""
    text = HOSTILE[name]()
    began = time.process_time()
    refusal(text)
    assert time.process_time() - began < 1 * TRACED


@pytest.mark.parametrize("name", ["alias bomb 12", "10 MB scalar", "many keys", "many items"])
def test_hostile_documents_stay_small(name: str) -> None:
    """No document takes 200 MB to be refused."""
    text = HOSTILE[name]()
    tracemalloc.start()
    try:
        refusal(text)
        assert tracemalloc.get_traced_memory()[1] < 200e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x " * 500_000,
        "a: |\n" + " x\n" * 300_000,
        "\n" * 1_000_000 + "a: 1",
        "# c\n" * 250_000 + "a: 1",
        "\n".join(f"k{n}: v{n}" for n in range(24_000)),
    ],
)
def test_the_largest_documents_come_in_within_a_second(text: str) -> None:
    """A document at the caps is read in less than a second."""
    began = time.process_time()
    assert parse_document(text).data
    assert time.process_time() - began < 1 * TRACED


def test_the_caps_are_exact() -> None:
    """Depth, nodes and bytes are accepted at the cap and refused one above it."""
    deep = limits.YAML_DEPTH - 1
    assert parse_document("a: " + "[" * deep + "]" * deep).data
    assert f"deeper than {limits.YAML_DEPTH}" in said("a: " + "[" * (deep + 1) + "]" * (deep + 1))
    items = limits.YAML_NODES - 3
    assert parse_document("a: [" + "1," * items + "]").data
    assert "more than 50,000" in said("a: [" + "1," * (items + 1) + "]")
    text = "a: " + "x" * (limits.YAML_BYTES - 3)
    assert parse_document(text).data
    assert "too large" in said(text + "x")
    assert "too large" in said("a: " + "é" * (limits.YAML_BYTES // 2))


# --------------------------------------------------------------------------- files


def test_a_file_is_read_with_its_name(tmp_path: Path) -> None:
    """A file in UTF-8, with or without a byte order mark, comes in under the name the user gave."""
    for content in (b"a: \xc3\xa9\n", b"\xef\xbb\xbfa: \xc3\xa9\n"):
        path = tmp_path / "m.yaml"
        path.write_bytes(content)
        document = read_document(path)
        assert document.data == {"a": "é"}
        assert document.place(("a",)) == Place(str(path), 1, 4)


@pytest.mark.parametrize(
    ("content", "words", "line"),
    [
        ("a: 1".encode("utf-16"), "UTF-16", 1),
        ("a: 1".encode("utf-32"), "UTF-32", 1),
        ("a: 1".encode("utf-16-le"), "U+0000", 1),
        (b"a: 1\nb: caf\xe9\n", "byte 0xe9 is not UTF-8", 2),
        (b"a: \xed\xa0\x80", "not UTF-8", 1),
        (b"", "empty", 1),
        (b"\xef\xbb\xbf", "empty", 1),
        (b"a: " + b"x" * limits.YAML_BYTES, "too large", 0),
    ],
)
def test_other_encodings_are_refused_clearly(tmp_path: Path, content: bytes, words: str, line: int) -> None:
    """What is not UTF-8 is named as what it is, with the line where it shows."""
    path = tmp_path / "m.yaml"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"m\.yaml") as caught:
        read_document(path)
    assert words in str(caught.value)
    assert caught.value.problems[0].place.line == line


def test_files_that_cannot_be_read_are_model_errors(tmp_path: Path) -> None:
    """A missing file names its neighbour; folders, pipes, loops and impossible names are refused."""
    (tmp_path / "shop.yaml").write_text("a: 1")
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    cases = {
        "shpo.yaml": "did you mean 'shop.yaml'?",
        "nowhere/shop.yaml": "there is no folder",
        ".": "not a regular file",
        "pipe.yaml": "not a regular file",
        "loop.yaml": "cannot be read",
        "a\x00b": "cannot be read",
        "x" * 300: "cannot be read",
        "shop.yaml/x.yaml": "cannot be read",
    }
    for name, words in cases.items():
        with pytest.raises(ModelError) as caught:
            read_document(tmp_path / name)
        assert words in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_a_model_error(tmp_path: Path) -> None:
    """A file one may not read is refused like any other."""
    path = tmp_path / "m.yaml"
    path.write_text("a: 1")
    path.chmod(0)
    with pytest.raises(ModelError, match="cannot be read"):
        read_document(path)
