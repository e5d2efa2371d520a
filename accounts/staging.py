"""Files that people sent: checked by content, stored, and held until their form is complete."""

import logging
import zipfile
import zlib
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts import filestore
from accounts.models import StagedFile, User
from accounts.refusals import Conflict, Refused
from accounts.uploads import NO_ROOM, NoRoom
from agencies.text import normalise

logger = logging.getLogger(__name__)

KEEP_STAGED = timedelta(hours=24)
ALLOWED_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}
_SIGNATURES = {
    "pdf": b"%PDF-",
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
    "jpeg": b"\xff\xd8\xff",
}
_OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_MOST_PARTS = 5000
_TYPES_PART, _MOST_TYPES_BYTES = "[Content_Types].xml", 1024 * 1024
#: The name of the storage that holds macros in .doc and .xls, as their directory spells it.
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")


class FileRefused(Refused):
    """The file cannot be taken; the sentence names it and the cure."""


class FilesGone(Conflict):
    """A file of the form is no longer on the server: it waited too long or was sent elsewhere."""


def stage(upload: UploadedFile, *, owner_id: int, now: datetime) -> StagedFile:
    """Check an uploaded file and keep it for its owner's form. Raises ``FileRefused``."""
    name = safe_name(upload.name or "")
    kind = _check(upload, name)
    upload.seek(0)
    try:
        stored = filestore.store(upload.chunks())
    except OSError as error:
        if error.errno in NO_ROOM:
            raise _no_room(name) from error
        raise
    return StagedFile.objects.create(
        owner_id=owner_id,
        name=name,
        size=stored.size,
        sha256=stored.sha256,
        content_type=ALLOWED_TYPES[kind],
        path=stored.path,
        staged_at=now,
    )


def _no_room(name: str) -> FileRefused:
    logger.error("no room for an uploaded file: the disk of the file store is full")
    return FileRefused(
        _(
            "The server has no room for “%(name)s” now. Log the dossier without it and "
            "attach it later; the administrator has been told."
        )
        % {"name": name}
    )


def take(staged: StagedFile, *, owner: User | None) -> dict[str, Any]:
    """The columns of a staged file for the row that it becomes part of; it is staged no more.

    Its bytes are on disk already. Only one form can take it: raises ``FilesGone`` rather than
    saving an act without one of its files.
    """
    if not StagedFile.objects.filter(pk=staged.pk, owner=owner).delete()[0]:
        raise FilesGone(
            _("“%(name)s” is no longer on the server. Choose the file again.")
            % {"name": staged.name}
        )
    return {
        name: getattr(staged, name) for name in ("name", "size", "sha256", "content_type", "path")
    }


def remove_old(now: datetime) -> int:
    """Forget staged files that nobody sent for a day; how many.

    Their bytes become orphans and are removed as such: a form sent at this moment may have taken
    the row, and the bytes with it.
    """
    return StagedFile.objects.filter(staged_at__lt=now - KEEP_STAGED).delete()[0]


def safe_name(name: str) -> str:
    """The file's own name without path, control or direction characters; Vietnamese stays (NFC)."""
    bare = normalise(PurePath(name.replace("\\", "/")).name).replace(":", "-")
    bare = " ".join(bare.split()) or "tep"
    stem, dot, suffix = bare.rpartition(".")
    return f"{stem[: 199 - len(suffix)]}.{suffix}" if dot and len(suffix) < 20 else bare[:200]


def _check(upload: UploadedFile, name: str) -> str:
    """The kind of the file, by its name and its content together. Raises ``FileRefused``."""
    if isinstance(upload, NoRoom):
        raise _no_room(name)
    if not upload.size:
        raise FileRefused(
            _("“%(name)s” is empty (0 bytes). Check the file and choose it again.") % {"name": name}
        )
    if upload.size > settings.MAX_FILE_BYTES:
        raise FileRefused(
            _("“%(name)s” is larger than %(limit)s MB. Split or compress it.")
            % {"name": name, "limit": settings.MAX_FILE_BYTES // 1024 // 1024}
        )
    kind = name.rpartition(".")[2].lower()
    if kind not in ALLOWED_TYPES:
        raise FileRefused(
            _(
                "“%(name)s” is not a kind of file that can be attached. Use PDF, Word, Excel, PNG "
                "or JPEG."
            )
            % {"name": name}
        )
    if not _content_agrees(upload, kind):
        raise FileRefused(
            _(
                "The content of “%(name)s” is not what its name says, or the file is damaged. "
                "Export it again and choose the new file."
            )
            % {"name": name}
        )
    return kind


def _content_agrees(upload: UploadedFile, kind: str) -> bool:
    upload.seek(0)
    if kind in _SIGNATURES:
        begins = upload.read(16).startswith(_SIGNATURES[kind])
        return begins and (kind not in {"doc", "xls"} or not _contains(upload, _OLE_MACROS))
    try:
        with zipfile.ZipFile(upload) as archive:
            names = set(archive.namelist())
            if _OFFICE_PARTS[kind] not in names or len(names) > _MOST_PARTS:
                return False
            with archive.open(_TYPES_PART) as part:
                types = part.read(_MOST_TYPES_BYTES).lower()
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, RuntimeError, EOFError):
        return False  # damaged, encrypted or packed in a way that Office does not write
    has_macros = b"macroenabled" in types or b"vbaproject" in types
    return not has_macros and not any(n.lower().endswith("vbaproject.bin") for n in names)


def _contains(upload: UploadedFile, sign: bytes) -> bool:
    """Whether the bytes occur anywhere, also across two chunks."""
    rest = b""
    for chunk in upload.chunks():
        window = rest + chunk
        if sign in window:
            return True
        rest = window[1 - len(sign) :]
    return False
