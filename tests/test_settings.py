"""Settings come from the environment; production refuses what would be dangerous, naming the cure.

Each test starts a process of its own with exactly the variables that it names.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

KEY = "K3y-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2
PRODUCTION = {"DUNGHAN_ENV": "production", "SECRET_KEY": KEY, "ALLOWED_HOSTS": "dunghan.vn"}

SHOW = """
import json, django
from django.conf import settings
django.setup()
print(json.dumps({name: getattr(settings, name, None) for name in NAMES}, default=str))
"""

VISIT = """
import json, django
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage")
django.setup()
from django.test import Client
client = Client(headers={"host": "dunghan.vn"})
plain = client.get("/dang-nhap/")
safe = client.get("/dang-nhap/", secure=True)
language = client.post("/ngon-ngu/", {"language": "en"}, secure=True)
cookies = {name: {"secure": bool(c["secure"]), "path": c["path"], "domain": c["domain"]}
           for name, c in client.cookies.items()}
print(json.dumps({"plain": [plain.status_code, plain.headers["Location"]],
                  "safe": safe.status_code, "headers": dict(safe.items()), "cookies": cookies,
                  "demo": "Mật khẩu mẫu" in safe.content.decode()}))
"""


def python(tmp_path: Path, *args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A process with these variables and no others of ours."""
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **variables,
    }
    return subprocess.run(
        [sys.executable, *args],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def shown(tmp_path: Path, *names: str, **variables: str) -> dict[str, object]:
    """The values of settings under these variables."""
    code = SHOW.replace("NAMES", repr(names))
    done = python(tmp_path, "-c", code, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class TestProduction:
    def test_passes_djangos_own_check_without_a_warning(self, tmp_path):
        done = python(
            tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION
        )
        assert done.returncode == 0, done.stderr
        assert "no issues" in done.stdout

    @pytest.mark.parametrize(
        ("variables", "name"),
        [
            ({"SECRET_KEY": ""}, "SECRET_KEY"),
            ({"SECRET_KEY": "short"}, "SECRET_KEY"),
            ({"SECRET_KEY": "x" * 49}, "SECRET_KEY"),
            ({"DEBUG": "on"}, "DEBUG"),
            ({"DUNGHAN_ENV": "prod"}, "DUNGHAN_ENV"),
        ],
    )
    def test_refuses_to_start_and_names_the_variable(self, tmp_path, variables, name):
        done = python(tmp_path, "manage.py", "check", **{**PRODUCTION, **variables})
        assert done.returncode != 0
        last = done.stderr.strip().splitlines()[-1]
        assert "ImproperlyConfigured" in last and name in last
        if value := variables.get(name):
            assert len(value) < 8 or value not in done.stderr

    def test_makes_no_key_of_its_own(self, tmp_path):
        python(tmp_path, "manage.py", "check", **{**PRODUCTION, "SECRET_KEY": ""})
        assert not (tmp_path / "var" / "secret_key").exists()

    def test_speaks_tls_alone_with_cookies_that_stay_there(self, tmp_path):
        done = python(tmp_path, "-c", VISIT, **PRODUCTION)
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        assert seen["plain"] == [301, "https://dunghan.vn/dang-nhap/"]
        assert seen["safe"] == 200
        hsts = seen["headers"]["Strict-Transport-Security"]
        assert hsts == "max-age=31536000; includeSubDomains; preload"
        assert not seen["demo"]
        assert {"__Host-csrftoken", "django_language"} <= set(seen["cookies"])
        for name, cookie in seen["cookies"].items():
            assert cookie == {"secure": True, "path": "/", "domain": ""}, name

    def test_guards_every_cookie(self, tmp_path):
        names = (
            "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE",
            "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
            "CSRF_COOKIE_HTTPONLY", "LANGUAGE_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
            "CSRF_COOKIE_SAMESITE", "SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH",
        )  # fmt: skip
        assert list(shown(tmp_path, *names, **PRODUCTION).values()) == [
            "__Host-sessionid", "__Host-csrftoken", True, True, True, True, True, True,
            "Lax", "Lax", None, "/",
        ]  # fmt: skip

    def test_believes_a_proxy_about_tls_only_when_told_to(self, tmp_path):
        name = "SECURE_PROXY_SSL_HEADER"
        assert shown(tmp_path, name, **PRODUCTION)[name] is None
        behind = shown(tmp_path, name, **PRODUCTION, BEHIND_TLS_PROXY="on")
        assert behind[name] == ["HTTP_X_FORWARDED_PROTO", "https"]


class TestLocal:
    def test_runs_without_any_variable_and_keeps_its_key_to_itself(self, tmp_path):
        first = shown(tmp_path, "SECRET_KEY", "DEBUG")
        assert len(first["SECRET_KEY"]) >= 50 and first["DEBUG"] is False
        key = tmp_path / "var" / "secret_key"
        assert key.stat().st_mode & 0o777 == 0o600
        assert shown(tmp_path, "SECRET_KEY")["SECRET_KEY"] == first["SECRET_KEY"]


def test_every_variable_that_is_read_is_documented():
    source = (Path(settings.BASE_DIR) / "config" / "settings.py").read_text()
    example = (Path(settings.BASE_DIR) / ".env.example").read_text()
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', source)) - {
        "ENV_FILE",
    }  # fmt: skip
    documented = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    assert read <= documented
