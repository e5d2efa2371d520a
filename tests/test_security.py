"""What every answer carries, what every form needs, and what the logs may hold.

quality.md §3 rows 17 to 30 and 60 to 68.
"""

import json
import logging
import re
import shutil
from pathlib import Path

import pytest
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from config.logs import formatter, request_id
from config.middleware import answer_refusals, request_identity
from deadlines.rules import NoSuchRule
from ledger.models import Event
from tests.dossiers.desk import open_form, pdf, submission
from tests.world import PASSWORD

POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
    "font-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'",
    "object-src 'none'", "frame-ancestors 'none'",
}  # fmt: skip


def check_headers(response) -> None:
    """The headers that no answer goes without."""
    policy = {part.strip() for part in response.headers["Content-Security-Policy"].split(";")}
    assert policy == POLICY or policy == {"default-src 'none'", "sandbox"}
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-ID"])
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Server" not in response.headers
    if response.headers.get("Content-Type", "").startswith("text/"):
        assert "charset=utf-8" in response.headers["Content-Type"].replace('"', "")


@pytest.mark.django_db
class TestEveryAnswer:
    def test_pages_redirects_and_refusals_carry_the_policy(self, world, sign_in):
        dossier = world.submitted()
        lan = sign_in(world.lan)
        lan.raise_request_exception = False
        answers = {
            200: lan.get("/ho-so/"),
            302: Client().get("/ho-so/"),
            400: lan.get("/ho-so/?q=%00"),
            403: lan.get("/nguoi-dung/de-nghi/"),
            404: lan.get("/khong-co/"),
            405: lan.put("/ho-so/"),
            409: lan.get(reverse("dossiers:edit", args=[dossier.code])),
            413: lan.post("/ho-so/moi/", b"", "text/plain", headers={"Transfer-Encoding": "x"}),
            422: lan.post("/ho-so/moi/", {}),
        }
        for status, response in answers.items():
            assert response.status_code == status
            check_headers(response)

    def test_a_500_too_and_it_tells_nothing_but_a_number(self, world, sign_in, monkeypatch, caplog):
        def broken(*args, **kwargs):
            raise ZeroDivisionError("secret-of-the-machine")

        monkeypatch.setattr("dossiers.views.lists.render", broken)
        lan = sign_in(world.lan)
        lan.raise_request_exception = False
        response = lan.get("/ho-so/")
        assert response.status_code == 500
        check_headers(response)
        page = response.content.decode()
        assert response.headers["X-Request-ID"] in page
        for trace in ("secret-of-the-machine", "ZeroDivisionError", "Traceback", ".py"):
            assert trace not in page

    def test_the_form_of_a_forbidden_post_names_no_cause(self, world, sign_in):
        lan = sign_in(world.lan, enforce_csrf_checks=True)
        response = lan.post("/ho-so/moi/", {"matter": "x"})
        assert response.status_code == 403
        check_headers(response)
        assert "csrf" not in response.content.decode().lower().replace("csrfmiddlewaretoken", "")

    def test_signed_in_pages_files_and_refusals_are_kept_by_no_cache(self, world, sign_in):
        lan = sign_in(world.lan)
        response = lan.post("/ho-so/moi/", submission(lan))
        detail = response.headers["Location"]
        file = re.search("/ho-so/tep/[^/]+/", lan.get(detail).content.decode())[0]
        for path in (detail, file, "/ho-so/", "/hop-thu/", "/", "/khong-co/", "/tong-quan/"):
            answer = lan.get(path)
            assert answer.headers["Cache-Control"] == "no-store", path
            check_headers(answer)
            list(answer.streaming_content if answer.streaming else [])

    def test_static_files_carry_it_as_well(self, settings, tmp_path):
        settings.STATIC_ROOT = tmp_path
        sheet = Path(settings.BASE_DIR) / "static" / "css" / "base.css"
        (tmp_path / "css").mkdir()
        shutil.copy(sheet, tmp_path / "css" / "base.css")
        response = Client().get("/static/css/base.css")
        assert response.status_code == 200
        check_headers(response)
        response.close()

    def test_an_unknown_host_is_refused(self, client):
        response = client.get("/dang-nhap/", headers={"Host": "evil.example"})
        assert response.status_code == 400
        check_headers(response)
        poisoned = client.get("/ho-so/", headers={"X-Forwarded-Host": "evil.example"})
        assert "evil.example" not in str(poisoned.headers)

    def test_no_page_asks_the_browser_to_run_what_the_policy_forbids(self, world, sign_in):
        """Inline scripts and styles would be dead: none is written."""
        dossier = world.directed().dossier
        lan, minh = sign_in(world.lan), sign_in(world.minh)
        pages = [
            *(lan.get(path) for path in ("/ho-so/", "/ho-so/viec-cua-toi/", "/ho-so/moi/")),
            *(lan.get(path) for path in ("/tinh-han/", "/lich/", "/hop-thu/", "/mat-khau/")),
            lan.get(reverse("dossiers:detail", args=[dossier.code])),
            lan.get(reverse("dossiers:report", args=[dossier.code])),
            minh.get("/tong-quan/"),
            minh.get("/thoi-han/"),
            Client().get("/dang-nhap/"),
            lan.get("/khong-co/"),
        ]
        for response in pages:
            page = response.content.decode()
            path = response.request["PATH_INFO"]
            assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
            assert not re.search(r"""\s(style|on\w+)=["']""", page), path
            assert "javascript:" not in page and "<style" not in page, path
            for url in re.findall(r"""(?:src|href|action)=["']([^"']+)""", page):
                assert not re.match("(https?:)?//", url), (path, url)


@pytest.mark.django_db
class TestForms:
    def test_the_sign_in_form_works_with_its_token_alone(self, world, wall_clock):
        client = Client(enforce_csrf_checks=True)
        page = client.get("/dang-nhap/").content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        pair = {"username": "lan", "password": PASSWORD}
        assert client.post("/dang-nhap/", pair).status_code == 403
        assert client.post("/dang-nhap/", {**pair, "csrfmiddlewaretoken": token}).status_code == 302

    def test_a_real_form_passes_with_its_token_and_not_with_a_foreign_origin(self, world, sign_in):
        lan = sign_in(world.lan, enforce_csrf_checks=True)
        form = {**open_form(lan, "dossiers:log"), "matter": "Việc", "viec": "nhap"}
        evil = {"Origin": "https://evil.example"}
        assert lan.post("/ho-so/moi/", form, headers=evil).status_code == 403
        assert lan.post("/ho-so/moi/", form, headers={"Origin": "null"}).status_code == 403
        assert lan.post("/ho-so/moi/", form).status_code == 302

    def test_the_token_of_a_former_session_is_of_no_use_after_signing_in(self, world, wall_clock):
        client = Client(enforce_csrf_checks=True)
        page = client.get("/dang-nhap/").content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        pair = {"username": "lan", "password": PASSWORD, "csrfmiddlewaretoken": token}
        client.post("/dang-nhap/", pair)
        stale = {"csrfmiddlewaretoken": token, "matter": "Việc", "viec": "nhap"}
        assert client.post("/ho-so/moi/", stale).status_code == 403


class TestRequestIdentity:
    def address_of(self, settings, count, **meta):
        settings.TRUSTED_PROXY_COUNT = count
        seen = {}

        def view(request):
            seen["address"] = request.address
            return {}

        request_identity(view)(RequestFactory().get("/", **meta))
        return seen["address"]

    @pytest.mark.parametrize(
        ("count", "forwarded", "believed"),
        [
            (0, "1.1.1.1", "10.0.0.9"),
            (1, "1.1.1.1", "1.1.1.1"),
            (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),  # what the client wrote itself comes first
            (2, "6.6.6.6, 1.1.1.1, 10.0.0.1", "1.1.1.1"),
            (2, "1.1.1.1", "10.0.0.9"),  # fewer hops than proxies: nobody is believed
            (1, "", "10.0.0.9"),
        ],
    )
    def test_believes_only_the_proxies_that_are_counted(self, settings, count, forwarded, believed):
        meta = {"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_FOR": forwarded}
        assert self.address_of(settings, count, **meta) == believed

    def test_each_request_has_its_number_and_leaves_it_nowhere(self):
        numbers = {request_identity(lambda r: {})(RequestFactory().get("/"))["X-Request-ID"]
                   for _ in range(3)}  # fmt: skip
        assert len(numbers) == 3
        assert request_id.get() == ""

    @pytest.mark.django_db
    def test_a_number_sent_along_is_not_taken_over(self, client):
        response = client.get("/dang-nhap/", headers={"X-Request-ID": "forged\nline"})
        assert "forged" not in response.headers["X-Request-ID"]

    @pytest.mark.django_db
    def test_the_ledger_holds_the_number_that_the_person_sees(self, world, sign_in):
        lan = sign_in(world.lan)
        response = lan.post("/ho-so/moi/", submission(lan))
        events = Event.objects.filter(request_id=response.headers["X-Request-ID"])
        assert {"dossier_logged", "dossier_submitted"} <= {event.action for event in events}
        assert {event.address for event in events} == {"127.0.0.1"}
        assert {len(event.session) for event in events} == {16}
        assert lan.cookies["sessionid"].value[:16] not in str([e.session for e in events])


def test_an_unforeseen_refusal_is_a_page_and_not_a_500():
    handle = answer_refusals(lambda request: None).process_exception
    answer = handle(RequestFactory().get("/"), NoSuchRule("Chưa có quy tắc."))
    assert answer.status_code == 409
    assert "Chưa có quy tắc." in answer.content.decode()
    assert handle(RequestFactory().get("/"), Http404()) is None


class TestLogs:
    """One JSON object a line, whatever is logged (rows 64, 65 and 67)."""

    def line(self, message: str, *args: object, **kwargs) -> str:
        record = logging.LogRecord("dunghan", logging.INFO, __file__, 1, message, args, None)
        for name, value in kwargs.items():
            setattr(record, name, value)
        return formatter().format(record)

    def test_has_an_instant_in_utc_a_level_a_logger_and_the_text(self):
        entry = json.loads(self.line("Đã quét %s hạn", 3))
        assert entry["event"] == "Đã quét 3 hạn"
        assert (entry["level"], entry["logger"]) == ("info", "dunghan")
        assert entry["timestamp"].endswith("Z")

    def test_names_the_request_while_there_is_one(self):
        assert "request_id" not in json.loads(self.line("x"))
        token = request_id.set("a" * 32)
        try:
            assert json.loads(self.line("x"))["request_id"] == "a" * 32
        finally:
            request_id.reset(token)

    def test_keeps_vietnamese_readable(self):
        assert "Đúng Hạn" in self.line("Đúng Hạn")

    @given(st.text(st.characters(codec=None), max_size=60))
    def test_no_text_can_break_the_line_or_steer_a_terminal(self, text):
        line = self.line("%s", text)
        assert len(line.splitlines()) == 1
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]", line)
        line.encode()
        assert json.loads(line)["event"] == text

    def test_a_forged_line_stays_inside_its_own(self):
        line = self.line("tên: %s", 'x\r\n{"level": "critical", "event": "giả"}')
        assert len(line.splitlines()) == 1
        assert json.loads(line)["level"] == "info"

    def test_an_exception_is_one_line_too(self):
        try:
            raise ValueError("hai\ndòng")
        except ValueError as error:
            info = (ValueError, error, error.__traceback__)
        line = self.line("hỏng", exc_info=info)
        assert len(line.splitlines()) == 1
        assert "ValueError" in json.loads(line)["exception"]

    @pytest.mark.django_db
    def test_a_canary_in_every_field_reaches_no_log(self, world, sign_in, caplog):
        caplog.set_level(logging.DEBUG)
        lan = sign_in(world.lan)
        canary = "CHIM-YEN-77"
        lan.post("/ho-so/moi/", submission(lan, matter=canary, gate_exception=canary))
        lan.post("/ho-so/moi/", submission(lan, matter="", annex_files=pdf(f"{canary}.pdf")))
        logged = "\n".join(
            record.getMessage() for record in caplog.records if record.name != "django.db.backends"
        )
        assert canary not in logged
        assert lan.cookies["sessionid"].value not in logged
