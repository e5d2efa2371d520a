"""Whoever changes a byte of a pack is told of it by name: on the ZIP, on the folder, by the script.

The packs here are small and made up, so that every byte of one can be tried.
"""

import io
import json
import subprocess
import sys
import zipfile

import pytest

from inspections.evidence import building, packing, verifying
from inspections.evidence.verifying import CONTAINER, FILES, LEDGER, MANIFEST, Unreadable
from tests.inspections.evidence.story import (
    checked,
    extracted,
    lines,
    members,
    named,
    packed,
    with_manifest,
)

pytestmark = pytest.mark.once
GENESIS = "0" * 64


def chain(*events: dict) -> bytes:
    """The ledger of a pack: the events in one chain, and one that lies further on."""
    found, previous = [], GENESIS
    for seq, event in enumerate(events, 1):
        digest = verifying.link_digest(previous, event)
        found.append({"seq": seq, "previous": previous, "digest": digest, "event": event})
        previous = digest
    return b"".join(verifying.canonical(line) + b"\n" for line in found)


def event(number: int, **after) -> dict:
    return {"id": number, "action": "file_attached", "reason": "Vì sao", "after": after}


LETTER = b"%PDF-1.7 to trinh"


@pytest.fixture
def whole() -> dict[str, bytes]:
    """The members of a small pack."""
    sha256 = verifying.hashlib.sha256(LETTER).hexdigest()
    listed = {"files": [{"member": "tep/001.pdf", "file": "f-1", "sha256": sha256}]}
    return {
        "kiem_tra.py": b"# chuong trinh\n",
        LEDGER: chain(event(7, file="f-1", sha256=sha256), event(9, text="Đã nhắc")),
        FILES: verifying.canonical(listed) + b"\n",
        "tep/001.pdf": LETTER,
        "trong.txt": b"",
    }


class TestAWholePack:
    def test_has_no_fault(self, whole, tmp_path):
        report = checked(packed(whole), tmp_path)
        assert report.faults == []
        assert (report.members, report.events, report.unsealed) == (6, 2, 0)

    def test_has_no_fault_when_taken_apart(self, whole, tmp_path):
        assert verifying.verify(extracted(packed(whole), tmp_path / "goi")).faults == []

    def test_is_a_zip_like_any_other(self, whole):
        with zipfile.ZipFile(io.BytesIO(packed(whole))) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == sorted(archive.namelist()) == sorted([*whole, MANIFEST])

    def test_has_a_manifest_that_sha256sum_reads(self, whole, tmp_path):
        folder = extracted(packed(whole), tmp_path / "goi")
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", MANIFEST], cwd=folder, capture_output=True
        )
        assert done.returncode == 0, done.stderr

    def test_does_not_depend_on_the_order_of_writing(self, whole, tmp_path):
        turned = dict(reversed(whole.items()))
        assert checked(packed(turned), tmp_path).faults == []
        assert members(packed(turned)) == members(packed(whole))


class TestEveryByte:
    def test_of_the_file_is_missed_by_none(self, whole, tmp_path):
        """Bytes of a member name the member; those around it name it or the container."""
        pack = packed(whole)
        inside = {}
        with zipfile.ZipFile(io.BytesIO(pack)) as archive:
            for info in archive.infolist():
                start = info.header_offset + 30 + len(info.filename)
                inside |= dict.fromkeys(range(start, start + info.file_size), info.filename)
        assert len(set(inside.values())) == 5  # the empty one has no byte to lose
        for place in range(len(pack)):
            spoilt = bytearray(pack)
            spoilt[place] ^= 1 << (place % 8)
            found = named(bytes(spoilt), tmp_path)
            assert found, place
            if place in inside:
                assert inside[place] in found, (place, found)

    def test_of_a_member_taken_apart_names_it(self, whole, tmp_path):
        folder = extracted(packed(whole), tmp_path / "goi")
        for path in [one for one in folder.rglob("*") if one.is_file() and one.stat().st_size]:
            kept, name = path.read_bytes(), path.relative_to(folder).as_posix()
            for place in range(len(kept)):
                spoilt = bytearray(kept)
                spoilt[place] ^= 0x20
                path.write_bytes(bytes(spoilt))
                found = {fault.member for fault in verifying.verify(folder).faults}
                assert name in found, (name, place)
            path.write_bytes(kept)

    @pytest.mark.parametrize("cut", [1, 10, 22, 100, 1000])
    def test_cut_off_or_put_on_is_told(self, whole, tmp_path, cut):
        pack = packed(whole)
        assert named(pack[:-cut], tmp_path)
        assert CONTAINER in named(pack + b"\0" * cut, tmp_path)


class TestMembers:
    def test_taken_out_are_named(self, whole, tmp_path):
        for name in whole:
            rest = {**members(packed(whole))}
            del rest[name]
            assert named(with_manifest(rest), tmp_path) >= {name}, name

    def test_put_in_are_named(self, whole, tmp_path):
        found = {**members(packed(whole)), "tep/002.pdf": b"", "la.txt": b"x"}
        assert named(with_manifest(found), tmp_path) == {"tep/002.pdf", "la.txt"}

    def test_exchanged_are_both_named(self, whole, tmp_path):
        found = {
            **members(packed(whole)),
            "tep/001.pdf": b"# chuong trinh\n",
            "kiem_tra.py": LETTER,
        }
        assert named(with_manifest(found), tmp_path) >= {"tep/001.pdf", "kiem_tra.py"}

    def test_without_a_manifest_are_no_pack(self, whole, tmp_path):
        assert MANIFEST in named(with_manifest(whole), tmp_path)

    def test_put_into_a_folder_or_linked_there_are_named(self, whole, tmp_path):
        folder = extracted(packed(whole), tmp_path / "goi")
        (folder / "tep" / "la.txt").write_text("x")
        (folder / "tep" / "001.pdf").unlink()
        (tmp_path / "khac.pdf").write_bytes(LETTER)
        (folder / "tep" / "001.pdf").symlink_to(tmp_path / "khac.pdf")
        faults = {fault.member for fault in verifying.verify(folder).faults}
        assert faults == {"tep/la.txt", "tep/001.pdf"}

    def test_packed_again_by_another_programme_are_told(self, whole, tmp_path):
        other = io.BytesIO()
        with zipfile.ZipFile(other, "w", zipfile.ZIP_STORED) as archive:
            for name, raw in members(packed(whole)).items():
                archive.writestr(name, raw)
        assert named(other.getvalue(), tmp_path) == {*whole, MANIFEST}


class TestTheLedger:
    """Somebody knows how packs are made and writes the manifest anew."""

    def forged(self, whole, change) -> bytes:
        told = lines(whole[LEDGER])
        change(told)
        raw = b"".join(verifying.canonical(line) + b"\n" for line in told)
        return packed({**whole, LEDGER: raw})

    @pytest.mark.parametrize("column", ["id", "action", "reason", "after"])
    def test_an_entry_changed_in_any_column_is_named(self, whole, tmp_path, column):
        other = {"id": 8, "action": "khac", "reason": "Vì khác", "after": {"text": "khác"}}
        pack = self.forged(whole, lambda told: told[1]["event"].update({column: other[column]}))
        [fault] = checked(pack, tmp_path).faults
        number = 8 if column == "id" else 9
        assert fault.member == LEDGER
        assert fault.text == verifying.BAD_EVENT.format(number, 2)

    def test_a_column_put_in_or_left_out_is_named(self, whole, tmp_path):
        for change in (lambda t: t[0]["event"].pop("reason"), lambda t: t[0]["event"].update(x=1)):
            [fault] = checked(self.forged(whole, change), tmp_path).faults
            assert fault.text == verifying.BAD_EVENT.format(7, 1)

    def test_an_entry_sealed_anew_does_not_join_its_neighbour(self, whole, tmp_path):
        def reseal(told):
            told[0]["event"]["reason"] = "Lý do khác"
            told[0]["digest"] = verifying.link_digest(told[0]["previous"], told[0]["event"])

        [fault] = checked(self.forged(whole, reseal), tmp_path).faults
        assert fault.text == verifying.BAD_LINK.format(9, 2, 1)

    def test_an_entry_told_twice_and_a_line_that_is_none_are_named(self, whole, tmp_path):
        pack = packed({**whole, LEDGER: whole[LEDGER] * 2})
        assert {f.text for f in checked(pack, tmp_path).faults} == {
            verifying.TWO_EVENTS.format(7, 1), verifying.TWO_EVENTS.format(9, 2),
        }  # fmt: skip
        for line in (b"{}\n", b"[1]\n", b"\xff\xfe\n", b'{"seq":1}', b"[" * 9999 + b"\n"):
            pack = packed({**whole, LEDGER: whole[LEDGER] + line})
            [fault] = checked(pack, tmp_path).faults
            assert fault.text == verifying.BAD_LINE.format(3), line

    def test_an_entry_not_sealed_yet_is_counted(self, whole, tmp_path):
        waiting = {"seq": None, "previous": "", "digest": "", "event": event(12)}
        raw = whole[LEDGER] + verifying.canonical(waiting) + b"\n"
        report = checked(packed({**whole, LEDGER: raw}), tmp_path)
        assert (report.faults, report.unsealed, report.events) == ([], 1, 3)
        assert "1 bút toán chưa được niêm phong" in verifying.told(report)

    def test_a_file_exchanged_with_list_and_manifest_is_not_the_one_of_the_ledger(
        self, whole, tmp_path
    ):
        other = b"%PDF-1.7 to trinh khac"
        said = json.loads(whole[FILES])
        said["files"][0]["sha256"] = verifying.hashlib.sha256(other).hexdigest()
        changed = {"tep/001.pdf": other, FILES: verifying.canonical(said) + b"\n"}
        [fault] = checked(packed({**whole, **changed}), tmp_path).faults
        assert fault == ("tep/001.pdf", verifying.OTHER_FILE.format(7))
        [one, *_more] = checked(packed({**whole, "tep/001.pdf": other}), tmp_path).faults
        assert one == ("tep/001.pdf", verifying.OTHER_LIST)


class TestTheScript:
    """The text in the pack is the one that the command runs; it needs nothing else."""

    def run(self, script, *arguments, cwd=None) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-I", str(script), *map(str, arguments)],
            capture_output=True, encoding="utf-8", cwd=cwd, timeout=60,
        )  # fmt: skip

    @pytest.fixture
    def pack(self, whole) -> bytes:
        return packed({**whole, building.SCRIPT: building.script()})

    def test_checks_the_folder_in_which_it_lies(self, pack, tmp_path):
        folder = extracted(pack, tmp_path / "goi")
        done = self.run(folder / building.SCRIPT)
        assert (done.returncode, done.stderr) == (0, "")
        assert "Gói nguyên vẹn: 6 tệp, 2 bút toán" in done.stdout
        (folder / "tep" / "001.pdf").write_bytes(LETTER + b"!")
        done = self.run(building.SCRIPT, cwd=folder)
        assert done.returncode == 1
        assert f"KHÔNG KHỚP  tep/001.pdf: {verifying.CHANGED}" in done.stdout
        assert sorted(one.name for one in folder.iterdir()) == sorted(
            [building.SCRIPT, MANIFEST, LEDGER, FILES, "tep", "trong.txt"]
        )

    def test_checks_the_pack_itself(self, pack, tmp_path):
        script, path = tmp_path / "kt.py", tmp_path / "goi.zip"
        script.write_bytes(building.script())
        path.write_bytes(pack)
        assert self.run(script, path).returncode == 0
        path.write_bytes(pack.replace(LETTER, LETTER.upper()))
        done = self.run(script, path)
        assert done.returncode == 1 and "tep/001.pdf" in done.stdout

    def test_says_when_there_is_no_pack(self, tmp_path):
        script, other = tmp_path / "kt.py", tmp_path / "anh.png"
        script.write_bytes(building.script())
        assert self.run(script, tmp_path / "khong-co.zip").returncode == 2
        other.write_bytes(b"\x89PNG")
        assert self.run(script, other).returncode == 1

    def test_imports_the_standard_library_alone(self):
        tree = verifying.__spec__.loader.get_source(verifying.__name__)
        wanted = {
            line.split()[1] for line in tree.splitlines() if line.startswith(("import ", "from "))
        }
        assert wanted <= sys.stdlib_module_names


class TestWriting:
    def test_a_member_that_failed_leaves_nothing(self, whole, tmp_path):
        def broken():
            yield b"mot phan"
            raise OSError

        target = io.BytesIO()
        pack = packing.Pack(target)
        pack.add("a.txt", [b"a"])
        with pytest.raises(OSError):
            pack.add("b.txt", broken())
        with pytest.raises(packing.OtherBytes):
            pack.add("c.txt", [b"c"], sha256=GENESIS)
        pack.close()
        assert set(members(target.getvalue())) == {"a.txt", MANIFEST}
        assert checked(target.getvalue(), tmp_path).faults == []

    def test_a_pack_keeps_below_its_size(self, tmp_path):
        target = io.BytesIO()
        pack = packing.Pack(target, most_bytes=100_000)
        kept = 0
        for number in range(50):
            try:
                pack.add(f"tep/{number:03d}.bin", [b"x" * 3000])
                kept += 1
            except packing.NoRoomLeft:
                continue
        pack.add("nho.txt", [b"van con cho"])
        pack.close()
        assert 25 <= kept < 34 and len(target.getvalue()) < 101_000
        assert checked(target.getvalue(), tmp_path).faults == []

    def test_a_name_is_taken_once(self):
        pack = packing.Pack(io.BytesIO())
        pack.add("a.txt", [b""])
        with pytest.raises(ValueError, match=r"a\.txt"):
            pack.add("a.txt", [b""])


def test_what_is_not_there_cannot_be_read(tmp_path):
    with pytest.raises(Unreadable):
        verifying.verify(tmp_path / "khong-co.zip")
