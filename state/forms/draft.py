"""A Draft as plain text: its title, then its body with the markers as they are."""

from __future__ import annotations

from pydantic import ValidationError

from state.contracts.draft import AuthorNote, Draft
from state.forms.base import FormError, titled
from state.text import ATTEST, statements


def render(draft: Draft) -> str:
    return f"# {draft.title}\n\n{draft.body}"


def parse(text: str, base: Draft, *, attested_by: str) -> Draft:
    """The Draft that an edited form means; a sentence that ends in `[me]` becomes a note attested by this decision.

    Once a person has changed the words they are theirs, and how VOICE came to its own stands with the draft before.

    Raises FormError.
    """
    title, body = titled(text, "draft")
    body, notes = _attest(body, base.notes, attested_by)
    passes = base.passes if (title, body) == (base.title, base.body) else ()
    changed = {"title": title, "body": body, "notes": [*base.notes, *notes], "passes": passes}
    try:
        return Draft.model_validate(base.model_dump() | changed)
    except ValidationError as error:
        raise FormError("draft", str(error.errors()[0]["msg"]), "A draft has a title and a body.") from error


def _attest(body: str, notes: tuple[AuthorNote, ...], origin: str) -> tuple[str, tuple[AuthorNote, ...]]:
    number = max((int(n.id[1:]) for n in notes), default=0)
    fresh: list[str] = []
    while ATTEST in body:
        fresh.append(f"n{number + len(fresh) + 1}")
        body = body.replace(ATTEST, f"[{fresh[-1]}]", 1)
    said = {ref: s.text for s in statements(body) for ref in s.cites if ref in fresh}
    missing = [ref for ref in fresh if ref not in said]
    if missing:
        raise FormError(
            "draft", f"{ATTEST} stands behind no sentence.", "Write it right behind the sentence that you vouch for."
        )
    return body, tuple(AuthorNote(id=ref, text=said[ref], origin=origin) for ref in fresh)
