"""A MonetizedDraft as plain text: the draft's form with each insertion as a fenced block of labelled lines."""

from __future__ import annotations

import re

from pydantic import ValidationError

from state.contracts.monetized import Insertion, MonetizedDraft
from state.forms.base import FormError, titled

_BLOCK = re.compile(r"^::: offer (\S+)\n(.*?)\n:::$", re.MULTILINE | re.DOTALL)
_LABELS = ("Disclosure", "Lead", "Text", "Link")
_LEADS = ", which leads to"
_LINK = re.compile(rf"\s*(.+?)\s*<([^\s<>]+)>(?:{_LEADS} <([^\s<>]+)>)?\s*")


def render(monetized: MonetizedDraft) -> str:
    return f"# {monetized.title}\n\n{woven(monetized.body, tuple((i.at, _block(i)) for i in monetized.insertions))}"


def woven(body: str, inserts: tuple[tuple[int, str], ...]) -> str:
    """`body` with each (offset, block) put in, an empty line on both sides. Offsets are starts of blocks, or the end."""
    out, last = "", 0
    for at, block in sorted(inserts, key=lambda pair: pair[0]):
        out += body[last:at]
        out += f"{block}\n\n" if at < len(body) else f"\n\n{block}"
        last = at
    return out + body[last:]


def _block(i: Insertion) -> str:
    lines = [
        f"::: offer {i.offer}",
        f"Disclosure: {i.disclosure}",
        f"Lead: {i.lead}",
        f"Text: {i.text}",
        f"Link: {i.label} <{i.url}>{f'{_LEADS} <{i.landing}>' if i.landing else ''}",
    ]
    return "\n".join(line.rstrip() for line in (*lines, ":::"))


def parse(text: str, base: MonetizedDraft) -> MonetizedDraft:
    """The MonetizedDraft that an edited form means: blocks become insertions, what is left is the body.

    Raises FormError.
    """
    title, rest = titled(text, "offer")
    body, found, last = "", [], 0
    for match in _BLOCK.finditer(rest):
        body += rest[last : match.start()]
        at_end = not _BLOCK.sub("", rest[match.end() :]).strip()
        if at_end:
            body, last = body.removesuffix("\n\n"), match.end()
        else:
            last = match.end() + (2 if rest.startswith("\n\n", match.end()) else 0)
        found.append((len(body), match))
    body += rest[last:]
    try:
        variants = {i.offer: i.variant for i in base.insertions}
        insertions = [_insertion(at, match[1], match[2], variants.get(match[1], "")) for at, match in found]
        return MonetizedDraft.model_validate(
            base.model_dump() | {"title": title, "body": body, "insertions": [i.model_dump() for i in insertions]}
        )
    except ValidationError as error:
        raise FormError(
            "offer", str(error.errors()[0]["msg"]), "Keep the labelled lines between the fences."
        ) from error


def _insertion(at: int, offer: str, inner: str, variant: str) -> Insertion:
    lines = [line.partition(":")[::2] for line in inner.split("\n")]
    if tuple(label for label, _ in lines) != _LABELS:
        raise FormError(
            f"offer {offer}",
            f"Its lines are {', '.join(label for label, _ in lines)}.",
            f"They must be {', '.join(_LABELS)}, in this order.",
        )
    fields = dict(lines)
    link = _LINK.fullmatch(fields["Link"])
    if link is None:
        raise FormError(f"offer {offer}", "The link can't be read.", "Write it as `Link: Name <https://...>`.")
    return Insertion(
        at=at,
        offer=offer,
        disclosure=fields["Disclosure"].strip(),
        lead=fields["Lead"].strip(),
        text=fields["Text"].strip(),
        label=link[1],
        url=link[2],
        landing=link[3] or "",
        variant=variant,
    )
