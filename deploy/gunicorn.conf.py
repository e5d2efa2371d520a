"""The web process in production: ``gunicorn -c deploy/gunicorn.conf.py config.wsgi``.

SIGTERM lets requests in flight finish for half a minute, then ends. Put a proxy that buffers
requests in front: slow clients would hold every thread (docs/operations.md).
"""

import os

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "4"))
threads = int(os.environ.get("WEB_THREADS", "8"))
worker_class = "gthread"
graceful_timeout = 30
timeout = 60
keepalive = 5
preload_app = True
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
# Messages about the processes, in the same lines as everything else; requests are the
# application's own lines.
accesslog = None
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "gunicorn.error": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "gunicorn.access": {"handlers": [], "level": "WARNING", "propagate": False},
    },
}
