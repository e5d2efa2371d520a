"""The package of an XLSX file, looked through before its parts are read.

What the directory says is checked at once (sizes, names, links, macros, files inside the file);
what comes out while a part is unpacked is counted again, since a directory may lie. Parts are
parsed by expat, strictly: a document type refuses the file, so that no entity ever exists.

No compiled reader sees the file: python-calamine 0.9.1, though faster, ends the whole process
on a false number in an attribute (``uniqueCount``), which no server can answer for.
"""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext as _

from dossiers.sheets.limits import MIB, Limits, SheetRefused

LINKS = "xl/_rels/workbook.xml.rels"
BOOK, STRINGS, STYLES = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_PIECE = 256 * 1024
_ARCHIVE_NAMES = re.compile(r"\.(zip|xlsx|xlsm|xlsb|docx|pptx|ods|odt|7z|rar|gz|jar)$", re.I)
_DOCUMENT_TYPE = b"<!DOCTYPE"
_ARCHIVE_BEGINNINGS = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_DAMAGED = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError)


class Package:
    """The parts of one workbook. Raises ``SheetRefused`` wherever one is not what it must be."""

    def __init__(self, file: BinaryIO, limits: Limits):
        self._limits = limits
        try:
            self._archive = zipfile.ZipFile(file)
            self._members = {info.filename: info for info in self._archive.infolist()}
            self._look_over()
        except _DAMAGED as error:
            raise damaged() from error

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of one part. Raises ``SheetRefused`` when more come out than are allowed."""
        left = self._limits.unpacked_bytes
        try:
            with self._archive.open(self._members[name]) as part:
                while piece := part.read(_PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise damaged()
                    yield piece
        except _DAMAGED as error:
            raise damaged() from error

    def parse(self, name: str, parser: expat.XMLParserType) -> Iterator[None]:
        """Feed one part to a parser; each step is one piece, so that a caller can take what came.

        Text arrives whole, not in the pieces in which it was read.
        """
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_document_type
        try:
            for piece in self.pieces(name):
                parser.Parse(piece, False)
                yield
            parser.Parse(b"", True)
            yield
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise damaged() from error  # LookupError, ValueError: an encoding that no part is in

    def parse_whole(self, name: str, parser: expat.XMLParserType) -> None:
        """Feed one part to a parser, to its end."""
        for _piece in self.parse(name, parser):
            pass

    def _look_over(self) -> None:
        """The package as a whole, by its directory."""
        infos = self._archive.infolist()
        total = sum(info.file_size for info in infos)
        packed = sum(info.compress_size for info in infos)
        if (
            len(infos) > self._limits.members
            or total > self._limits.unpacked_bytes
            or (total > 20 * MIB and total > packed * self._limits.ratio)
        ):
            raise SheetRefused(
                _(
                    "This workbook unpacks to far more than a list needs. Copy the list into a "
                    "new workbook and send that."
                )
            )
        if any(info.flag_bits & 0x1 for info in infos):
            raise _protected()
        if len(self._members) != len(infos) or any(map(_is_misplaced, infos)):
            raise damaged()
        names = {name.lower() for name in self._members}
        if any(name.endswith("vbaproject.bin") for name in names):
            raise SheetRefused(
                _(
                    "This workbook holds macros. Save it as “Excel Workbook (*.xlsx)” without "
                    "them and send that."
                )
            )
        if BOOK not in self:
            raise _no_workbook(names)
        if any(self._is_archive(info) for info in infos):
            raise SheetRefused(
                _(
                    "Another file is embedded in this workbook. Delete the embedded object, or "
                    "copy the list into a new workbook and send that."
                )
            )
        if any(map(self._declares_document_type, infos)):
            _refuse_document_type()

    def _declares_document_type(self, info: zipfile.ZipInfo) -> bool:
        """Of parts that nobody parses: worksheets and shared texts are told by their parser."""
        name = info.filename.lower()
        if not name.endswith((".xml", ".rels", ".vml")) or name.startswith("xl/worksheets/sheet"):
            return False
        rest = b""
        for piece in self.pieces(info.filename):
            text = (rest + piece).replace(b"\x00", b"")
            if _DOCUMENT_TYPE in text:
                return True
            rest = piece[-64:]
        return False

    def _is_archive(self, info: zipfile.ZipInfo) -> bool:
        if _ARCHIVE_NAMES.search(info.filename):
            return True
        with self._archive.open(info) as part:
            return part.read(4).startswith(_ARCHIVE_BEGINNINGS)


@lru_cache(maxsize=256)
def local(name: str) -> str:
    """The name of an element or attribute without its prefix."""
    return name.rpartition(":")[2]


def _is_misplaced(info: zipfile.ZipInfo) -> bool:
    name = info.filename
    return (
        name.startswith("/")
        or "\\" in name
        or ":" in name
        or ".." in name.split("/")
        or stat.S_ISLNK(info.external_attr >> 16)
    )


def _refuse_document_type(*_declaration: object) -> None:
    raise SheetRefused(
        _(
            "This workbook holds declarations that no list needs (DOCTYPE). Open it in Excel, save "
            "it as “Excel Workbook (*.xlsx)” and send that."
        )
    )


def _no_workbook(names: set[str]) -> SheetRefused:
    if "xl/workbook.bin" in names:
        kind = "XLSB"
    elif "content.xml" in names or "mimetype" in names:
        kind = "ODS"
    else:
        return damaged()
    return SheetRefused(
        _("This is an %(kind)s file. Save it as “Excel Workbook (*.xlsx)” and send that.")
        % {"kind": kind}
    )


def _protected() -> SheetRefused:
    return SheetRefused(
        _(
            "This workbook is protected by a password. Open it in Excel, remove the password "
            "(File, Info, Protect Workbook), save it and send it again."
        )
    )


def damaged() -> SheetRefused:
    """What to say of a workbook that is not as Excel writes it."""
    return SheetRefused(
        _(
            "This workbook is damaged or is no Excel workbook. Open it in Excel, save it as "
            "“Excel Workbook (*.xlsx)” and send that."
        )
    )
