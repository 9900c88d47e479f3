"""How long a text is, as the channel it goes to counts."""

from __future__ import annotations

import regex

from state.channels.rules import ChannelRules, Counting
from state.channels.weighing import weight

# Mastodon's own finder is twitter-text's: a scheme, a dotted host, a path that ends in no punctuation and keeps only
# brackets that close, a query. Text after the URL (a full stop, a closing bracket) still counts.
_SHORTENED = regex.compile(
    r"""
    (?P<url>
      (?<![a-z0-9@＠$\#＃\u202a-\u202e\ufeff]) https?://
      (?:(?P<alnum>[^\s\x00-/:-@\[-`{-\x7f]) (?:(?:(?&alnum)|[_-])*(?&alnum))? \.){1,126}
      (?:xn--[a-z0-9]+ | [a-z]{2,} | (?:(?![a-z])\p{L}\p{M}*)+) (?![a-z0-9@])
      (?::[0-9]+)?
      (?:/(?:(?P<plain>[^\s<>()?]) | \((?:(?&plain)|\((?&plain)+\))+\))* (?<![(?!*"'「」<>;:=,.$%\[\]~&|@]))?
      (?:\?[a-z0-9!?*'();:&=+$/%\#\[\]\-_.,~|@^\u00a0-\U0010fffd]*[a-z0-9_&=\#/\-\u00a0-\U0010fffd])?
    )
    | (?<![=/\w]) (?P<mention>(?>@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)) (?>@\w+(?:[.-]+\w+)*) (?![@＠]|://)
    """,
    regex.IGNORECASE | regex.VERBOSE,
)


_GRAPHEME = regex.compile(r"\X")


def measure(text: str, rules: ChannelRules) -> int:
    r"""Count `text` as the channel does.

    Graphemes are extended grapheme clusters (UAX 29), by `regex`'s `\X`. With `url_length`, URLs and remote mentions
    count as on Mastodon (its StatusLengthValidator): a URL with a scheme is `url_length`, even when it is shorter; a
    bare domain is what it is; `@name@host` is `@name`. Any dotted host passes for a real one. Weighted is as on X.
    """
    if rules.counting is Counting.WEIGHTED:
        assert rules.url_length is not None
        return weight(text, rules.url_length)
    if rules.url_length is not None:
        text = _shorten(text, rules.url_length)
    if rules.counting is Counting.GRAPHEMES:
        return len(text) if text.isascii() and "\r" not in text else len(_GRAPHEME.findall(text))
    return len(text)


def _shorten(text: str, url_length: int) -> str:
    shortened: str = _SHORTENED.sub(lambda found: found["mention"] or "x" * url_length, text)
    return shortened


def over_limit(text: str, rules: ChannelRules) -> str | None:
    """Say what is too long about `text`; None when it fits."""
    length = measure(text, rules)
    if rules.limit is not None and length > rules.limit:
        return f"{length} {rules.counting} of at most {rules.limit}"
    size = len(text.encode("utf-8"))
    if rules.byte_limit is not None and size > rules.byte_limit:
        return f"{size} bytes of at most {rules.byte_limit}"
    return None
