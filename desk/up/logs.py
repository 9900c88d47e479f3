"""What the wheel says: an event a line, as JSON for machines and as words in a terminal. No secret and no text of anybody's.

Of an error that nobody foresaw the first line is kept, and where it came from: what follows may hold what was being written.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any, TextIO

from desk.options import LogLevel
from desk.output import safe

LOUD = (
    "apscheduler",
    "httpx",
    "httpcore",
    "httpx2",
    "urllib3",
    "openai",
    "apprise",
    "uvicorn",
    "sqlalchemy",
    "asyncio",
)
"""Libraries of whose chatter nothing but warnings is kept: some name addresses, with what stands in them."""
_MOST = 400
"""Characters of a message, and of an error's."""
_SECRET_NAME = re.compile(r"secret|token|passw|_key$|credential|alert_urls|database_url", re.IGNORECASE)
_SHORTEST = 6
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_log = logging.getLogger("flywheel.up")


def say(
    event: str, message: str, *, level: int = logging.INFO, error: BaseException | None = None, **facts: object
) -> None:
    """Log something that happened. `event` and the names of `facts` are stable, for machines."""
    _log.log(level, "%s", message, exc_info=error, extra={"event": event, "facts": facts})


def set_up(level: LogLevel, stream: TextIO | None = None) -> None:
    """Send everything to `stream`, stderr unless it is given, and nothing anywhere else."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Readable() if stream.isatty() else JsonLines())
    handler.addFilter(_is_heard)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.raiseExceptions = False  # a log that can't be written stops nothing
    logging.captureWarnings(capture=True)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # what a job of ours raises is told by us


def _is_heard(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in LOUD


class JsonLines(logging.Formatter):
    """One JSON object a line: `at` (UTC), `level`, `event`, `message`, the facts, and `error` with `from`."""

    def format(self, record: logging.LogRecord) -> str:
        told = {"at": _at(record).isoformat(timespec="milliseconds"), "level": record.levelname.lower()} | _told(record)
        return json.dumps(told, ensure_ascii=True, default=str)


class Readable(logging.Formatter):
    """`21:04:05 What happened`, by this machine's clock, and what an error was."""

    def format(self, record: logging.LogRecord) -> str:
        told = _told(record)
        grave = "" if record.levelno < logging.WARNING else f"{record.levelname.capitalize()}: "
        lines = [f"{_at(record).astimezone():%H:%M:%S} {grave}{told['message']}"]
        lines += [f"  {told['error']}"] if "error" in told else []
        return "\n".join([*lines, *(f"    {place}" for place in told.get("from", ()))])


def _told(record: logging.LogRecord) -> dict[str, Any]:
    facts: dict[str, object] = getattr(record, "facts", {})
    told: dict[str, Any] = {"event": getattr(record, "event", record.name), "message": clean(record.getMessage())}
    told |= {name: clean(value) if isinstance(value, str) else value for name, value in facts.items()}
    error = record.exc_info[1] if record.exc_info else None
    return told | ({"error": in_short(error), "from": _whence(error)} if error else {})


def in_short(error: BaseException) -> str:
    """Its kind and the first line of what it says."""
    first = str(error).strip().partition("\n")[0]
    return clean(f"{type(error).__name__}: {first}" if first else type(error).__name__)


def clean(text: str) -> str:
    """Cut to a line's length, without secrets, and without what a terminal obeys."""
    text = _IN_ADDRESS.sub("***", " ".join(safe(text).split()))
    for secret in _secrets():
        text = text.replace(secret, "***")
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


def _secrets() -> list[str]:
    """What the environment holds under names of secrets, longest first."""
    found = {value.strip() for name, value in os.environ.items() if _SECRET_NAME.search(name)}
    return sorted((value for value in found if len(value) >= _SHORTEST), key=len, reverse=True)


def _whence(error: BaseException) -> list[str]:
    """The last places that it came through, innermost last."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)[-8:]]


def _at(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
