"""Whether what ALERT_URLS holds is what apprise understands. Nothing is sent, and no address is shown: they hold tokens."""

from __future__ import annotations

from collections.abc import Iterator

from desk.alerts import VARIABLE, addresses, understood
from desk.checkup.finding import Finding, failed, ok

_SYNTAX = "https://github.com/caronc/apprise/wiki says how each service is written."


def alerts() -> Iterator[Finding]:
    urls = addresses()
    if not urls:
        yield ok("alerts", f"Off: {VARIABLE} names nobody to be told that something waits.")
    for number, url in enumerate(urls, 1):
        about = f"alert {number}"
        if understood(url):
            yield ok(about, f"{url.partition('://')[0]}: told when a piece or a reply waits, or a post was parked.")
        else:
            yield failed(about, f"Address {number} of {VARIABLE} is none that apprise knows.", _SYNTAX)
