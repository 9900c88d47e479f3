"""Another process that uses a ledger: `program.py open|write|lease|sell|forget URL NAME COUNT`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from state.ledger import Ledger, ledger_at, open_ledger
from state.records import Decision, OutboxRow, Spend
from state.trade import RefundedSoFar, Sale

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def rows(name: str, number: int) -> list[OutboxRow]:
    """Make one release of five posts."""
    release = f"{name}-{number}"
    return [
        OutboxRow(key=f"{release}-{n}", piece=name, post_id=str(n), channel="site", release=release, published_at=NOW)
        for n in range(5)
    ]


def decision(number: int) -> Decision:
    words = {"point": "review_draft", "by": "person", "contract": "Draft", "shown": "s", "digest": "d", "at": NOW}
    return Decision.model_validate({**words, "kind": "rework", "to": "voice", "note": str(number)})


async def write(ledger: Ledger, name: str, count: int) -> None:
    """Write so many releases, and say the number of each once it is kept."""
    await ledger.start_piece(name, topic="t", driver="embedded", now=NOW)
    for number in range(count):
        await ledger.put_body("Spend", Spend(tokens=number))
        await ledger.write_outbox(rows(name, number))
        await ledger.record_spend(name, "voice", Spend(tokens=1, cost=2), now=NOW)
        await ledger.record_decision(name, decision(number))
        print(number, flush=True)


async def lease(ledger: Ledger, name: str, count: int) -> None:
    """Ask for so many leases that others want too, and say which were got."""
    for number in range(count):
        now = NOW + timedelta(seconds=number)
        if await ledger.lease("piece", f"channel-{number}", holder=name, now=now, seconds=60):
            print(number, flush=True)


async def sell(ledger: Ledger) -> None:
    """Tell of 50 sales and, of each, what has gone back of it so far, twice; and say how many rows that made."""
    counted = 0
    for number in range(50):
        about = {"shop": "stripe", "order": str(number), "currency": "GBP", "at": NOW}
        sold = Sale.model_validate({**about, "event": str(number), "kind": "sale", "amount": 20})
        for total in (4, 10):
            back = {**about, "event": f"{number}/{total}", "kind": "refund", "amount": total}
            counted += len(await ledger.record_sales([sold, RefundedSoFar.model_validate(back)]))
    print(counted, flush=True)


async def main(task: str, url: str, name: str = "", count: str = "0") -> None:
    if task == "forget":
        await (await open_ledger(url)).pieces()
        return
    if task == "loop":
        await (await ledger_at(url)).pieces()
        return
    ledger = await open_ledger(url)
    try:
        if task == "write":
            await write(ledger, name, int(count))
        if task == "lease":
            await lease(ledger, name, int(count))
        if task == "sell":
            await sell(ledger)
    finally:
        await ledger.close()


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    asyncio.run(main(*sys.argv[1:]))
