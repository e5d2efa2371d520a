"""Files handed out: whole, as a download that nothing runs, and to nobody else."""

import hashlib
import os
import re
import uuid
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.urls import reverse

from accounts import staging
from dossiers import transitions as verbs
from dossiers.models import Attachment
from dossiers.transitions import ReportFacts
from tests.dossiers.desk import PDF, docx, pdf
from tests.world import NOW

pytestmark = pytest.mark.once


@pytest.fixture
def store(settings, tmp_path) -> Path:
    """An empty store of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def bytes_of(response) -> bytes:
    """The whole download; reading it to its end also closes it as a server does."""
    return b"".join(response.streaming_content)


class TestDownload:
    @pytest.fixture
    def letter(self, world, store):
        """A file of a dossier that the City has, under a Vietnamese name."""
        upload = pdf("Tờ trình “quy hoạch” số 5.pdf", os.urandom(70_000))
        self.content = upload.read()
        staged = staging.stage(upload, owner_id=world.lan.pk, now=NOW)
        draft = staging.stage(docx(), owner_id=world.lan.pk, now=NOW)
        dossier = verbs.log_submission(
            facts=world.facts(), agency=world.ward, files={"letter": [staged], "draft": [draft]},
            by=world.by(world.lan), now=NOW,
        )  # fmt: skip
        verbs.submit(dossier, version=None, by=world.by(world.lan), now=NOW)
        return dossier.attachments.get(purpose="letter")

    def url(self, letter):
        return reverse("dossiers:file", args=[letter.public_id])

    def test_every_reader_gets_the_bytes_that_lan_sent(self, world, letter, sign_in):
        for user in (world.lan, world.hung, world.minh, world.thu, world.hoa, world.an):
            response = sign_in(user).get(self.url(letter))
            content = bytes_of(response)
            assert content == self.content, user
            assert hashlib.sha256(content).hexdigest() == letter.sha256

    def test_it_is_a_download_that_no_browser_runs_and_no_cache_keeps(self, world, letter, sign_in):
        response = sign_in(world.lan).get(self.url(letter))
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Content-Length"] == str(len(self.content))
        assert bytes_of(response) == self.content

    def test_its_vietnamese_name_arrives_whole(self, world, letter, sign_in):
        response = sign_in(world.lan).get(self.url(letter))
        header = response.headers["Content-Disposition"]
        assert header.startswith("attachment; ") and header.isascii()
        coded = re.search(r"filename\*=utf-8''(\S+)$", header)
        assert unquote(coded[1]) == "Tờ trình “quy hoạch” số 5.pdf"
        assert bytes_of(response) == self.content

    @pytest.mark.parametrize("who", ["tuan", "son"])
    def test_others_are_told_that_there_is_no_such_file(self, world, letter, sign_in, who):
        browser = sign_in(getattr(world, who))
        there = browser.get(self.url(letter))
        nowhere = browser.get(reverse("dossiers:file", args=[uuid.uuid4()]))
        assert (there.status_code, nowhere.status_code) == (404, 404)

    def test_a_draft_at_the_agency_is_nobody_elses(self, world, store, sign_in):
        staged = staging.stage(pdf(), owner_id=world.lan.pk, now=NOW)
        dossier = verbs.log_submission(
            facts=world.facts(), agency=world.ward, files={"letter": [staged]},
            by=world.by(world.lan), now=NOW,
        )  # fmt: skip
        letter = dossier.attachments.get()
        for user in (world.minh, world.thu, world.hoa, world.an):
            assert sign_in(user).get(self.url(letter)).status_code == 404
        for user in (world.lan, world.hung):
            response = sign_in(user).get(self.url(letter))
            assert bytes_of(response) == PDF

    def test_the_files_of_an_answer_are_the_agencys_until_its_head_sends_it(
        self, world, store, sign_in
    ):
        direction = world.directed()
        staged = staging.stage(pdf("giai-trinh.pdf"), owner_id=world.lan.pk, now=NOW)
        verbs.prepare_report(
            direction, facts=ReportFacts(text=""), files={"report": [staged]}, version=None,
            by=world.by(world.lan), now=NOW,
        )  # fmt: skip
        answer = Attachment.objects.get(purpose="report")
        for user in (world.minh, world.thu, world.hoa):
            assert sign_in(user).get(self.url(answer)).status_code == 404
        assert bytes_of(sign_in(world.hung).get(self.url(answer))) == PDF
        verbs.report_back(
            direction, facts=ReportFacts(text=""), files={}, version=None,
            by=world.by(world.hung), now=NOW,
        )  # fmt: skip
        for user in (world.minh, world.thu, world.hoa):
            assert bytes_of(sign_in(user).get(self.url(answer))) == PDF
        later = NOW + timedelta(hours=1)  # the answer of the first round stays in view
        verbs.direct_explanation(
            direction.dossier, kind="explain", text="Thêm", version=None,
            by=world.by(world.minh), now=later,
        )  # fmt: skip
        assert bytes_of(sign_in(world.minh).get(self.url(answer))) == PDF

    @pytest.mark.parametrize(
        "harm",
        [
            Path.unlink,
            lambda path: path.write_bytes(path.read_bytes()[:-1]),
            lambda path: path.write_bytes(path.read_bytes() + b"x"),
            lambda path: (path.unlink(), path.mkdir()),
        ],
        ids=["gone", "cut", "grown", "no file"],
    )
    def test_a_damaged_file_is_said_to_be_damaged(self, world, letter, sign_in, store, harm):
        harm(store / letter.path)
        response = sign_in(world.lan).get(self.url(letter))
        assert response.status_code == 410
        assert letter.name in response.content.decode()

    def test_anonymous_is_sent_to_sign_in(self, letter, client, wall_clock):
        response = client.get(self.url(letter))
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("accounts:sign_in"))
