"""docs/invariants.md names for every invariant and every rule of duties the tests that hold it.

A test that is renamed or taken away, or a number that loses its row, fails here.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAP = ROOT / "docs" / "invariants.md"
#: quality.md §2 knows no number 32.
NUMBERS = [str(n) for n in range(1, 41) if n != 32]
RULES = [f"S{n}" for n in range(1, 11)]
#: What no test asks at all yet. Leave out what is done; add nothing without a reason in the map.
WITHOUT_A_TEST: frozenset[str] = frozenset()

_ROW = re.compile(r"^\| (S?\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
_NAME = re.compile(r"`(tests/[\w/]+\.py(?:::\w+)+)`")
OPEN = "**Open**: "


def rows() -> dict[str, tuple[str, str]]:
    """Number → what holds, and the cell with the tests."""
    found = _ROW.findall(MAP.read_text())
    assert len({number for number, _what, _tests in found}) == len(found), "a number stands twice"
    return {number: (what, tests) for number, what, tests in found}


@cache
def named_in(path: str) -> frozenset[str]:
    """Names of the tests in a file: ``test_x`` and ``TestClass::test_x``."""
    file = ROOT / path
    if not file.exists():
        return frozenset()
    names = set()

    def walk(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                walk(node.body, f"{prefix}{node.name}::")
            elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                names.add(f"{prefix}{node.name}")
            elif isinstance(node, ast.If):  # tests of one of the two databases
                walk([*node.body, *node.orelse], prefix)

    walk(ast.parse(file.read_text()).body, "")
    return frozenset(names)


def missing(cell: str) -> list[str]:
    """The tests named in a cell that do not exist."""
    named = (name.partition("::") for name in _NAME.findall(cell))
    return [f"{path}::{test}" for path, _sign, test in named if test not in named_in(path)]


def test_every_number_has_its_row():
    assert list(rows()) == [*NUMBERS, *RULES]


@pytest.mark.parametrize("number", [*NUMBERS, *RULES])
def test_what_holds_it_exists(number):
    _what, cell = rows()[number]
    assert missing(cell) == []
    named = _NAME.findall(cell)
    assert len(set(named)) == len(named)
    if number in WITHOUT_A_TEST:
        assert not named, "it has a test now: take it out of WITHOUT_A_TEST"
        assert cell.startswith(OPEN)
    else:
        assert named, "no test holds it"


def test_a_test_that_is_gone_would_be_missed():
    here = "tests/invariants/test_map.py"
    gone = [f"{here}::test_gone", f"{here}::TestGone::test_map", "tests/test_gone.py::test_map"]
    assert missing(" ".join(f"`{name}`" for name in gone)) == gone
    assert missing(f"`{here}::test_every_number_has_its_row`") == []


def test_nothing_in_the_map_is_written_so_that_it_is_not_read():
    """Each mention of a test folder is one that the tests above follow."""
    text = MAP.read_text()
    followed = len(_NAME.findall(text))
    assert text.count("`tests/") - text.count("`tests/invariants/test_map.py` fails") == followed
