"""Markdown as Hugo reads it: Goldmark, after the shortcodes were found in it."""

from __future__ import annotations

import re

from channels.generator_markdown import GeneratorMarkdown, titled
from channels.rewriting import prefixed

_SHORTCODE = re.compile(
    r"\{\{(?P<mark>[<%])(?![/*])(?P<inner>(?:(?!\*/|\{\{|\}\}).)*?)(?P<end>[>%])\}\}|\{\{(?=[<%])", re.DOTALL
)
_JOINER = "\N{WORD JOINER}"


class Goldmark(GeneratorMarkdown):
    """Attributes and raw HTML are off unless a site switches them on, so an offer is set apart as a quotation."""

    def offer(self, text: str) -> str:
        return prefixed(text, "> ")

    def reference(self, words: str, url: str, title: str) -> str:
        """`sponsored` stays as the title, where a site's own link template can make a `rel` of it."""
        return f"[{words}]({url}{titled(title)})"

    def verbatim(self, content: str) -> str:
        """A shortcode is commented as Hugo wants one shown; half of one gets an invisible joint, as it would end the build."""
        return _SHORTCODE.sub(_shown, content)


def _shown(found: re.Match[str]) -> str:
    mark, end = found["mark"], found["end"]
    if mark and (mark, end) in (("<", ">"), ("%", "%")):
        return f"{{{{{mark}/*{found['inner']}*/{end}}}}}"
    return found[0].replace("{{", f"{{{_JOINER}{{")
