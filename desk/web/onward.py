"""Where a reader who followed a link is sent, and how the shop there is told of the click."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

STRIPE, LEMON_SQUEEZY, PLAIN = "client_reference_id", "checkout[custom][click]", "click"
_SHOPS = {"buy.stripe.com": STRIPE, "lemonsqueezy.com": LEMON_SQUEEZY, "gumroad.com": PLAIN, "gum.co": PLAIN}
"""What these shops take with a link and tell with a sale: Stripe's Payment Links as `client_reference_id`, Lemon Squeezy as custom data,
Gumroad, whose ping repeats the query, as any parameter.
"""


def click_parameter(url: str, hosts: Mapping[str, str]) -> str | None:
    """The query parameter by which the shop at `url` takes a click's id; None where nobody said that it takes one.

    `hosts` are a workspace's own, beside those of the shops that are known; each stands for its subdomains too.
    """
    host = f".{urlsplit(url).hostname or ''}"
    return next((name for known, name in {**_SHOPS, **hosts}.items() if host.endswith(f".{known}")), None)


def open_for_click(url: str, parameter: str | None) -> tuple[str, str]:
    """What stands before and behind a click's id in the address that a reader is sent to, in ASCII; without a parameter, all stands before."""
    parts = urlsplit(url)
    if parameter is None:
        return _ascii(url), ""
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != parameter]
    query = urlencode([*kept, (parameter, "")])
    return _ascii(urlunsplit(parts._replace(query=query, fragment=""))), _ascii(
        f"#{parts.fragment}" if parts.fragment else ""
    )


def _ascii(url: str) -> str:
    """`url` with everything percent-encoded that can't stand in a header, line breaks among it."""
    return quote(url, safe="%:/?#[]@!$&'()*+,;=-._~")
