"""Senders of a newsletter that are killed at any moment send nobody two."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from state.ledger import open_ledger
from tests.channels.test_email import NOW, OPTIONS, SITE, article
from tests.support.smtp_sink import counts

ROOT = Path(__file__).parents[2]

SENDING = """
import asyncio, json, sys
from pathlib import Path
import channels.email
from channels import Opening, SiteIdentity, open_channel
from state.channels import OutgoingPost
from state.ledger import close_ledgers

async def main():
    options, site, post, workspace, database = sys.argv[1:]
    site = SiteIdentity.model_validate_json(site)
    opening = Opening(name="email", options=json.loads(options), workspace=Path(workspace), site=site, database=database)
    try:
        await open_channel(opening).send(OutgoingPost.model_validate_json(post))
    finally:
        await close_ledgers()

print("ready", flush=True)
asyncio.run(main())
"""


async def _mailing(sender: subprocess.Popen[str], folder: Path) -> None:
    """Until it has sent a mail, or ends."""
    before = counts(folder)
    while sender.poll() is None and counts(folder) == before:
        await asyncio.sleep(0.01)


@pytest.mark.torture
async def test_twenty_killed_senders_send_nobody_two(tmp_path: Path) -> None:
    """Senders that die at seeded moments, and one that gets through: each reader has one mail, or is unknown and has at most one."""
    readers = [f"reader{number:02}@example.org" for number in range(40)]
    database = f"sqlite:///{tmp_path}/ledger.db"
    ledger = await open_ledger(database)
    await ledger.subscribe(readers, source="a form", now=NOW)
    moments = random.Random(20260104)
    folder = tmp_path / "counted"
    sink = subprocess.Popen(
        [sys.executable, "-m", "tests.support.smtp_sink", str(folder), "0.03"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert sink.stdout is not None
        options = json.dumps({**OPTIONS, "port": sink.stdout.readline().strip()})
        words = [options, SITE.model_dump_json(), article().model_dump_json(), str(tmp_path), database]
        command = [sys.executable, "-c", SENDING, *words]
        for kill in range(20):
            sender = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            assert sender.stdout is not None and sender.stdout.readline() == "ready\n"
            if kill % 2:
                await _mailing(sender, folder)  # however slow its start is, some die in the middle of a mail
            await asyncio.sleep(moments.uniform(0, 0.2))
            sender.send_signal(signal.SIGKILL)
            sender.communicate()
        last = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        await asyncio.sleep(0.2)
        found = counts(folder)
        after = {mail.address: mail.state.value for mail in await ledger.mailing(article().key)}
        assert set(after.values()) <= {"sent", "unknown"}, last.stderr
        assert "unknown" in after.values()
        for reader, state in after.items():
            assert found.get(reader, 0) == 1 if state == "sent" else found.get(reader, 0) <= 1, reader
    finally:
        sink.terminate()
        sink.wait()
        assert sink.stdout is not None
        sink.stdout.close()
        await ledger.close()
