"""A pack written member by member: the same members give the same bytes, in bounded memory."""

import hashlib
import zlib
from collections.abc import Callable, Iterable
from typing import BinaryIO

from inspections.evidence import verifying
from inspections.evidence.verifying import CHUNK, MANIFEST, MOST_BYTES, MOST_MEMBERS


class NoRoomLeft(Exception):
    """The member would make the pack larger than a pack can be; nothing of it stays."""


class OtherBytes(Exception):
    """The bytes were not those that were promised; nothing of them stays."""


class SourceLost(Exception):
    """The file to be added could not be read to its end."""


class Pack:
    """Writes to a file that can be read and cut; the format is that of ``verifying``."""

    def __init__(self, target: BinaryIO, *, most_bytes: int = MOST_BYTES):
        self._target, self._most = target, most_bytes
        self._entries: list[tuple[str, int, int, int]] = []
        self._directory = self._kept_free = 0
        self.digests: dict[str, str] = {}

    def add(self, name: str, chunks: Iterable[bytes], *, sha256: str = "") -> str:
        """Add a member; its SHA-256. Raises ``NoRoomLeft``, and ``OtherBytes`` when the digest is
        not the one expected. An error of the source leaves nothing either."""
        if name in self.digests:
            raise ValueError(name)
        start = self._target.tell()
        # The name stands before the member and in the directory, and the manifest needs its room.
        around = len(verifying.local_header(name, 0, 0)) + 2 * len(name) + 150
        if len(self._entries) + 2 > MOST_MEMBERS:
            raise NoRoomLeft(name)
        try:
            self._target.write(verifying.local_header(name, 0, 0))
            digest, crc, size = hashlib.sha256(), 0, 0
            for chunk in chunks:
                digest.update(chunk)
                crc, size = zlib.crc32(chunk, crc), size + len(chunk)
                if start + around + size + self._directory + self._kept_free > self._most:
                    raise NoRoomLeft(name)
                self._target.write(chunk)
            if sha256 and digest.hexdigest() != sha256:
                raise OtherBytes(name)
        except BaseException:
            self._target.seek(start)
            self._target.truncate()
            raise
        end = self._target.tell()
        self._target.seek(start)
        self._target.write(verifying.local_header(name, crc, size))
        self._target.seek(end)
        self._entries.append((name, crc, size, start))
        self._directory += around
        self.digests[name] = digest.hexdigest()
        return self.digests[name]

    def keep_free(self, size: int) -> None:
        """Keep room for a member that has to come after others."""
        self._kept_free = size

    def close(self) -> str:
        """Add the manifest and the directory; the SHA-256 of the manifest."""
        self._most += CHUNK  # its room was kept free, line by line
        manifest = verifying.manifest_of(self.digests)
        digest = self.add(MANIFEST, [manifest])
        start = self._target.tell()
        for name, crc, size, offset in sorted(self._entries):
            self._target.write(verifying.directory_entry(name, crc, size, offset))
        size = self._target.tell() - start
        self._target.write(verifying.end_of_directory(len(self._entries), size, start))
        return digest


def pieces(read: Callable[[int], bytes]) -> Iterable[bytes]:
    """What a file holds, in chunks. Raises ``SourceLost``: a full disk under the pack is another
    matter than a source that cannot be read."""
    while True:
        try:
            chunk = read(CHUNK)
        except OSError as error:
            raise SourceLost from error
        if not chunk:
            return
        yield chunk
