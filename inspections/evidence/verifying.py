"""Kiểm tra gói chứng cứ: checks an evidence pack; needs Python 3.9 and nothing else.

    python3 -I kiem_tra.py [FILE.zip | FOLDER]     without: the folder in which this script lies

It names every member changed, missing or added, every entry of the ledger whose SHA-256 does not
recompute, every file that is not the one that the ledger names. Exit status: 0 whole, 1 something
differs, 2 there is no pack to read.

The same text is ``inspections/evidence/verifying.py`` of the application and ``kiem_tra.py`` of
every pack. It speaks Vietnamese, because whoever runs it has the pack and nothing else.

The bytes of a pack follow from its members: each stored uncompressed, one behind the other, dated
1 January 1980, the directory by name, no comment. ``MANIFEST.sha256`` has the form of ``sha256sum
-c``; its first line holds the SHA-256 of all that follows it.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import sys
import zlib
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

MANIFEST = "MANIFEST.sha256"
LEDGER = "so-cai.jsonl"
FILES = "tep.json"
#: Where a fault lies between members.
CONTAINER = "(ZIP)"
CHUNK = 1024 * 1024
#: No offset or size of a pack needs more than 32 bits.
MOST_BYTES = 3 * 1024**3
MOST_MEMBERS = 60_000
_MOST_MANIFEST = 32 * 1024**2
_MIDNIGHT_1980 = 0x0021
_HEAD = re.compile(r"# MANIFEST 1 ([0-9a-f]{64})\Z")
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_][A-Za-z0-9._/-]*)\Z")

CHANGED = "nội dung khác với bản kê"
MISSING = "có trong bản kê nhưng không có trong gói"
ADDED = "có trong gói nhưng không có trong bản kê"
FRAMED = "phần ghi tên, cỡ, ngày của tệp trong ZIP đã bị sửa"
TWICE = "có hai lần trong gói"
UNREAD = "không đọc được"
NO_MANIFEST = "không có bản kê: không phải gói chứng cứ, hoặc bản kê đã bị bỏ"
BAD_MANIFEST = "bản kê đã bị sửa: mã SHA-256 ở dòng đầu không khớp phần còn lại"
BAD_FRAME = "các byte nằm ngoài tệp trong ZIP đã bị sửa hoặc thêm"
BAD_LINE = "dòng {0} không đọc được"
BAD_EVENT = "bút toán {0} (mắt xích {1}): mã SHA-256 tính lại không khớp, nội dung đã bị sửa"
BAD_LINK = "bút toán {0} (mắt xích {1}): không nối tiếp mắt xích {2}"
TWO_EVENTS = "mắt xích {1} có hai lần (bút toán {0})"
OTHER_FILE = "không phải tệp mà sổ cái ghi (bút toán {0})"
OTHER_LIST = "danh mục tệp ghi mã SHA-256 khác với bản kê"


class Fault(NamedTuple):
    """What is wrong with a member, in a sentence."""

    member: str
    text: str


class Report(NamedTuple):
    """What a look at a pack found: the SHA-256 of its manifest, "" without one; seals by number."""

    faults: list
    members: int
    events: int
    unsealed: int
    manifest: str
    seals: dict[int, str]


class Unreadable(Exception):
    """There is no pack at this place."""


# --- canonical bytes ------------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """JSON as the ledger hashes it: UTF-8, keys sorted, no spaces."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def link_digest(previous: str, event: Any) -> str:
    """The seal of an event: SHA-256 over the seal before, a line break and the canonical event."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(event)).hexdigest()


def manifest_of(digests: dict[str, str]) -> bytes:
    """The manifest of members by name."""
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()
    return f"# MANIFEST 1 {hashlib.sha256(lines).hexdigest()}\n".encode() + lines


def local_header(name: str, crc: int, size: int) -> bytes:
    """What stands in a pack before the bytes of a member."""
    said = name.encode()
    fields = (b"PK\x03\x04", 20, 0x0800, 0, 0, _MIDNIGHT_1980, crc, size, size, len(said), 0)
    return struct.pack("<4s5H3L2H", *fields) + said


def directory_entry(name: str, crc: int, size: int, offset: int) -> bytes:
    """The line of a member in the directory of a pack: a plain file that all may read."""
    said = name.encode()
    head = (b"PK\x01\x02", 0x0314, 20, 0x0800, 0, 0, _MIDNIGHT_1980, crc, size, size, len(said))
    return (
        struct.pack("<4s6H3LH", *head)
        + struct.pack("<4H2L", 0, 0, 0, 0, 0o644 << 16, offset)
        + said
    )


def end_of_directory(count: int, size: int, offset: int) -> bytes:
    """The last bytes of a pack."""
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, size, offset, 0)


# --- a pack, member by member ---------------------------------------------------------------------


class _Seen:
    """The members of a pack with their digests; the small ones that are read are kept."""

    def __init__(self) -> None:
        self.digests: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.kept: dict[str, bytes] = {}
        self.ledger = Ledger()

    def take(self, name: str, file: BinaryIO, size: int) -> int:
        """Read one member; its CRC-32. What is cut off is a fault of the member."""
        digest, crc, kept, left = hashlib.sha256(), 0, [], size
        wanted = name in (MANIFEST, FILES) and size <= _MOST_MANIFEST
        while left > 0:
            chunk = file.read(min(CHUNK, left))
            if not chunk:
                self.faults.append(Fault(name, UNREAD))
                break
            left -= len(chunk)
            digest.update(chunk)
            crc = zlib.crc32(chunk, crc)
            kept += [chunk] if wanted else []
            if name == LEDGER:
                self.ledger.feed(chunk)
        if name in self.digests:
            self.faults.append(Fault(name, TWICE))
        self.digests[name] = digest.hexdigest()
        self.kept[name] = b"".join(kept)
        return crc


class Ledger:
    """The entries of a pack, recomputed line by line as they come."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.events = self.unsealed = 0
        self.seals: dict[int, tuple] = {}
        self.named: dict[str, tuple] = {}
        self._rest, self._line = b"", 0

    def feed(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._read(line)

    def end(self) -> None:
        if self._rest:
            self._read(self._rest)
        for seq, (previous, _digest, event) in sorted(self.seals.items()):
            before = self.seals.get(seq - 1)
            if before and before[1] != previous:
                self.faults.append(Fault(LEDGER, BAD_LINK.format(event, seq, seq - 1)))

    def _read(self, line: bytes) -> None:
        self._line += 1
        try:
            said = json.loads(line.decode("utf-8", "surrogatepass"))
            event, seq = said["event"], said["seq"]
            number, after = event["id"], event["after"]
            previous, digest = said["previous"], said["digest"]
            sealed = seq is not None
            recomputed = link_digest(previous, event) if sealed else ""
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.faults.append(Fault(LEDGER, BAD_LINE.format(self._line)))
            return
        self.events += 1
        self.named.update({file: (sha256, number) for file, sha256 in files_in(after)})
        if not sealed:
            self.unsealed += 1
            return
        if recomputed != digest:
            self.faults.append(Fault(LEDGER, BAD_EVENT.format(number, seq)))
        if seq in self.seals:
            self.faults.append(Fault(LEDGER, TWO_EVENTS.format(number, seq)))
        self.seals[seq] = (previous, digest, number)


def files_in(value: Any) -> list[tuple]:
    """The files that an entry names, with the SHA-256 under which each was kept."""
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            file, sha256 = one.get("file"), one.get("sha256")
            if isinstance(file, str) and isinstance(sha256, str):
                found.append((file, sha256))
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return found


def verify(path: Path) -> Report:
    """Look at a ZIP or a folder. Raises ``Unreadable`` when there is neither."""
    seen = _Seen()
    try:
        if path.is_dir():
            _read_folder(path, seen)
        else:
            with path.open("rb") as file:
                _read_zip(file, path.stat().st_size, seen)
    except OSError as error:
        raise Unreadable(str(error)) from error
    faults = list(seen.faults)
    stated, whole = read_manifest(seen.kept.get(MANIFEST, b""))
    if MANIFEST not in seen.digests:
        faults.append(Fault(MANIFEST, NO_MANIFEST))
    elif not whole:
        faults.append(Fault(MANIFEST, BAD_MANIFEST))
    found = {name: digest for name, digest in seen.digests.items() if name != MANIFEST}
    for name in sorted(set(stated) | set(found)):
        if name not in found:
            faults.append(Fault(name, MISSING))
        elif name not in stated:
            faults.append(Fault(name, ADDED))
        elif stated[name] != found[name]:
            faults.append(Fault(name, CHANGED))
    ledger = seen.ledger
    ledger.end()
    faults += ledger.faults
    faults += _files_named(seen.kept.get(FILES, b""), stated, ledger)
    return Report(
        list(dict.fromkeys(faults)),
        len(seen.digests),
        ledger.events,
        ledger.unsealed,
        seen.digests.get(MANIFEST, ""),
        {seq: digest for seq, (_previous, digest, _event) in ledger.seals.items()},
    )


def read_manifest(raw: bytes) -> tuple[dict, bool]:
    """The digests that a manifest states, and whether it is as it was written."""
    stated: dict[str, str] = {}
    lines = raw.decode("utf-8", "replace").split("\n")
    for line in lines[1:]:
        found = _LINE.match(line)
        if found:
            stated[found[2]] = found[1]
    whole = bool(_HEAD.match(lines[0])) and raw == manifest_of(stated)
    return stated, whole


def _files_named(raw: bytes, stated: dict[str, str], ledger: Ledger) -> list[Fault]:
    """Files that are not those that list, manifest and ledger name alike."""
    if not raw:
        return []
    faults = []
    try:
        for one in json.loads(raw)["files"]:
            member, sha256 = one["member"], one["sha256"]
            if member and stated.get(member, sha256) != sha256:
                faults.append(Fault(member, OTHER_LIST))
            kept, number = ledger.named.get(one["file"], (sha256, 0))
            if kept != sha256:
                faults.append(Fault(member or FILES, OTHER_FILE.format(number)))
    except (ValueError, KeyError, TypeError, AttributeError):
        faults.append(Fault(FILES, UNREAD))
    return faults


def _read_folder(folder: Path, seen: _Seen) -> None:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            seen.faults.append(Fault(name, UNREAD))
        elif path.is_file():
            with path.open("rb") as file:
                seen.take(name, file, path.stat().st_size)


def _read_zip(file: BinaryIO, length: int, seen: _Seen) -> None:
    """Read the members one behind the other, and compare all bytes around them with those that such
    members have in a pack."""
    position, entries = 0, []
    for name, size in _directory(file, length) or _walk(file, length):
        if position + size > length:
            seen.faults.append(Fault(name, UNREAD))
            break
        file.seek(position)
        header = file.read(len(local_header(name, 0, 0)))
        crc = seen.take(name, file, size)
        if header != local_header(name, crc, size):
            seen.faults.append(Fault(name, FRAMED))
        entries.append((name, crc, size, position))
        position += len(header) + size
    file.seek(position)
    start = position
    for name, crc, size, offset in sorted(entries):
        expected = directory_entry(name, crc, size, offset)
        if file.read(len(expected)) != expected:
            seen.faults.append(Fault(name, FRAMED))
        position += len(expected)
    end = end_of_directory(len(entries), position - start, start)
    if file.read(len(end) + 1) != end:
        seen.faults.append(Fault(CONTAINER, BAD_FRAME))


def _directory(file: BinaryIO, length: int) -> list[tuple[str, int]]:
    """Names and sizes in the order of the bytes, from the directory; nothing if it is broken."""
    file.seek(max(0, length - 22))
    tail = file.read(22)
    if len(tail) < 22 or tail[:4] != b"PK\x05\x06":
        return []
    count, size, offset = struct.unpack("<HLL", tail[10:20])
    if offset + size + 22 != length:
        return []
    file.seek(offset)
    raw, at, found = file.read(size), 0, []
    while at + 46 <= len(raw) and raw[at : at + 4] == b"PK\x01\x02":
        (stored,) = struct.unpack("<L", raw[at + 24 : at + 28])
        name, extra, comment = struct.unpack("<3H", raw[at + 28 : at + 34])
        (start,) = struct.unpack("<L", raw[at + 42 : at + 46])
        said = raw[at + 46 : at + 46 + name].decode("utf-8", "replace")
        found.append((start, said, stored))
        at += 46 + name + extra + comment
    if at != len(raw) or len(found) != count or len({one[0] for one in found}) != count:
        return []
    found.sort()
    position = 0
    for start, said, stored in found:
        if start != position:
            return []
        position += len(local_header(said, 0, 0)) + stored
    return [(said, stored) for _start, said, stored in found] if position == offset else []


def _walk(file: BinaryIO, length: int) -> list[tuple[str, int]]:
    """The same from what stands before each member, as far as that can be read."""
    found, at = [], 0
    while at + 30 <= length:
        file.seek(at)
        raw = file.read(30)
        if raw[:4] != b"PK\x03\x04":
            break
        (size,) = struct.unpack("<L", raw[18:22])
        name, extra = struct.unpack("<2H", raw[26:30])
        found.append((file.read(name).decode("utf-8", "replace"), size))
        at += 30 + name + extra + size
    return found


# --- on the command line --------------------------------------------------------------------------


def told(report: Report) -> str:
    """What was found, a line for each fault."""
    lines = [f"KHÔNG KHỚP  {fault.member}: {fault.text}" for fault in report.faults]
    if report.faults:
        lines.append(f"GÓI ĐÃ BỊ THAY ĐỔI: {len(report.faults)} điểm không khớp.")
    else:
        lines.append(f"Gói nguyên vẹn: {report.members} tệp, {report.events} bút toán của sổ cái.")
    if report.unsealed:
        lines.append(f"Có {report.unsealed} bút toán chưa được niêm phong khi lập gói.")
    lines.append(f"SHA-256 của {MANIFEST}: {report.manifest or '-'}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Check the pack named, or the folder of this script; the exit status."""
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        report = verify(path)
    except Unreadable as error:
        print(f"Không mở được {path}: {error}")
        return 2
    print(told(report))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
