"""One JSON object a line: instant in UTC, level, logger, request, text. No personal data."""

import logging
from contextvars import ContextVar

import structlog

#: The number of the request being answered; jobs have none.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def _add_request_id(_logger: object, _name: str, event: dict[str, object]) -> dict[str, object]:
    if number := request_id.get():
        event["request_id"] = number
    return event


def formatter() -> logging.Formatter:
    """Line breaks and control characters of any text are escaped by JSON itself."""
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
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
