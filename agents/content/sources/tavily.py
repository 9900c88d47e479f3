"""Tavily, a paid web search (docs.tavily.com, POST /search). Not yet proven against the real service."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from agents.content.sources.fetch import Ask, Fetcher
from agents.content.sources.search import Answer, Found, ask_json, no_key

ADDRESS = "https://api.tavily.com"


class SearchKeys(BaseSettings):
    """What searches need from the environment; empty counts as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    tavily_api_key: SecretStr | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _trimmed(cls, value: object) -> object:
        return (value.strip() or None) if isinstance(value, str) else value


class _Result(Answer):
    url: str


class _Results(Answer):
    results: tuple[_Result, ...]


class Tavily:
    """Finds pages; their text is read from the pages themselves, so that a quote has its source."""

    name = "tavily"
    fixes: Mapping[int, str] = {
        401: "Check TAVILY_API_KEY: the service doesn't know this key.",
        403: "Check TAVILY_API_KEY: the service refuses this key.",
        429: "Too many searches in a short time: try again in a minute.",
        432: "The key's plan is used up: raise its limit at app.tavily.com, or wait for the next month.",
        433: "The pay-as-you-go limit is reached: raise it at app.tavily.com.",
    }

    def __init__(self, key: SecretStr | None, address: str = ADDRESS) -> None:
        """Take the key, None when there is none; `address` is another one in tests."""
        self._key = key
        self._address = address

    async def find(self, query: str, most: int, fetcher: Fetcher) -> Found:
        """Search the web in the basic depth, one credit each; raises `SourceError`."""
        if self._key is None:
            raise no_key(self.name, "TAVILY_API_KEY", "https://app.tavily.com")
        wanted = {"query": query, "max_results": min(most, 20), "search_depth": "basic", "topic": "general"}
        ask = Ask(interface=True, json_body=json.dumps(wanted).encode(), token=self._key)
        answer = await ask_json(fetcher, f"{self._address}/search", _Results, ask)
        return Found(pages=tuple(result.url for result in answer.results))
