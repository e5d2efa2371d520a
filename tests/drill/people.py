"""Clerks who log and leaders who direct over HTTP, and never give up: a form that got no answer is
sent again as it was, as a person presses the button again."""

import http.client
import itertools
import queue
import re
import threading
import time
import uuid
from dataclasses import dataclass, field

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.models import User
from tests.dossiers.desk import PDF
from tests.world import World

SECONDS, PAUSE = 60, 0.3
_TOKEN = "a" * 32
_NUMBERS = itertools.count(1)


@dataclass(slots=True)
class Said:
    """What a person saw."""

    accepted: list[str] = field(default_factory=list)
    """The addresses to which accepted forms led."""
    seconds: list[float] = field(default_factory=list)
    """How long each answered try took."""
    errors: int = 0
    """Tries without an answer, or with an error page."""
    refused: list[str] = field(default_factory=list)
    """Answers that nobody should get."""


class Person(threading.Thread):
    """Acts until it is told to stop, and then finishes the form at hand."""

    def __init__(self, user: User, port: int) -> None:
        super().__init__(daemon=True)
        client = Client()
        client.force_login(user)
        self._cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={_TOKEN}"
        self._port, self._over, self.said = port, threading.Event(), Said()

    def stop(self) -> None:
        self._over.set()

    def run(self) -> None:
        while not self._over.is_set():
            self.act()

    def act(self) -> None:
        """One act of this person."""
        raise NotImplementedError

    def ask(self, path: str, form: dict | None = None) -> tuple[int, str, str]:
        """Status, address and page of one try; status 0 when nobody answered."""
        begun = time.monotonic()
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        headers, body = {"Cookie": self._cookies}, None
        if form is not None:
            body = encode_multipart(BOUNDARY, {**form, "csrfmiddlewaretoken": _TOKEN})
            headers["Content-Type"] = MULTIPART_CONTENT
        try:
            link.request("GET" if body is None else "POST", path, body, headers)
            answer = link.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, "", ""
        finally:
            link.close()
        self.said.seconds.append(time.monotonic() - begun)
        return answer.status, answer.headers.get("Location", ""), page

    def insist(self, path: str, form: dict | None = None) -> tuple[int, str, str]:
        """The first answer that is no error page."""
        while True:
            for one in (form or {}).values():
                if hasattr(one, "seek"):
                    one.seek(0)
            status, address, page = self.ask(path, form)
            if 0 < status < 500:
                if form is not None and (status != 302 or "/dang-nhap/" in address):
                    _before, _sign, told = page.partition('class="error-summary"')
                    self.said.refused.append(f"{status} {path}: {told[:1000] or page[:1000]}")
                return status, address, page
            self.said.errors += 1
            time.sleep(PAUSE)


class Clerk(Person):
    """Logs and submits one dossier after another."""

    def __init__(self, world: World, port: int, logged: "queue.Queue[str]") -> None:
        super().__init__(world.lan, port)
        self._world, self._logged = world, logged
        self.refs: list[str] = []

    def act(self) -> None:
        head, ref = self._world.hung.full_name, f"{next(_NUMBERS)}/TTr-UBND"
        form = {
            "form_key": str(uuid.uuid4()),
            "viec": "trinh",
            "agency": self._world.ward.pk,
            "letter_ref": ref,
            "letter_on": "hôm nay",
            "matter": "Điều chỉnh quy hoạch chi tiết khu phố cổ",
            "urgency": "normal",
            "secrecy": "none",
            "signed_by": head,
            "signed_on": "hôm nay",
            "initialled_by": head,
            "initialled_on": "hôm nay",
            "letter_file": SimpleUploadedFile("to-trinh.pdf", PDF, "application/pdf"),
            "draft_file": SimpleUploadedFile("du-thao.pdf", PDF, "application/pdf"),
        }
        self.refs.append(ref)
        status, address, _page = self.insist("/ho-so/moi/", form)
        if status == 302:
            self.said.accepted.append(address)
            self._logged.put(address)


class Leader(Person):
    """Directs an explanation on every dossier that was logged."""

    def __init__(self, world: World, port: int, logged: "queue.Queue[str]") -> None:
        super().__init__(world.minh, port)
        self._logged = logged

    def act(self) -> None:
        try:
            address = self._logged.get(timeout=PAUSE)
        except queue.Empty:
            return
        path = f"{address}chi-dao/"
        _status, _address, page = self.insist(path)
        found = re.search(r'name="version" value="(\d+)"', page)
        if not found:
            self.said.refused.append(f"no form at {path}")
            return
        form = {
            "form_key": str(uuid.uuid4()),
            "version": found[1],
            "kind": "explain",
            "text": "Giải trình rõ căn cứ.",
        }
        status, _address, _page = self.insist(path, form)
        if status == 302:
            self.said.accepted.append(address)
