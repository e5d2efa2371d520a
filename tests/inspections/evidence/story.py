"""Packs of the stories: made by Hoa, opened as ZIP, spoilt in every way."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from accounts import filestore
from accounts.actors import Actor
from accounts.models import StagedFile, User
from dossiers import transitions as verbs
from dossiers.models import Attachment, Direction
from inspections import evidence
from inspections.evidence import Scope, packing, verifying
from inspections.evidence.verifying import MANIFEST
from tests.inspections.desk import LONG_AGO
from tests.world import NOW, World

FIRST, LAST = date(2026, 10, 1), date(2026, 11, 30)


def made(scope: Scope, by: Actor, now: datetime = NOW, **how: Any) -> bytes:
    """The bytes of a pack."""
    built = evidence.build(scope, by=by, now=now, **how)
    with built.file:
        return built.file.read()


def agency_scope(world: World, first: date = FIRST, last: date = LAST) -> Scope:
    return Scope("agency", first, last, world.ward)


def head_scope(world: World, head: User, first: date = FIRST, last: date = LAST) -> Scope:
    return Scope("head", first, last, world.ward, head=head)


def members(pack: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def lines(raw: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in raw.splitlines()]


def packed(found: Mapping[str, bytes]) -> bytes:
    """A pack of these members, sealed anew: what somebody would do who knows how it is made."""
    target = io.BytesIO()
    pack = packing.Pack(target)
    for name, raw in found.items():
        if name != MANIFEST:
            pack.add(name, [raw])
    pack.close()
    return target.getvalue()


def with_manifest(found: Mapping[str, bytes]) -> bytes:
    """A pack of these members with the manifest that they bring, whatever it says."""
    target, entries = io.BytesIO(), []
    for name in sorted(found):
        crc, size, start = verifying.zlib.crc32(found[name]), len(found[name]), target.tell()
        target.write(verifying.local_header(name, crc, size) + found[name])
        entries.append((name, crc, size, start))
    start = target.tell()
    for entry in entries:
        target.write(verifying.directory_entry(*entry))
    size = target.tell() - start
    target.write(verifying.end_of_directory(len(entries), size, start))
    return target.getvalue()


def checked(pack: bytes, tmp_path: Path) -> verifying.Report:
    path = tmp_path / "goi.zip"
    path.write_bytes(pack)
    return verifying.verify(path)


def named(pack: bytes, tmp_path: Path) -> set[str]:
    """The members with a fault."""
    return {fault.member for fault in checked(pack, tmp_path).faults}


def extracted(pack: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        archive.extractall(folder)
    return folder


def kept(user: User, name: str, content: str) -> StagedFile:
    """A file that waits for its form, with its bytes in the store, as an upload leaves it."""
    stored = filestore.store([content.encode()])
    return StagedFile.objects.create(
        owner=user, name=name, size=stored.size, sha256=stored.sha256, path=stored.path,
        content_type="application/pdf", staged_at=NOW,
    )  # fmt: skip


def late(world, started_at=LONG_AGO, more=""):
    """A dossier whose explanation is late, with its two files in the store."""
    by, minute = world.by(world.lan, started_at), f"{started_at:%d%H%M}"
    files = {
        Attachment.Purpose.LETTER: [kept(world.lan, "to-trinh.pdf", f"%PDF {minute} a{more}")],
        Attachment.Purpose.DRAFT: [kept(world.lan, "du-thao.pdf", f"%PDF {minute} b{more}")],
    }
    dossier = verbs.log_submission(
        facts=world.facts(started_at), agency=world.ward, files=files, by=by, now=started_at
    )
    return verbs.direct_explanation(
        verbs.submit(dossier, version=None, by=by, now=started_at),
        kind=Direction.Kind.EXPLAIN,
        text="Giải trình căn cứ pháp lý của đề xuất.",
        version=None,
        by=world.by(world.minh, started_at),
        now=started_at,
    )


def pack_of(scope, world, who=None) -> dict[str, bytes]:
    return members(made(scope, world.by(who or world.hoa)))


def facts(found) -> list[dict]:
    return [line["facts"] for line in lines(found["thoi-han.jsonl"])]
