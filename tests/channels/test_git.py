"""The git site keeps what every channel keeps, and what a repository makes of it."""

from __future__ import annotations

import asyncio
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from channels import Opening, SiteIdentity, open_channel
from channels.generators import Style
from channels.git import GitChannel
from state.channels import Gone, OutcomeUnknown, OutgoingImage, Receipt, Rejected, Unauthorized, Unreachable
from tests.support.conformance import Conformance, post_for
from tests.support.git_remote import branches, commits, copies, git, make_remote, put, tree

pytestmark = pytest.mark.long

article = partial(post_for, "git")
SITE = SiteIdentity(name="Upkeep", base_url="https://upkeep.example", author="Noor Lindqvist")
Open = Callable[..., GitChannel]


def opened(workspace: Path, remote: Path | str, **options: str) -> GitChannel:
    settings = {"remote": str(remote), "author_email": "noor@example.org", **options}
    channel = open_channel(Opening(name="git", options=settings, workspace=workspace, site=SITE))
    assert isinstance(channel, GitChannel)
    return channel


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home without anybody's configuration, and variables that would lead git astray."""
    (tmp_path / "home").mkdir()
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "A stranger")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return make_remote(tmp_path / "remote.git", README_0_md="Mine.\n")


@pytest.fixture(params=["hugo", "jekyll"])
def style(request: pytest.FixtureRequest) -> Style:
    found: Style = request.param
    return found


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "workspace/media").mkdir(parents=True)
    (tmp_path / "workspace/media/lamp.png").write_bytes(b"\x89PNG lamp")
    return tmp_path / "workspace"


@pytest.fixture
def channel(workspace: Path, remote: Path, style: Style) -> GitChannel:
    return opened(workspace, remote, style=style)


@dataclass
class Branch:
    channel: GitChannel
    remote: Path

    async def count(self) -> int:
        files = tree(self.remote)
        return sum(name.startswith(f"{self.channel.generator.folder}/") for name in files)

    async def text_of(self, receipt: Receipt) -> str:
        """The body, as both generators read it where nothing in it is markup."""
        return re.split(r"^(?:---|\+\+\+)$", tree(self.remote)[receipt.remote_id], flags=re.MULTILINE)[2].strip()


@pytest.fixture
def far_side(channel: GitChannel, remote: Path) -> Branch:
    return Branch(channel, remote)


class TestGit(Conformance):
    pass


async def test_a_post_is_a_file_and_a_commit(channel: GitChannel, remote: Path, style: Style) -> None:
    """One commit adds one file where the generator looks for posts, dated and signed, and leaves the rest alone."""
    receipt = await channel.send(article(title='A title\u2028with “quotes” and "these"'))
    path = {"hugo": "content/posts/article-1.md", "jekyll": "_posts/2025-11-22-article-1.md"}[style]
    url = {"hugo": "posts/article-1/", "jekyll": "2025/11/22/article-1.html"}[style]
    assert (receipt.remote_id, receipt.url) == (path, f"https://upkeep.example/{url}")
    assert set(tree(remote)) == {"README.md", path}
    said = git(remote, "log", "-1", "--format=%an <%ae>|%at|%s", "main").strip()
    assert said == 'Noor Lindqvist <noor@example.org>|1763809200|Publish: A title with “quotes” and "these"'


async def test_a_replay_makes_no_commit(channel: GitChannel, remote: Path) -> None:
    """What is there already isn't committed again, even by a process whose clone is gone."""
    await channel.send(article())
    before = git(remote, "rev-parse", "main")
    await channel.send(article())
    subprocess.run(["rm", "-rf", str(channel.repository.folder)], check=True)
    await channel.send(article())
    assert git(remote, "rev-parse", "main") == before
    assert commits(remote, article().key) == 1


async def test_an_empty_repository_gets_its_first_branch(workspace: Path, tmp_path: Path) -> None:
    """A repository without any commit takes the post as its first."""
    bare = make_remote(tmp_path / "new.git")
    channel = opened(workspace, bare)
    assert await channel.find(article()) is None
    await channel.send(article())
    assert branches(bare) == ["main"]
    assert await channel.find(article()) is not None


async def test_images_are_committed_with_the_post(
    channel: GitChannel, remote: Path, workspace: Path, style: Style
) -> None:
    """Images lie where the generator serves files from, the text shows them by their address, and an edit takes them away."""
    lamp = OutgoingImage(path="media/lamp.png", alt="A lamp [lit]")
    receipt = await channel.send(article(images=(lamp,)))
    path = {"hugo": "static/images/article-1/image-1.png", "jekyll": "assets/images/article-1/image-1.png"}[style]
    shown = git(remote, "cat-file", "blob", f"main:{path}")
    assert "lamp" in shown
    served = path.removeprefix("static/")
    assert f"![A lamp \\[lit\\]](https://upkeep.example/{served})" in tree(remote)[receipt.remote_id]
    assert await channel.find(article(images=(lamp,))) == receipt
    put(remote, "main", {path.replace("image-1.png", "mine.txt"): "mine"})
    await channel.edit(article(), receipt.remote_id)
    names = git(remote, "ls-tree", "-r", "--name-only", "main").split()
    assert path not in names and path.replace("image-1.png", "mine.txt") in names
    with pytest.raises(Rejected, match="can't be read"):
        await channel.send(article(2, images=(OutgoingImage(path="media/none.png", alt="?"),)))


async def test_an_edit_keeps_address_and_date(channel: GitChannel, remote: Path) -> None:
    """New words under a new title and a later date stand in the old file, under its address and its date."""
    receipt = await channel.send(article())
    new = article(text="New words.", title="Another", slug="another", published_at="2026-02-01T10:00:00Z")
    edited = await channel.edit(new, receipt.remote_id)
    assert (edited.remote_id, edited.url) == (receipt.remote_id, receipt.url)
    assert await channel.find(new) == edited
    text = tree(remote)[receipt.remote_id]
    assert "New words." in text and "2025-11-22T11:00:00Z" in text and "2026" not in text
    with pytest.raises(Rejected, match="Keep the slug article-1"):
        await channel.send(new)


async def test_what_is_gone_cannot_be_edited(channel: GitChannel) -> None:
    """An edit of a file that isn't there says so and makes none."""
    with pytest.raises(Gone):
        await channel.edit(article(), f"{channel.generator.folder}/article-1.md")
    assert await channel.find(article()) is None


async def test_a_file_of_somebody_elses_is_left_alone(channel: GitChannel, remote: Path) -> None:
    """A file at the post's place, with another key or with none, is never replaced or taken down."""
    receipt = await channel.send(article(1))
    with pytest.raises(Rejected, match=r"belongs to 0{31}1 already"):
        await channel.send(article(2, slug="article-1", published_at=article(1).published_at))
    put(remote, "main", {receipt.remote_id: "Written by hand.\n"})
    with pytest.raises(Rejected, match="wasn't written by us"):
        await channel.send(article(1))
    with pytest.raises(Rejected, match="says nothing of us"):
        await channel.delete(receipt.remote_id)
    assert tree(remote)[receipt.remote_id] == "Written by hand.\n"


async def test_nothing_outside_the_folder_is_deleted(channel: GitChannel, remote: Path) -> None:
    """A name that isn't a post's is refused."""
    with pytest.raises(Rejected):
        await channel.delete("README.md")
    assert "README.md" in tree(remote)


async def test_the_branch_may_move_on(channel: GitChannel, remote: Path, style: Style) -> None:
    """Work that others push in between is kept, and the post comes to stand on top of it."""
    await channel.send(article(1))
    put(remote, "main", {"about.md": "Somebody's page."})
    await channel.send(article(2))
    files = tree(remote)
    assert files["about.md"] == "Somebody's page."
    assert copies(remote, article(1).key) == copies(remote, article(2).key) == 1


async def test_a_lost_race_is_run_again(channel: GitChannel, remote: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the branch moves between the look and the push, the post is committed again on what is there now."""
    push = channel.repository.push

    async def late(commit: str) -> None:
        monkeypatch.setattr(channel.repository, "push", push)
        put(remote, "main", {"about.md": "Pushed in between."})
        await push(commit)

    monkeypatch.setattr(channel.repository, "push", late)
    await channel.send(article())
    assert tree(remote)["about.md"] == "Pushed in between."
    assert commits(remote, article().key) == 1


async def test_two_workspaces_at_once_lose_nothing(tmp_path: Path, remote: Path, style: Style) -> None:
    """Six posts from three workspaces at the same time, each sent twice, are six files."""
    channels = [opened(tmp_path / f"w{number}", remote, style=style) for number in range(3)]
    posts = [article(number) for number in range(1, 7)]
    await asyncio.gather(*(channels[at % 3].send(post) for at, post in enumerate(posts * 2)))
    assert [copies(remote, post.key) for post in posts] == [1] * 6


async def test_nothing_of_the_remotes_or_the_users_is_run(channel: GitChannel, remote: Path, tmp_path: Path) -> None:
    """A user's hooks directory and a template of hooks stay silent, and no file of the remote's is checked out."""
    hooks = tmp_path / "home/hooks"
    hooks.mkdir()
    for name in ("pre-push", "post-checkout", "pre-commit", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{name}\nexit 1\n")
        (hooks / name).chmod(0o755)
    (tmp_path / "home/.gitconfig").write_text(f"[core]\n\thooksPath = {hooks}\n[commit]\n\tgpgSign = true\n")
    await channel.send(article())
    assert not list(tmp_path.glob("ran-*"))
    assert not list(channel.repository.folder.rglob("README.md"))
    assert copies(remote, article().key) == 1


async def test_a_hook_that_refuses_is_heard(channel: GitChannel, remote: Path) -> None:
    """What the far side says against a commit reaches a person, and the post isn't sent again as it is."""
    hook = remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'Posts need a ticket number.' >&2\nexit 1\n")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(Rejected, match="Posts need a ticket number"):
        await channel.send(article())
    assert copies(remote, article().key) == 0


async def test_a_branch_that_is_not_there_is_named(workspace: Path, remote: Path) -> None:
    """A misspelt branch of a repository that has others isn't made; those there are are named."""
    with pytest.raises(Unreachable, match="no branch mian; it has main"):
        await opened(workspace, remote, branch="mian").send(article())
    assert branches(remote) == ["main"]


async def test_a_remote_that_is_not_there_is_unreachable(workspace: Path, tmp_path: Path) -> None:
    """An address without a repository says which, and finding says the same."""
    channel = opened(workspace, tmp_path / "nowhere.git")
    for call in (channel.send, channel.find):
        with pytest.raises(Unreachable, match=r"nowhere\.git"):
            await call(article())


async def test_a_locked_remote_is_tried_again_later(channel: GitChannel, remote: Path) -> None:
    """A branch that stays locked on the far side is unreachable, in its own words; once free, the post goes through."""
    lock = remote / "refs/heads/main.lock"
    lock.write_text("")
    with pytest.raises(Unreachable, match=r"main\.lock|cannot lock|moved on"):
        await channel.send(article())
    lock.unlink()
    await channel.send(article())
    assert commits(remote, article().key) == 1


async def test_a_lock_in_the_clone_that_was_left_is_removed(channel: GitChannel, remote: Path) -> None:
    """What a killed git left in our clone doesn't stop the next call."""
    await channel.send(article(1))
    lock = channel.repository.folder / "refs/flywheel/tip.lock"
    lock.write_text("")
    os.utime(lock, (0, 0))
    put(remote, "main", {"about.md": "x"})
    await channel.send(article(2))
    assert copies(remote, article(2).key) == 1


@pytest.mark.parametrize("name", ["config.lock", "shallow.lock", "refs/flywheel/tip.lock"])
async def test_a_git_that_outlived_its_publisher_is_waited_for(channel: GitChannel, remote: Path, name: str) -> None:
    """While a killed publisher's git holds one of the clone's locks, the next call waits, and goes on once it is free."""
    await channel.send(article(1))
    put(remote, "main", {"about.md": "x"})
    lock = channel.repository.folder / name
    lock.write_text("")
    sending = asyncio.create_task(channel.send(article(2)))
    await asyncio.wait([sending], timeout=0.5)
    assert not sending.done() and lock.exists()
    lock.unlink()
    await sending
    assert copies(remote, article(2).key) == 1


async def test_a_lock_that_nobody_frees_is_removed_when_it_is_old(
    channel: GitChannel, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock whose git died a moment ago is waited for as long as a living one would need it, and then removed."""
    await channel.send(article(1))
    monkeypatch.setattr("channels.repository._LEFT", 0.5)
    (channel.repository.folder / "shallow.lock").write_text("")
    put(remote, "main", {"about.md": "x"})
    await channel.send(article(2))
    assert copies(remote, article(2).key) == 1


async def test_a_push_whose_answer_is_lost_is_found_again(
    channel: GitChannel, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the connection breaks after the far side took it, the outcome is unknown, and the next look finds one copy."""
    fake = channel.repository.folder.parent / "bin"
    fake.mkdir(parents=True)
    (fake / "git").write_text(
        '#!/bin/sh\n/usr/bin/env -u NOTHING PATH="${PATH#*:}" git "$@"\ncode=$?\n'
        'case " $* " in *" push "*) echo "fatal: the remote end hung up unexpectedly" >&2; exit 128;; esac\nexit $code\n'
    )
    (fake / "git").chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setenv("PATH", f"{fake}:{os.environ['PATH']}")
        with pytest.raises(OutcomeUnknown, match="hung up"):
            await channel.send(article())
    assert await channel.find(article()) is not None
    await channel.send(article())
    assert commits(remote, article().key) == 1


async def test_git_that_is_not_installed_is_named(channel: GitChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the program, it says what to install."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unreachable, match="Install git"):
        await channel.send(article())


ASKING = """
import base64, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        given = self.headers.get("Authorization", "")
        with open(sys.argv[1], "a") as file:
            file.write(base64.b64decode(given.removeprefix("Basic ")).decode() + "\\n")
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.mark.parametrize("token", ["s3cret-token", None])
async def test_refused_credentials_say_what_to_set(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    """A token reaches its host and stands in no message; without one nobody is asked for it, and GIT_TOKEN is named."""
    if token:
        monkeypatch.setenv("GIT_TOKEN", token)
    seen = tmp_path / "seen"
    with subprocess.Popen([sys.executable, "-c", ASKING, str(seen)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            channel = opened(workspace, f"http://127.0.0.1:{int(server.stdout.readline())}/site.git")
            with pytest.raises(Unauthorized, match="Set GIT_TOKEN") as caught:
                await channel.send(article())
        finally:
            server.terminate()
    assert "s3cret" not in str(caught.value) + repr(channel.repository)
    assert seen.read_text().split() == ([f"x-access-token:{token}"] if token else [])


async def test_a_token_is_in_no_command_line(
    workspace: Path, remote: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """git is given the token by its environment, and never among its arguments."""
    monkeypatch.setenv("GIT_TOKEN", "s3cret-token")
    calls: list[tuple[str, ...]] = []
    start = asyncio.create_subprocess_exec

    async def watched(*command: str, **more: Any) -> asyncio.subprocess.Process:
        calls.append(command)
        return await start(*command, **more)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    channel = opened(workspace, "http://127.0.0.1:1/site.git")
    with pytest.raises(Unreachable):
        await channel.send(article())
    assert calls and not any("s3cret" in word for call in calls for word in call)
    assert any("credential.http://127.0.0.1:1.helper" in word for call in calls for word in call)
