"""A Reply as plain text: the words that are posted, the mention before them included."""

from __future__ import annotations

from pydantic import ValidationError

from state.contracts.reply import Reply
from state.contracts.saying import furniture, trace_reply
from state.forms.base import FormError, settled


def render(reply: Reply) -> str:
    return reply.whole


def parse(text: str, base: Reply, told: dict[str, str], urls: tuple[str, ...]) -> Reply:
    """The Reply that an edited text means. `told` is what the piece and its evidence say, by id; `urls` where it can be read.

    A sentence that comes from neither is the person's own: they vouch for it by this decision. Raises FormError.
    """
    words = settled(text, "reply").strip()
    needed = base.to.mention
    addressed = bool(needed) and (words == needed or words.startswith((f"{needed} ", f"{needed}\n")))
    words = words[len(needed) :].strip() if addressed else words
    known = {s.text: s for s in base.sentences}
    sentences = tuple(known.get(s.text, s) for s in trace_reply(words, told, furniture(urls)))
    decided = [s.text for s in sentences if "decision" in s.sources and s.text not in base.decided]
    changed = {
        "mention": needed if addressed else "",
        "text": words,
        "sentences": [s.model_dump() for s in sentences],
        "decided": [*base.decided, *dict.fromkeys(decided)],
    }
    try:
        return Reply.model_validate(base.model_dump() | changed)
    except ValidationError as error:
        raise FormError("reply", str(error.errors()[0]["msg"]), "A reply is plain text.") from error
