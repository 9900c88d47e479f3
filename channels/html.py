"""An article as a blog and a letter carry it: the body alone, without the page around it."""

from __future__ import annotations

import re
from html import unescape

import nh3

from channels.markdown import to_html
from state.channels import OutgoingPost


def article_html(post: OutgoingPost, language: str = "en") -> str:
    """Render the text of an article as sanitised HTML: no script, no style, no markup of its author's own.

    An offer is an `aside`, its disclosure before its link, and that link `rel="sponsored nofollow"`. Ids are the post's
    own, as a blog shows several articles on one page.
    """
    return to_html(post.text, anchor=f"p{post.key[:8]}-", language=language)


def words_of(html: str) -> str:
    """What a reader reads of somebody's HTML, one line a paragraph."""
    broken = re.sub(r"(?i)\s*(<br\s*/?>|</p>|</li>|</blockquote>)\s*", "\n", html)
    return unescape(nh3.clean(broken, tags=set())).strip()
