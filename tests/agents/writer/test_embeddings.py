"""An embedding model over the wire: which endpoint is asked, with what, and what is said when there is none."""

from __future__ import annotations

import json

import pytest

from agents.likeness import ByMeaning, nearest
from agents.writer import WriterError
from agents.writer.embeddings import open_embeddings
from state.settings import Models
from tests.support.openai_server import OpenAIServer, raw, status

MODELS = Models(timeout=5, retries=1)


def embedded(*vectors: tuple[float, ...]) -> bytes:
    data = [{"object": "embedding", "index": at, "embedding": list(vector)} for at, vector in enumerate(vectors)]
    return json.dumps(
        {"object": "list", "model": "m", "data": data, "usage": {"prompt_tokens": 9, "total_tokens": 9}}
    ).encode()


async def test_texts_are_compared_by_meaning(server: OpenAIServer, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts go to the endpoint of the environment as they are, in one call, and their cosine is the likeness."""
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", key)
    server.queue(raw(embedded((1, 0), (1, 1), (0, 3))))
    async with open_embeddings("openai:m", MODELS) as embeddings:
        near = await nearest(ByMeaning(embeddings), ["ferries"], ["boats", "bread"])
    assert (near[0].at, round(near[0].likeness, 3)) == (0, 0.707)
    (request,) = server.requests
    assert (request.body["model"], request.body["input"]) == ("m", ["ferries", "boats", "bread"])
    assert request.headers["authorization"] == f"Bearer {key}"


async def test_an_endpoint_that_refuses(server: OpenAIServer, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error is raised, without the key in it."""
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", key)
    server.queue(status(401, message=f"no such key: {key}"))
    async with open_embeddings("openai:m", MODELS) as embeddings:
        with pytest.raises(Exception, match="401") as caught:
            await nearest(ByMeaning(embeddings), ["ferries"], ["boats"])
    assert key not in str(caught.value)


@pytest.mark.parametrize("name", ["openai:m", "nobody:m"])
async def test_a_model_that_cannot_be_opened(name: str) -> None:
    """Without a key, or for a provider that nobody knows, it is told what to do."""
    with pytest.raises(WriterError, match="embedding model") as caught:
        async with open_embeddings(name, MODELS):
            pass
    assert "bm25" in caught.value.fix
