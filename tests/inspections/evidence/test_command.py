"""``manage.py verify_pack``: the same judgement as the script's, and beside the ledger more."""

import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from inspections.evidence import building, checking, verifying
from inspections.evidence.verifying import LEDGER, MANIFEST
from ledger import chain
from tests.inspections.evidence.story import (
    agency_scope,
    extracted,
    lines,
    made,
    members,
    packed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(told) -> bytes:
    """The pack of Hùng's and Yến's ward, its entries sealed."""
    told.final()
    chain.seal_all()
    return made(agency_scope(told.world), told.by(told.world.hoa))


@pytest.fixture
def path(pack, tmp_path):
    file = tmp_path / "goi.zip"
    file.write_bytes(pack)
    return file


def refused(*arguments) -> CommandError:
    with pytest.raises(CommandError) as caught:
        call_command("verify_pack", *map(str, arguments))
    return caught.value


def test_a_whole_pack_passes_as_file_and_as_folder(path, pack, tmp_path, capsys):
    call_command("verify_pack", str(path), "--ledger")
    call_command("verify_pack", str(extracted(pack, tmp_path / "goi")), "--ledger")
    said = capsys.readouterr().out
    assert said.count("Gói nguyên vẹn") == 2
    assert verifying.verify(path).manifest in said


def test_the_command_and_the_script_of_the_pack_say_the_same(path, pack, tmp_path):
    script = tmp_path / "kt.py"
    script.write_bytes(members(pack)[building.SCRIPT])
    found = members(pack)
    changed = {**found, "goi.json": found["goi.json"].replace("Bùi".encode(), b"Pham")}
    for spoilt in (pack[:-1], pack.replace(b"Mai H", b"Mai h"), packed({**changed, LEDGER: b"{}"})):
        path.write_bytes(spoilt)
        done = subprocess.run(
            [sys.executable, "-I", str(script), str(path)], capture_output=True, encoding="utf-8"
        )
        error = refused(path)
        assert done.returncode == error.returncode == 1
        assert done.stdout.strip() == str(error).strip() != ""


def test_no_pack_is_told_apart_from_a_broken_one(tmp_path):
    assert refused(tmp_path / "khong-co.zip").returncode == 2


class TestBesideTheLedger:
    def test_a_pack_made_anew_as_a_whole_is_told(self, path, pack):
        """Its members and its manifest agree; no entry names such a manifest."""
        found = members(pack)
        found["doc-truoc.txt"] += b" "
        path.write_bytes(packed(found))
        call_command("verify_pack", str(path))
        error = refused(path, "--ledger")
        assert error.returncode == 1 and f"{MANIFEST}: {checking.NOT_MADE}" in str(error)

    def test_a_seal_that_was_made_up_is_told(self, path, pack):
        """The last entry is changed and sealed anew: nothing in the pack follows it."""
        found = members(pack)
        told = lines(found[LEDGER])
        last = max(told, key=lambda line: line["seq"])
        last["event"]["reason"] = "Không có gì"
        last["digest"] = verifying.link_digest(last["previous"], last["event"])
        found[LEDGER] = b"".join(verifying.canonical(line) + b"\n" for line in told)
        path.write_bytes(packed(found))
        call_command("verify_pack", str(path))
        error = refused(path, "--ledger")
        assert f"{LEDGER}: {checking.OTHER_SEAL.format(last['seq'])}" in str(error)
