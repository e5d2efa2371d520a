"""The table of rights that people read is the table that the system asks."""

import pytest

from accounts.matrix import LABELS, rows
from accounts.rights import RIGHTS, Scope
from accounts.roles import COLUMN_OF, Column, Role

pytestmark = pytest.mark.once


def test_every_act_has_a_name_and_every_name_an_act():
    assert set(LABELS) == set(RIGHTS)


def test_every_role_falls_in_a_column():
    assert set(COLUMN_OF) == set(Role)
    assert set(COLUMN_OF.values()) == set(Column)


def test_a_cell_says_what_the_table_says(world):
    by_label = {row.label: row.cells for row in rows()}
    for act, label in LABELS.items():
        expected = [str(RIGHTS[act].get(column, "")) for column in Column]
        assert by_label[label] == expected


def test_everybody_reads_the_page(world, sign_in):
    page = sign_in(world.lan).get("/quyen-han/")
    assert page.status_code == 200
    assert page.text.count("<tr>") == len(RIGHTS) + 1
    assert Scope.OWN in {cell for row in rows() for cell in row.cells}
