"""What an HTTP far side's answer means, whichever library made the call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from channels import NotConfigured, Opening, open_channel
from channels.http import refusal, retry_after
from state.channels import OutcomeUnknown, Rejected, Unauthorized, Unreachable
from tests.channels.far import OPTIONS, SITE, VARIABLES


@pytest.mark.parametrize(
    ("status", "acting", "reading"),
    [
        (200, None, None),
        (206, None, None),
        (301, Rejected, Rejected),
        (400, Rejected, Rejected),
        (401, Unauthorized, Unauthorized),
        (403, Unauthorized, Unauthorized),
        (404, Rejected, Rejected),
        (408, OutcomeUnknown, Unreachable),
        (422, Rejected, Rejected),
        (429, Unreachable, Unreachable),
        (500, OutcomeUnknown, Unreachable),
        (504, OutcomeUnknown, Unreachable),
    ],
)
def test_a_status_means_what_it_says_of_the_post(
    status: int, acting: type[Exception] | None, reading: type[Exception] | None
) -> None:
    """A server error leaves a call that acts unknown; one that only reads can be made again."""
    for acts, meant in ((True, acting), (False, reading)):
        error = refusal("x", "Set X.", httpx.Response(status, text="why"), acts=acts)
        assert type(error) is (meant or type(None))
        assert error is None or f"{status} why" in str(error)


@pytest.mark.parametrize(
    "headers",
    [
        lambda at: {"Retry-After": "60"},
        lambda at: {"Retry-After": format_datetime(at, usegmt=True)},
        lambda at: {"X-RateLimit-Reset": at.isoformat()},
        lambda at: {"X-RateLimit-Reset": at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")},
        lambda at: {"x-rate-limit-reset": str(int(at.timestamp()))},
    ],
    ids=["seconds", "date", "Mastodon", "Mastodon's Z", "X"],
)
def test_each_way_to_name_a_wait_is_read(headers: Callable[[datetime], dict[str, str]]) -> None:
    """Seconds, a date, and the moment at which a rate limit starts anew all say how long to wait."""
    at = datetime.now(UTC) + timedelta(seconds=60)
    wait = retry_after(httpx.Response(429, headers=headers(at)))
    assert wait is not None
    assert 50 < wait <= 60


@pytest.mark.parametrize(
    "headers", [{}, {"Retry-After": "soon"}, {"X-RateLimit-Reset": "later"}, {"Retry-After": "-1"}]
)
def test_a_wait_that_isnt_named_is_none(headers: dict[str, str]) -> None:
    """What can't be read as a time is no time."""
    assert retry_after(httpx.Response(429, headers=headers)) is None


def test_a_moment_that_has_passed_is_no_wait() -> None:
    """A limit that has started anew since is 0 seconds, never less."""
    gone = datetime.now(UTC) - timedelta(hours=1)
    assert retry_after(httpx.Response(429, headers={"X-RateLimit-Reset": gone.isoformat()})) == 0


@pytest.mark.parametrize("name", list(VARIABLES))
def test_a_missing_credential_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A channel without its credential says which variable to set, before anything is sent."""
    monkeypatch.delenv(VARIABLES[name], raising=False)
    options = {"server": "https://social.example", **OPTIONS[name]}
    with pytest.raises(NotConfigured, match=VARIABLES[name]):
        open_channel(Opening(name=name, options=options, workspace=tmp_path, site=SITE))
