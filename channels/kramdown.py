"""Markdown as Jekyll reads it: kramdown, after Liquid went over it."""

from __future__ import annotations

import re

from channels.generator_markdown import GeneratorMarkdown, titled
from channels.markdown import SPONSORED
from channels.rewriting import prefixed


class Kramdown(GeneratorMarkdown):
    def offer(self, text: str) -> str:
        return f"{prefixed(text, '> ')}\n{{: .offer}}"

    def reference(self, words: str, url: str, title: str) -> str:
        if title.strip().casefold() == SPONSORED:
            return f'[{words}]({url}){{: rel="sponsored nofollow noopener"}}'
        return f"[{words}]({url}{titled(title)})"

    def verbatim(self, content: str) -> str:
        """Liquid takes no notice of Markdown's code: each of its brackets is shown raw."""
        return re.sub(r"\{\{|\{%", r"{% raw %}\g<0>{% endraw %}", content)
