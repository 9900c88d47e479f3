"""localstripe, a public stand-in for Stripe: real payments in its own terms, whose webhooks it signs as Stripe does.

Run as a program it is localstripe with the one event that it lacks, `refund.created`: its own Refund, sent and signed by its own code.
It has no Checkout: what it sends is counted with `[sales] stripe = "payment_intents"` and `test_events = true`.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

KEY = "sk_test_12345"


class LocalStripe:
    """A running one. `with LocalStripe() as stripe:`; it ends with the block."""

    def __enter__(self) -> LocalStripe:
        self.port = _free_port()
        command = [sys.executable, str(Path(__file__)), "--port", str(self.port), "--from-scratch"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", auth=(KEY, ""), timeout=20)
        deadline = time.monotonic() + 60
        while True:
            try:
                self._client.get("/v1/customers")
            except httpx.TransportError:
                assert self._process.poll() is None and time.monotonic() < deadline, "localstripe did not start"
                time.sleep(0.1)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._process.kill()
        self._process.wait()

    def listen(self, url: str, secret: str, *, name: str = "flywheel") -> None:
        """Have every event sent to `url`, signed with `secret`."""
        answer = self._client.post(f"/_config/webhooks/{name}", json={"url": url, "secret": secret})
        answer.raise_for_status()

    def pay(self, amount: int, currency: str, *, click: str = "") -> str:
        """Pay `amount` in minor units by card, and give the payment intent's id. Its webhook comes a second later."""
        card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2034", "cvc": "123"}
        method = self._post("/v1/payment_methods", {"type": "card", **{f"card[{k}]": v for k, v in card.items()}})
        about = {"amount": str(amount), "currency": currency, "payment_method": method["id"], "confirm": "true"}
        # Without the automatic method it waits for a capture.
        about |= {"capture_method": "automatic"} | ({"metadata[click]": click} if click else {})
        return str(self._post("/v1/payment_intents", about)["id"])

    def refund(self, intent: str, amount: int) -> str:
        """Give `amount` of a payment back, and return the refund's id. Its webhook comes a second later."""
        return str(self._post("/v1/refunds", {"payment_intent": intent, "amount": str(amount)})["id"])

    def _post(self, path: str, data: dict[str, str]) -> dict[str, Any]:
        answer = self._client.post(path, data=data)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    from localstripe import resources
    from localstripe.server import start

    made = resources.Refund.__init__

    def told(self: Any, *args: Any, **given: Any) -> None:
        made(self, *args, **given)
        resources.schedule_webhook(resources.Event("refund.created", self))

    resources.Refund.__init__ = told
    start()


if __name__ == "__main__":
    main()
