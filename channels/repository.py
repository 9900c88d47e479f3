"""The `git` program, and a bare clone to make commits in: no work tree, so nothing of the remote's is ever checked out or run."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

TIP = "refs/flywheel/tip"
"""Where the clone keeps the remote branch as it was last seen."""
_LOCAL, _FETCH, _PUSH = 60.0, 600.0, 120.0
"""Seconds for a command on the clone; for the first fetch of a large repository; for a push."""
_LEFT = 10.0
"""Seconds after which a lock was left by a git that is dead: one that lives, orphaned by a kill, is done with it sooner."""
_BUSY = re.compile(
    r"\.lock': File exists|could not lock config file|shallow file has changed|cannot lock ref 'refs/flywheel/"
)
"""What git says when another one is at work in the clone."""
_PAUSE = 0.1
"""Seconds before a command is given again that met another git in the clone."""
_INDEX = "index-"
_KEPT = frozenset(
    """
    PATH HOME USER LOGNAME TMPDIR XDG_CONFIG_HOME XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK GNUPGHOME
    GIT_SSH GIT_SSH_COMMAND GIT_SSL_CAINFO GIT_SSL_CAPATH SSL_CERT_FILE SSL_CERT_DIR
    http_proxy https_proxy no_proxy all_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY
    """.split()  # noqa: SIM905 - a list of two dozen strings reads worse
)
"""What git is told of our environment: how its owner reaches the remote. GIT_DIR and its like would lead it elsewhere."""
_ALWAYS = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_ALLOW_PROTOCOL": "file:http:https:ssh",
    "GIT_OPTIONAL_LOCKS": "0",
}
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.askPass": "",
    "gc.autoDetach": "false",
    "maintenance.autoDetach": "false",
    "http.lowSpeedLimit": "100",
    "http.lowSpeedTime": "60",
}
_HELPER = '!f() { test "$1" = get && echo "password=$GIT_TOKEN"; }; f'
_HELPER_NAMED = '!f() { test "$1" = get && echo username=x-access-token && echo "password=$GIT_TOKEN"; }; f'


class GitFailed(Exception):
    """A command ended with an error, or was ended when its time was over. `said` is what it wrote, for a person."""

    def __init__(self, command: str, said: str) -> None:
        super().__init__(f"git {command}: {said}")
        self.command, self.said = command, said


@dataclass(frozen=True)
class Change:
    """What one commit does. Paths are relative to the repository's root."""

    files: Mapping[str, bytes]
    removed: frozenset[str]
    message: str
    author: str
    email: str
    at: datetime
    """The author's date."""


class Repository:
    """A bare clone of one branch. For one process at a time: whoever uses it holds the lock of the folder around it.

    Every call raises GitFailed. What its owner's git and ssh know, they use: configuration, agents, credential helpers.
    A `token` is handed to git by its environment alone, and only for `remote`'s own host.
    """

    def __init__(self, folder: Path, remote: str, branch: str, token: SecretStr | None) -> None:
        self.folder, self.remote, self.branch = folder, remote, branch
        self._token = token

    async def prepare(self) -> None:
        """Make the clone unless it is there, and remove what a git that was killed left in the way."""
        await self._git("init", "--bare", "--quiet", "--template=", str(self.folder), at_clone=False)
        await asyncio.to_thread(self._tidy)

    async def fetch(self) -> str | None:
        """See the remote branch as it is now, and give its commit; None when the remote has no branch at all.

        Raises GitFailed, for a branch that isn't there among others too.
        """
        refspec = f"+refs/heads/{self.branch}:{TIP}"
        try:
            await self._git("fetch", "--quiet", "--depth=1", "--no-tags", "--", self.remote, refspec, seconds=_FETCH)
        except GitFailed as error:
            if "couldn't find remote ref" in error.said and not await self.branches():
                return None
            raise
        return (await self._git("rev-parse", "--verify", TIP)).decode().strip()

    async def branches(self) -> tuple[str, ...]:
        """The names of the remote's branches."""
        lines = (await self._git("ls-remote", "--heads", "--", self.remote, seconds=_FETCH)).decode().splitlines()
        return tuple(line.partition("refs/heads/")[2] for line in lines)

    async def read(self, commit: str, path: str) -> bytes | None:
        """The content of a file; None when there is none."""
        if path not in await self.listing(commit, path):
            return None
        return await self._git("cat-file", "blob", f"{commit}:{path}")

    async def listing(self, commit: str, *paths: str) -> Mapping[str, str]:
        """The files of these paths, or below them: path to the hash of its content."""
        listed = await self._git("ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
        entries = (entry.partition("\t") for entry in listed.decode(errors="surrogateescape").split("\0") if entry)
        return {path: about.split()[2] for about, _, path in entries if about.split()[1] == "blob"}

    async def holding(self, commit: str, words: str, folder: str) -> tuple[str, ...]:
        """The files below `folder` with these words in them."""
        command = ("grep", "-l", "-z", "-F", "--full-name", "-e", words, commit, "--", f":(literal){folder}")
        try:
            found = await self._git(*command)
        except GitFailed as error:
            if error.said:
                raise
            return ()  # grep ends with 1 and says nothing when nothing matches
        return tuple(name.partition(":")[2] for name in found.decode(errors="surrogateescape").split("\0") if name)

    async def hash(self, content: bytes) -> str:
        """Keep a file's content, and give its hash."""
        return (await self._git("hash-object", "-w", "--stdin", given=content)).decode().strip()

    async def commit(self, parent: str | None, change: Change) -> str:
        """Make a commit on `parent`, or a first one, and give its hash."""
        index = self.folder / f"{_INDEX}{os.getpid()}"
        index.unlink(missing_ok=True)
        env = {"GIT_INDEX_FILE": str(index)}
        if parent:
            await self._git("read-tree", parent, env=env)
        lines = [f"0 {'0' * 40}\t{path}" for path in sorted(change.removed)]
        lines += [f"100644 {await self.hash(content)}\t{path}" for path, content in change.files.items()]
        entries = "".join(f"{line}\0" for line in lines).encode()
        await self._git("update-index", "-z", "--add", "--index-info", env=env, given=entries)
        tree = (await self._git("write-tree", env=env)).decode().strip()
        parents = ("-p", parent) if parent else ()
        made = await self._git("commit-tree", tree, *parents, env=_names(change), given=change.message.encode())
        return made.decode().strip()

    async def push(self, commit: str) -> None:
        """Make it the remote branch's tip. Raises GitFailed; that of a branch that has moved on says so (`moved`)."""
        refspec = f"{commit}:refs/heads/{self.branch}"
        await self._git("push", "--porcelain", "--no-verify", "--", self.remote, refspec, seconds=_PUSH)

    def _tidy(self) -> None:
        for left in (*self.folder.rglob("*.lock"), *self.folder.glob(f"{_INDEX}*")):
            with suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > _LEFT:
                    left.unlink()

    async def _git(
        self,
        *command: str,
        given: bytes = b"",
        env: Mapping[str, str] = {},
        seconds: float = _LOCAL,
        at_clone: bool = True,
    ) -> bytes:
        """Run git, again while one that outlived its killed publisher is at work in the clone: our lock is ours, its own aren't.

        Every command may be given twice. A push takes no lock of the clone's: what it meets is the remote's.
        """
        until = None
        while True:
            try:
                return await self._once(*command, given=given, env=env, seconds=seconds, at_clone=at_clone)
            except GitFailed as error:
                until = until or time.monotonic() + 2 * _LEFT
                if command[0] == "push" or not _BUSY.search(error.said) or time.monotonic() > until:
                    raise
            await asyncio.sleep(_PAUSE)
            await asyncio.to_thread(self._tidy)

    async def _once(self, *command: str, given: bytes, env: Mapping[str, str], seconds: float, at_clone: bool) -> bytes:
        where = ("--git-dir", str(self.folder)) if at_clone else ()
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        process = await asyncio.create_subprocess_exec(
            "git",
            *settings,
            *self._helper(),
            *where,
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self._environment(), **env},
            cwd=self.folder.parent,
            start_new_session=True,  # without a terminal ssh can't ask for anything, and a group can be ended whole
        )
        try:
            async with asyncio.timeout(seconds):
                out, said = await process.communicate(given)
        except TimeoutError:
            raise GitFailed(command[0], f"it took longer than {seconds:g} seconds") from None
        finally:
            await _end(process)
        if process.returncode:
            raise GitFailed(command[0], _words(said, out if command[0] == "push" else b""))
        return out

    def _helper(self) -> tuple[str, ...]:
        """Have git ask our helper alone, for the remote's own host alone; nothing without a token."""
        if self._token is None:
            return ()
        scheme, _, rest = self.remote.partition("://")
        user, at, host = rest.partition("/")[0].rpartition("@")
        helper = _HELPER if at and user else _HELPER_NAMED
        return ("-c", "credential.helper=", "-c", f"credential.{scheme}://{host}.helper={helper}")

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in _KEPT}
        token = {"GIT_TOKEN": self._token.get_secret_value()} if self._token else {}
        return kept | _ALWAYS | token


def _names(change: Change) -> dict[str, str]:
    names = {"NAME": change.author, "EMAIL": change.email}
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in names.items()}
    return who | {"GIT_AUTHOR_DATE": f"@{int(change.at.timestamp())} +0000"}


async def _end(process: asyncio.subprocess.Process) -> None:
    """End git and all that it started, if it still runs."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _words(*outputs: bytes) -> str:
    """What git wrote, on one line, without the hints for those who type."""
    lines = [line.strip() for output in outputs for line in output.decode(errors="replace").splitlines()]
    return " ".join(line for line in lines if line and not line.startswith(("hint:", "To ", "Done")))[:600]
