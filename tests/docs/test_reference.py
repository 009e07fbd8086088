from __future__ import annotations

import re

import click
import pytest
from pydantic import BaseModel

from docs.examples import ROOT
from docs.generate import COMMAND_LINE, LANGUAGE, command_page, commands
from docs.language import EXAMPLES, KINDS, VALUES, WHAT, about, example_of, keys, language_page, records
from simulator.addresses import KINDS as SUBJECTS
from simulator.addresses import Purpose
from simulator.cli import COMMANDS
from simulator.spec.document import parse_document
from simulator.spec.expressions.vocabulary import FUNCTIONS, PLAIN, ROOTS
from simulator.spec.quantities import law_keys
from simulator.spec.shapes import fields_of

REFERENCE = ROOT / "docs" / "reference"


def test_the_language_reference_is_what_the_classes_say() -> None:
    """A key added, renamed or described anew shows on the page: `python docs/generate.py`."""
    assert LANGUAGE.read_text(encoding="utf-8") == language_page()


def test_the_command_reference_is_what_help_says() -> None:
    """A command or an option added or changed shows on the page: `python docs/generate.py`."""
    assert COMMAND_LINE.read_text(encoding="utf-8") == command_page()


@pytest.mark.parametrize("record", records(), ids=lambda one: one.__name__)
def test_every_key_is_described(record: type[BaseModel]) -> None:
    """Every class and every key says what it is, in a sentence."""
    assert about(record)
    assert [key for key, _, words, _, _ in keys(record) if not re.search(r"[.!?)]$", words.strip())] == []


# Read alone, without its class, a key has no use for the name it is written by.
@pytest.mark.parametrize("record", records(), ids=lambda one: one.__name__)
def test_every_example_is_read(record: type[BaseModel]) -> None:
    """What a page says may be written at a key can be written there."""
    for key, hint, _, _, _ in keys(record):
        example = example_of(record, key, hint)
        if example and key != "before":
            value = parse_document(f"value: {example}").data["value"]
            if key == "horizon":
                assert value == "26 weeks"
            else:
                fields_of(record)[key].shape.reader.validate_python(value)


def test_every_example_and_value_belongs_to_a_key() -> None:
    """A key renamed takes its example along."""
    there = {(record.__name__, key) for record in records() for key, *_ in keys(record)}
    assert set(EXAMPLES) - there == set()
    assert set(VALUES) - there == set()
    assert {name for _, name, _ in KINDS} == set(WHAT)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str) -> None:
    """Who asks for help gets an answer: on the command, each option, in each case a sentence."""
    command = commands()[name]
    assert command.help
    assert COMMANDS[name].endswith((".", "?"))
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []


def first_cells(page: str, heading: str) -> list[str]:
    """Give the words in the first column of the table under a heading."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    section = re.split(r"^## ", text.split(f"## {heading}\n")[1], flags=re.MULTILINE)[0]
    return re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)


def test_every_purpose_and_subject_is_on_the_page_of_addresses() -> None:
    """Two parts of the program never share an address, and the page lists them all."""
    assert first_cells("addresses.md", "Purposes") == [purpose.value for purpose in Purpose]
    assert first_cells("addresses.md", "Names become numbers") == list(SUBJECTS)


def test_every_name_and_function_is_on_the_page_of_expressions() -> None:
    """The names an expression may use are the names the page lists."""
    names = {re.split(r"[.]", cell)[0] for cell in first_cells("expressions.md", "Names")}
    assert names == {*PLAIN, *ROOTS}
    text = (REFERENCE / "expressions.md").read_text(encoding="utf-8")
    assert [name for name in FUNCTIONS if f"`{name}(" not in text] == []


def test_every_law_is_on_the_page_of_laws() -> None:
    """The laws a person may write are the laws the page explains."""
    text = (REFERENCE / "laws.md").read_text(encoding="utf-8")
    assert [law for law in sorted(law_keys()) if not re.search(rf"`\{{?{law}\b", text)] == []
