"""What came back from a model, and whether it is what was asked for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from agents.writer.seam import Out

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_CUT = frozenset({"length", "max_tokens", "max_output_tokens", "model_length"})
_FILTERED = frozenset({"content_filter", "refusal", "safety", "prohibited_content", "blocklist", "recitation"})
"""What providers call these two endings, in lower case."""
_FENCED = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
_SHOWN_HEAD, _SHOWN_TAIL = 1500, 500
"""Characters of a bad answer that go back to the model."""
_PROBLEMS = 8


@dataclass(frozen=True)
class Answer:
    text: str
    """JSON, one hopes."""
    ending: str = ""
    """The provider's word for why it stopped, in lower case."""
    refusal: str = ""
    tokens_in: int = 0
    """0 when the endpoint didn't say."""
    tokens_out: int = 0

    @property
    def refused(self) -> bool:
        return bool(self.refusal) or self.ending in _FILTERED


class Misfit(ValueError):
    """The answer isn't what was asked for. `shown` is the answer, shortened."""

    def __init__(self, why: str, shown: str) -> None:
        super().__init__(why)
        self.shown = shown


def answer_of(message: BaseMessage) -> Answer:
    """Read LangChain's message, whichever provider it is from."""
    calls = getattr(message, "tool_calls", None)
    usage = getattr(message, "usage_metadata", None) or {}
    return Answer(
        text=json.dumps(calls[0]["args"], ensure_ascii=False) if calls else str(message.text),
        ending=_ending(message.response_metadata),
        refusal=shortened(_refusal(message), 300, 0),
        tokens_in=usage.get("input_tokens", 0),
        tokens_out=usage.get("output_tokens", 0),
    )


def _ending(metadata: dict[str, Any]) -> str:
    """OpenAI says `finish_reason`, Anthropic `stop_reason`, Ollama `done_reason`, the Responses API a detail."""
    detail = metadata.get("incomplete_details") or {}
    found = (metadata.get(key) for key in ("finish_reason", "stop_reason", "done_reason"))
    return str(detail.get("reason") or next(filter(None, found), "")).lower()


def _refusal(message: BaseMessage) -> str:
    if said := message.additional_kwargs.get("refusal"):
        return str(said)
    blocks = message.content if isinstance(message.content, list) else []
    return next((str(b["refusal"]) for b in blocks if isinstance(b, dict) and b.get("refusal")), "")


def answer_in_error(error: Exception) -> Answer | None:
    """Find the answer in an error of openai's about how it ended (too long, filtered); None for other errors."""
    completion = getattr(error, "completion", None)
    if completion is None or not completion.choices:
        return None
    choice, usage = completion.choices[0], completion.usage
    return Answer(
        text=choice.message.content or "",
        ending=str(choice.finish_reason).lower(),
        refusal=shortened(choice.message.refusal or "", 300, 0),
        tokens_in=usage.prompt_tokens if usage else 0,
        tokens_out=usage.completion_tokens if usage else 0,
    )


def read_answer(answer: Answer, wants: type[Out]) -> Out:
    """Parse the answer as `wants`. Raises a Misfit."""
    shown = shortened(answer.text) or "(no answer)"
    if answer.ending in _CUT:
        raise Misfit("The answer was cut off: it was longer than the model may write at once.", shown)
    fenced = _FENCED.match(answer.text)
    try:
        return wants.model_validate_json(fenced[1] if fenced else answer.text)
    except ValidationError as exc:
        raise Misfit(_problems(exc), shown) from exc


def _problems(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False)
    said = []
    for problem in found[:_PROBLEMS]:
        where = ".".join(map(str, problem["loc"])) or "the whole"
        got = "" if problem["type"] == "json_invalid" else f", not {shortened(repr(problem['input']), 80, 0)}"
        said.append(f"{where}: {problem['msg']}{got}")
    if len(found) > _PROBLEMS:
        said.append(f"and {len(found) - _PROBLEMS} more")
    return "; ".join(said) + "."


def correction(misfit: Misfit) -> str:
    """Tell the model what was wrong with its answer."""
    return (
        f"That answer can't be used. {misfit}\n"
        "Answer again, the whole of it, as one JSON object that fits the schema, with nothing before or after it."
    )


def shortened(text: str, head: int = _SHOWN_HEAD, tail: int = _SHOWN_TAIL) -> str:
    """`text` with its middle left out if it is longer than `head` + `tail` characters."""
    if len(text) <= head + tail:
        return text
    return f"{text[:head]} […] {text[len(text) - tail :]}".rstrip()
