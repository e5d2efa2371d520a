"""Large uploads on their way in: a full disk loses the file, never the form around it."""

import errno
import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

#: What a disk answers that takes no more: full, or the service's share of it used up.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class NoRoom(UploadedFile):
    """A file that came while the disk was full: its name and length are known, its bytes gone."""

    def __init__(self, name: str, size: int):
        super().__init__(file=io.BytesIO(), name=name, size=size)


class CarefulUploadHandler(TemporaryFileUploadHandler):
    """Django's handler of files on disk, which would answer a full disk with an error page.

    The rest of the body is read on, so that what was typed arrives; the form then names the file.
    """

    is_full = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        self.is_full = False
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._note(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a part of it, unless there was no room before."""
        if not self.is_full:
            try:
                super().receive_data_chunk(raw_data, start)
            except OSError as error:
                self._note(error)

    def file_complete(self, file_size: int) -> UploadedFile:
        """The file, or what remains of it."""
        if not self.is_full:
            try:
                return super().file_complete(file_size)
            except OSError as error:  # what was buffered is written only now
                self._note(error)
        return NoRoom(self.file_name, file_size)

    def _note(self, error: OSError) -> None:
        if error.errno not in NO_ROOM:
            raise error
        self.is_full = True
