"""The file of a backup: its members, its manifest, and whether it is whole."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

FORMAT = "dunghan-backup/1"
MANIFEST = "manifest.json"
_CHUNK = 1024 * 1024


class Damaged(Exception):
    """A backup that is not what was written; ``faults`` names what is damaged."""

    def __init__(self, faults: list[str]):
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(slots=True)
class Sum:
    """What went through a stream so far."""

    size: int = 0
    digest: Any = None

    def __post_init__(self) -> None:
        self.digest = hashlib.sha256()

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.digest.update(chunk)

    @property
    def sha256(self) -> str:
        return str(self.digest.hexdigest())


def write_member(archive: zipfile.ZipFile, name: str, chunks: Iterable[bytes]) -> Sum:
    """Write one member as its chunks come; files of the store are not compressed again."""
    info = zipfile.ZipInfo(name)
    stored = name.startswith("files/")
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    total = Sum()
    with archive.open(info, "w", force_zip64=True) as member:
        for chunk in chunks:
            total.add(chunk)
            member.write(chunk)
    return total


def chunks_of(stream: IO[bytes]) -> Iterator[bytes]:
    """A stream in pieces."""
    while chunk := stream.read(_CHUNK):
        yield chunk


def sha256_of(path: Path) -> str:
    """The SHA-256 of a whole file."""
    total = Sum()
    with path.open("rb") as file:
        for chunk in chunks_of(file):
            total.add(chunk)
    return total.sha256


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """The archive and its manifest. Raises ``Damaged`` when it is no whole backup, ``OSError``."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise Damaged([f"{path.name}: cut off, or no backup ({error})"]) from error
    with archive:
        yield archive, _manifest(archive)


def check(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Read every member and compare it with the manifest; ``Damaged`` names all that differ."""
    expected = {
        table_member(name): (facts["size"], facts["sha256"])
        for name, facts in manifest["tables"].items()
    }
    expected |= {
        file_member(file["path"]): (file["size"], file["sha256"]) for file in manifest["files"]
    }
    present = {info.filename for info in archive.infolist()}
    faults = [f"{name}: missing" for name in sorted(set(expected) - present)]
    faults += [f"{name}: not in the manifest" for name in sorted(present - {MANIFEST, *expected})]
    for name, facts in expected.items():
        if name in present and not _is_whole(archive, name, facts):
            faults.append(f"{name}: changed")
    if faults:
        raise Damaged(faults)


def table_member(table: str) -> str:
    return f"tables/{table}.jsonl"


def file_member(path: str) -> str:
    return f"files/{path}"


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        body = json.loads(archive.read(MANIFEST))
        sealed = body.pop("seal")
        plain = json.dumps(body, sort_keys=True, ensure_ascii=False).encode()
        whole = hashlib.sha256(plain).hexdigest() == sealed
    except (KeyError, ValueError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise Damaged([f"{MANIFEST}: missing or unreadable; cut off, or no backup"]) from error
    if not whole:
        raise Damaged([f"{MANIFEST}: changed"])
    if body.get("format") != FORMAT:
        raise Damaged([f"{MANIFEST}: format {body.get('format')!r}, not {FORMAT!r}"])
    return dict(body)


def write_manifest(archive: zipfile.ZipFile, body: dict[str, Any]) -> None:
    """The last member: the manifest with the SHA-256 of itself."""
    seal = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode())
    text = json.dumps({**body, "seal": seal.hexdigest()}, sort_keys=True, ensure_ascii=False)
    write_member(archive, MANIFEST, [text.encode()])


def _is_whole(archive: zipfile.ZipFile, name: str, facts: tuple[int, str]) -> bool:
    total = Sum()
    try:
        with archive.open(name) as member:
            for chunk in chunks_of(member):
                total.add(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        return False
    return (total.size, total.sha256) == facts
