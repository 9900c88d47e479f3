"""Four channels keep what every channel keeps, against a server that speaks their API as documented."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.far import VARIABLES, Scripted, opened
from tests.support.conformance import Conformance
from tests.support.scripted_api import ScriptedApi


@pytest.fixture(params=list(VARIABLES))
async def far_side(
    request: pytest.FixtureRequest, api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scripted]:
    channel = opened(request.param, api.url, tmp_path, monkeypatch)
    yield Scripted(channel, api)
    await channel.aclose()


class TestScripted(Conformance):
    pass
