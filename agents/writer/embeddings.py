"""Which embedding model a name stands for: beside the writers, since it takes the same key."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from agents.writer.errors import WriterMisconfigured
from agents.writer.opening import Credentials
from state.settings import Models


def open_embeddings(name: str, models: Models) -> Embeddings:
    """Open the embedding model `provider:model`. Blocks: it imports the integration. Raises WriterMisconfigured.

    An endpoint of one's own gets the texts as they are: cutting them to OpenAI's tokens would fetch its tables first.
    """
    provider, _, model = name.partition(":")
    try:
        if provider != "openai":
            from langchain.embeddings import init_embeddings

            return init_embeddings(name)
        from langchain_openai import OpenAIEmbeddings

        known = Credentials()
        return OpenAIEmbeddings(
            model=model,
            openai_api_key=known.key,
            openai_api_base=known.url,
            request_timeout=models.timeout,
            max_retries=models.retries,
            check_embedding_ctx_length=False,
        )
    except Exception as error:  # the integrations raise what they like for a missing package or key
        fix = 'Set its key in .env and install its LangChain package, or write novelty = "bm25".'
        raise WriterMisconfigured(name, f"The embedding model can't be opened: {error}", fix) from error
