"""The gauges as Prometheus reads them, and who may read them."""

import hmac
import ipaddress
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from config.operating.gauges import Shown

PREFIX = "dunghan_"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: What a proxy leaves on a request that it passes on: then loopback says nothing of who asks.
_PASSED_ON = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
    "HTTP_VIA",
)
_LEVELS = {"ok": 0, "warn": 1, "bad": 2}


def may_read(request: HttpRequest) -> bool:
    """With the token when one is set; else from this machine alone, past no proxy."""
    if settings.METRICS_TOKEN:
        said = request.META.get("HTTP_AUTHORIZATION", "")
        return hmac.compare_digest(said.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if settings.TRUSTED_PROXY_COUNT or any(name in request.META for name in _PASSED_ON):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def text_of(shown: list[Shown], now: datetime) -> str:
    """All numbers in the text format, a line each, one ``TYPE`` before the lines of a name."""
    lines = [f"# TYPE {PREFIX}gauge_level gauge"]
    lines += [
        f'{PREFIX}gauge_level{{gauge="{one.slug}"}} {_LEVELS[one.reading.level]}' for one in shown
    ]
    numbers = [item for one in shown for item in one.reading.numbers.items()]
    last = ""
    for name, value in sorted(numbers):
        family = name.partition("{")[0]
        if family != last:
            lines.append(f"# TYPE {PREFIX}{family} gauge")
            last = family
        lines.append(f"{PREFIX}{name} {value:g}" if value < 1e6 else f"{PREFIX}{name} {value:.0f}")
    lines += [
        f"# TYPE {PREFIX}read_at_seconds gauge",
        f"{PREFIX}read_at_seconds {now.timestamp():.0f}",
    ]
    return "\n".join(lines) + "\n"
