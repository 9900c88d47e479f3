"""Which writer a model's name stands for, and what it needs from the environment."""

from __future__ import annotations

from functools import partial

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from agents.writer.errors import WAY_OUT, WriterError, WriterMisconfigured
from agents.writer.faults import Place
from agents.writer.model import Endpoint, LanguageModelWriter
from agents.writer.seam import ExtractiveWriter, Writer
from state.base import AgentName
from state.settings import EXTRACTIVE, Models

OPENAI_URL = "https://api.openai.com/v1"
_NO_KEY_NEEDED = SecretStr("not-needed")
"""Sent to an endpoint of one's own that asks for none: openai's client won't start without a key."""


class Credentials(BaseSettings):
    """What `openai:` models need from the environment; empty counts as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = Field(default=None, repr=False)
    openai_proxy: str | None = Field(default=None, repr=False)

    @field_validator("*", mode="before")
    @classmethod
    def _trimmed(cls, value: object) -> object:
        return value.strip() if isinstance(value, str) else value

    @property
    def url(self) -> str:
        return self.openai_base_url or OPENAI_URL

    @property
    def key(self) -> SecretStr | None:
        """None when there is none and the endpoint wants one."""
        return self.openai_api_key or (_NO_KEY_NEEDED if self.openai_base_url else None)


def open_writer(models: Models, agent: AgentName) -> Writer:
    """Open the writer that `models` gives to `agent`. Raises nothing: what is wrong is raised by its first `write`."""
    name = models.of(agent)
    if name == EXTRACTIVE:
        return ExtractiveWriter()
    provider, _, model = name.partition(":")
    if provider == "openai" and model:
        connect = partial(_connect_openai, name, model, models, Credentials())
    else:
        connect = partial(_connect_any, name, models)
    return LanguageModelWriter(name, models, connect)


def _connect_openai(name: str, model: str, models: Models, credentials: Credentials) -> Endpoint:
    """Reach an endpoint that speaks OpenAI's protocol, with an HTTP client of its own.

    LangChain would share one client between event loops, and a connection belongs to one loop. No temperature is
    sent: some models refuse it. 429, 408, 409, 5xx, time-outs and lost connections are retried by openai's client,
    with exponential backoff, jitter and Retry-After (openai/_base_client.py, `_should_retry`).
    """
    from langchain_openai import ChatOpenAI
    from openai import DefaultAsyncHttpxClient

    from agents.writer.transport import keyless

    key = credentials.key
    if key is None:
        raise WriterMisconfigured(
            name,
            "There is no OPENAI_API_KEY in the environment.",
            f"Set it, or set OPENAI_BASE_URL to an endpoint that needs none. {WAY_OUT}",
        )
    try:
        http = DefaultAsyncHttpxClient(proxy=credentials.openai_proxy)
        keyless(http, key)
        chat = ChatOpenAI(
            model=model,
            api_key=key,
            base_url=credentials.url,
            timeout=models.timeout,
            max_retries=models.retries,
            http_async_client=http,
            openai_proxy=None,
            use_responses_api=False if credentials.openai_base_url else None,
        )
    except Exception as exc:
        # A proxy or an address that the HTTP library can't read fails here, in that library's own way.
        raise _unusable(name, exc, "Check OPENAI_BASE_URL and the proxy settings in the environment.") from exc
    place = Place(name, credentials.url, models.timeout, models.retries, key)
    return Endpoint(chat=chat, place=place, strict=True, close=http.aclose)


def _connect_any(name: str, models: Models) -> Endpoint:
    """Any other provider that LangChain has an integration for; its key is that integration's affair."""
    from langchain.chat_models import init_chat_model

    if not all(name.partition(":")):
        raise WriterMisconfigured(
            name,
            "That names no writer.",
            'Write "extractive", or "provider:model" such as "openai:gpt-5-mini".',
        )
    try:
        chat = init_chat_model(name, timeout=models.timeout, max_retries=models.retries)
    except Exception as exc:
        # The integrations raise what they like for a missing package or key.
        fix = "Install the provider's LangChain package and set its key in the environment."
        raise _unusable(name, exc, fix) from exc
    return Endpoint(chat=chat, place=Place(name, "", models.timeout, models.retries), strict=False, close=_nothing)


def _unusable(name: str, error: Exception, fix: str) -> WriterError:
    if isinstance(error, ValidationError):
        said = "; ".join(str(problem["msg"]) for problem in error.errors(include_input=False, include_url=False))
    else:
        said = str(error)
    said = Place(name, "", 0, 0).scrubbed(said)
    return WriterMisconfigured(name, f"It can't be opened: {said}", f"{fix} {WAY_OUT}")


async def _nothing() -> None:
    """There is nothing of ours to close."""
