"""Which embedding model a name stands for: beside the writers, since it takes the same key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from langchain_core.embeddings import Embeddings

from agents.writer.errors import WriterMisconfigured
from agents.writer.opening import Credentials
from state.settings import Models

_FIX = 'Set its key in .env and install its LangChain package, or write "bm25" in its place.'


@asynccontextmanager
async def open_embeddings(name: str, models: Models) -> AsyncIterator[Embeddings]:
    """Open the embedding model `provider:model`, and close its connections. Raises WriterMisconfigured."""
    try:
        embeddings, close = await asyncio.to_thread(_connect, name, models)
    except Exception as error:  # the integrations raise what they like for a missing package or key
        raise WriterMisconfigured(name, f"The embedding model can't be opened: {error}", _FIX) from error
    try:
        yield embeddings
    finally:
        await close()


def _connect(name: str, models: Models) -> tuple[Embeddings, Callable[[], Awaitable[None]]]:
    """Import the integration and make its client, with an HTTP client of its own as agents/writer/opening.py does.

    An endpoint gets the texts as they are: to cut them by OpenAI's tokens, their tables would have to be fetched first.
    """
    provider, _, model = name.partition(":")
    if provider != "openai":
        from langchain.embeddings import init_embeddings

        return init_embeddings(name), _nothing
    from langchain_openai import OpenAIEmbeddings
    from openai import DefaultAsyncHttpxClient

    from agents.writer.transport import keyless

    known = Credentials()
    if known.key is None:
        raise ValueError("there is no OPENAI_API_KEY in the environment")
    http = DefaultAsyncHttpxClient(proxy=known.openai_proxy)
    keyless(http, known.key)
    embeddings = OpenAIEmbeddings(
        model=model,
        openai_api_key=known.key,
        openai_api_base=known.url,
        request_timeout=models.timeout,
        max_retries=models.retries,
        http_async_client=http,
        openai_proxy=None,
        check_embedding_ctx_length=False,
    )
    return embeddings, http.aclose


async def _nothing() -> None:
    """There is nothing of ours to close."""
