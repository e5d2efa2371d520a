"""One JSON object a line: instant in UTC, level, logger, request, text. No personal data."""

import json
import logging
import re
from contextvars import ContextVar
from typing import Any

import structlog

#: The number of the request being answered; jobs have none.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def _add_request_id(_logger: object, _name: str, event: dict[str, object]) -> dict[str, object]:
    if number := request_id.get():
        event["request_id"] = number
    return event


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
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_request_id,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
    )
