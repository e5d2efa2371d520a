"""All settings, read from the environment. A wrong value names its variable and the cure.

Without any variable the application runs on SQLite under ``var/`` with no other server. Production
sets ``DUNGHAN_ENV=production``, ``SECRET_KEY``, ``ALLOWED_HOSTS``, ``DATABASE_URL`` and
``CELERY_BROKER_URL``; see README and docs/operations.md.
"""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(env("ENV_FILE", default=str(BASE_DIR / ".env")))

ENVIRONMENT = env("DUNGHAN_ENV", default="local")
if ENVIRONMENT not in {"local", "production"}:
    raise ImproperlyConfigured("DUNGHAN_ENV must be 'local' or 'production'.")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("DEBUG=on shows secrets; remove it when DUNGHAN_ENV=production.")

VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()


def _local_secret_key() -> str:
    """A key made once and kept in a file that only its owner reads (local installations)."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(60))
    return path.read_text().strip()


SECRET_KEY = env("SECRET_KEY", default="")
if not SECRET_KEY and PRODUCTION:
    raise ImproperlyConfigured("Set SECRET_KEY: at least 50 random characters, kept secret.")
if SECRET_KEY and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is too short: use at least 50 random characters.")
SECRET_KEY = SECRET_KEY or _local_secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])


def _public_url() -> str:
    """The first host that is a name; a local installation is reached on this machine."""
    hosts = [host for host in ALLOWED_HOSTS if host[:1].isalnum()]
    return f"https://{hosts[0]}" if PRODUCTION and hosts else "http://127.0.0.1:8000"


INSTALLED_APPS = [
    "config",
    "ledger",
    "agencies",
    "accounts",
    "documents",
    "deadlines",
    "dossiers",
    "inspections",
    "dashboards",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "config.middleware.request_identity",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # outside of what answers static files
    "config.middleware.refuse_unused_methods",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.refuse_large_bodies",
    "config.middleware.refuse_unreadable_input",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.clock",
    "accounts.middleware.actor",
    "accounts.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.answer_refusals",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "config.frame.frame",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- database -------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'dunghan.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at BEGIN, so read-then-write transactions queue instead of
    # failing; FULL keeps a committed transaction through a power loss.
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA busy_timeout=20000; PRAGMA foreign_keys=ON;"
        ),
    }
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
else:
    _database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    _database["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.ContextWordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_IDLE_MINUTES = 30
SESSION_IDLE_MINUTES_LEADERS = 15
SESSION_COOKIE_AGE = 10 * 3600  # the absolute limit; idleness ends a session much sooner
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True

if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    if env.bool("BEHIND_TLS_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
FORMAT_MODULE_PATH = ["config.formats"]

# --- files ----------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env(
            "STATICFILES_BACKEND",
            default="whitenoise.storage.CompressedManifestStaticFilesStorage",
        )
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR_DIR / "files")))
MAX_FILE_BYTES = env.int("MAX_FILE_MB", default=50) * 1024 * 1024
MAX_FILES_PER_FORM = 10
MAX_BODY_BYTES = env.int("MAX_BODY_MB", default=210) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "accounts.uploads.CarefulUploadHandler",
]
FILE_UPLOAD_TEMP_DIR = env("UPLOAD_TEMP_DIR", default=None)
FILE_UPLOAD_PERMISSIONS = 0o600

# --- e-mail ---------------------------------------------------------------------------------------

#: Where people reach the site; letters and calendars link to it.
PUBLIC_URL = env("PUBLIC_URL", default=_public_url()).rstrip("/")
if urlsplit(PUBLIC_URL).scheme not in {"http", "https"} or not urlsplit(PUBLIC_URL).hostname:
    raise ImproperlyConfigured("PUBLIC_URL must be an address such as https://dunghan.example.vn.")
try:
    vars().update(env.email_url("EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}"))
except (ImproperlyConfigured, KeyError, ValueError):
    raise ImproperlyConfigured(
        "EMAIL_URL cannot be read. Write smtp+tls://user:password@host:587, smtp://host:25, "
        "consolemail:// or filemail:////folder."
    ) from None
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
EMAIL_USE_LOCALTIME = True
DEFAULT_FROM_EMAIL = env(
    "DEFAULT_FROM_EMAIL", default=f"Đúng Hạn <dung-han@{urlsplit(PUBLIC_URL).hostname}>"
)
#: Local times between which news leave by e-mail, on working days.
MAIL_HOURS = ("07:30", "17:30")
MAIL_SECONDS = 30

# --- background work ------------------------------------------------------------------------------

SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=30)
DEMO_DOSSIERS = env.int("DEMO_DOSSIERS", default=400)
SWEEP_STALE_SECONDS = 300
#: Urgency mark → so many working days without an act on a desk, and somebody is asked to look.
STAGNATION_WORKING_DAYS = {
    "normal": env.int("STAGNATION_DAYS_NORMAL", default=3),
    "urgent": env.int("STAGNATION_DAYS_URGENT", default=1),
    "very_urgent": env.int("STAGNATION_DAYS_URGENT", default=1),
    "express": env.int("STAGNATION_DAYS_URGENT", default=1),
}
if not all(0 < days <= 60 for days in STAGNATION_WORKING_DAYS.values()):
    raise ImproperlyConfigured(
        "STAGNATION_DAYS_NORMAL and STAGNATION_DAYS_URGENT must lie between 1 and 60."
    )
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default=f"redis+socket://{VAR_DIR / 'queue.sock'}")
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_TASK_TIME_LIMIT = 300
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULE = {
    "flag what is overdue": {
        "task": "deadlines.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": max(SWEEP_SECONDS - 1, 1)},
    },
    "send news by e-mail": {
        "task": "deadlines.tasks.send_mail",
        "schedule": MAIL_SECONDS,
        "options": {"expires": MAIL_SECONDS - 5},
    },
    "seal the ledger": {
        "task": "ledger.tasks.seal",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "publish the ledger's head": {
        "task": "ledger.tasks.publish_head",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    "import what was confirmed": {
        "task": "dossiers.tasks.enter_confirmed_imports",
        "schedule": 5.0,
        "options": {"expires": 4},
    },
    "warn that a year is missing": {
        "task": "deadlines.tasks.warn_of_missing_year",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    "reorganise agencies on their day": {
        "task": "dossiers.tasks.apply_reorganisations",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "say that jobs come through": {
        "task": "config.tasks.heartbeat",
        "schedule": 30.0,
        "options": {"expires": 29},
    },
    "check everything once a night": {
        "task": "config.tasks.check_itself",
        "schedule": 600.0,
        "options": {"expires": 590},
    },
    "remove staged files that nobody sent": {
        "task": "dossiers.tasks.remove_old_staged_files",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
}
METRICS_TOKEN = env("METRICS_TOKEN", default="")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("METRICS_TOKEN is too short: use at least 20 random characters.")
LEDGER_HEADS_DIR = Path(env("LEDGER_HEADS_DIR", default=str(VAR_DIR / "ledger-heads")))

# --- logs -----------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "dunghan.requests": {"level": "INFO" if PRODUCTION else "WARNING"},
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}
