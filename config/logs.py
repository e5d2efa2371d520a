"""One JSON object a line: instant in UTC, level, logger, request or job, text. No personal data.

What is written names people by their numbers and pages by their routes. Of an exception stand its
class and where it came from; its text only where no user's words can be in it (a database quotes
whole rows in its complaints). Nothing in a line can break it or steer a terminal.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog

Event = MutableMapping[str, Any]

#: The number of the request being answered; jobs have none.
request_id: ContextVar[str] = ContextVar("request_id", default="")
#: The number and the name of the job being done; requests have none.
job: ContextVar[tuple[str, str] | None] = ContextVar("job", default=None)

#: What a caller of the logger may add to a line beside its text.
EXTRAS = frozenset({"actor_id", "action", "method", "route", "status", "ms", "outcome"})

#: Exceptions whose text speaks of the programme or the machine, never of what a person wrote.
_SPEAKING = (
    "AttributeError",
    "ImportError",
    "ImproperlyConfigured",
    "ModuleNotFoundError",
    "NameError",
    "TimeoutError",
    "ConnectionError",
    "ConnectionRefusedError",
    "BrokenPipeError",
)
_MOST_FRAMES = 12


def _add_identity(_logger: object, _name: str, event: Event) -> Event:
    """The request or the job that a line belongs to."""
    if number := request_id.get():
        event["request_id"] = number
    if current := job.get():
        event["job_id"], event["job"] = current
    return event


def _name_the_route(_logger: object, _name: str, event: Event) -> Event:
    """In Django's own lines the route stands for the address, which may hold a secret link.

    Django writes some of them when the request has left all middleware; it still has its number.
    """
    request = getattr(event.get("_record"), "request", None)
    if number := getattr(request, "request_id", ""):
        event.setdefault("request_id", number)
    path = getattr(request, "path", "")
    if path and path in str(event.get("event", "")):
        match = getattr(request, "resolver_match", None)
        route = f"/{match.route}" if match else "(no page)"
        event["event"] = str(event["event"]).replace(path, route)
    return event


def _name_the_job(_logger: object, _name: str, event: Event) -> Event:
    """Celery writes an exception's text and stacks into its lines; the job and the class are
    enough."""
    record = event.get("_record")
    if not getattr(record, "name", "").startswith("celery"):
        return event
    facts = getattr(record, "data", None)
    if isinstance(facts, dict):
        event["event"] = f"job {facts.get('name')} {facts.get('description', 'ended')}"
        event.setdefault("job_id", facts.get("id"))
    else:
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _tell_the_exception(_logger: object, _name: str, event: Event) -> Event:
    """Class and frames of an exception; no values of variables, no text that may quote a person."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0] is not None:
        event["exception"] = told(info[1])
    event.pop("exc_text", None)
    return event


def told(error: BaseException | None) -> str:
    """An exception and its causes, each as its class, its text where that is safe, and frames."""
    parts = []
    while error is not None and len(parts) < 5:
        frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
        where = " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames))
        kinds = {kind.__name__ for kind in type(error).__mro__}
        text = f": {error}" if kinds & set(_SPEAKING) else ""
        parts.append(f"{type(error).__module__}.{type(error).__name__}{text} at {where or '?'}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return " | because of ".join(parts)


#: What JSON leaves as it is and some viewers take for a line break or a command.
_RISKY = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _line(event: dict[str, object], **options: Any) -> str:
    """One line of JSON in which nothing can break the line or steer a terminal."""
    text = json.dumps(event, ensure_ascii=False, **options)
    return _RISKY.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def formatter() -> logging.Formatter:
    """Line breaks and control characters of any text are escaped, Vietnamese letters are not."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(allow=EXTRAS),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_identity,
            _name_the_route,
            _name_the_job,
        ],
        processors=[
            _tell_the_exception,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
    )
