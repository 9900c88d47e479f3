"""What is logged: an event a line, and no secret or text of anybody's."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from desk.options import LogLevel
from desk.up.logs import say, set_up


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    made = io.StringIO()
    set_up(LogLevel.INFO, made)
    yield made
    root.handlers[:], logging.raiseExceptions = handlers, raising
    root.setLevel(level)
    logging.captureWarnings(capture=False)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def refuse(why: str) -> None:
    raise RuntimeError(why)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json(stream: io.StringIO) -> None:
    """With its name, its facts and its moment, whatever characters stand in it."""
    say("made", "Piece 1 \n\x1b[31m waits", piece="1", posts=2, url=None)
    (line,) = lines(stream)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "event": "made",
        "message": "Piece 1 \N{REPLACEMENT CHARACTER}[31m waits",
        "piece": "1",
        "posts": 2,
        "url": None,
    }


def test_secrets_of_the_environment_are_masked(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever they stand: in a message, a fact, an address or an error."""
    monkeypatch.setenv("DEVTO_API_KEY", "s3cr3t-value-1")
    monkeypatch.setenv("ALERT_URLS", "ntfy://host/s3cr3t-topic")
    try:
        refuse("refused s3cr3t-value-1\nBODY OF A POST")
    except RuntimeError as error:
        say("trouble", "at https://me:s3cr3t@host/x and ntfy://host/s3cr3t-topic", error=error, fact="s3cr3t-value-1")
    (line,) = lines(stream)
    assert "s3cr3t" not in stream.getvalue()
    assert "BODY" not in stream.getvalue()
    assert line["error"] == "RuntimeError: refused ***"
    assert any("test_logs.py" in place for place in line["from"])


def test_libraries_are_heard_only_when_something_is_wrong(stream: io.StringIO) -> None:
    """httpx names every address that it asks at INFO."""
    logging.getLogger("httpx").info("HTTP Request: GET https://host/?key=1")
    logging.getLogger("httpx").warning("something")
    assert [line["message"] for line in lines(stream)] == ["something"]


def test_a_terminal_is_told_in_words(stream: io.StringIO) -> None:
    """No JSON where a person reads."""
    terminal = Terminal()
    set_up(LogLevel.INFO, terminal)
    say("made", "Piece 1 waits.", piece="1")
    say("trouble", "It failed.", level=logging.WARNING, error=ValueError("no"))
    first, second, third, *_ = terminal.getvalue().splitlines()
    assert first[8:] == " Piece 1 waits."
    assert second[8:] == " Warning: It failed."
    assert third == "  ValueError: no"


def test_less_is_logged_when_less_is_asked_for(stream: io.StringIO) -> None:
    """`--log-level warning` leaves out what went well."""
    quiet = io.StringIO()
    set_up(LogLevel.WARNING, quiet)
    say("made", "Piece 1 waits.")
    say("trouble", "It failed.", level=logging.WARNING)
    assert [line["event"] for line in lines(quiet)] == ["trouble"]
