"""A repository that posts are pushed to, and eyes on what is in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path


def git(folder: Path, *command: str) -> str:
    """Run git there, without the configuration of whoever runs the tests; what it printed."""
    env = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    names = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
    done = subprocess.run(["git", *names, *command], cwd=folder, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(errors="replace")


def make_remote(folder: Path, branch: str = "main", **files: str) -> Path:
    """A bare repository; with files, a first commit of them on `branch`. `__` in a name is a slash, `_0_` a dot."""
    folder.mkdir(parents=True)
    git(folder, "init", "--bare", "--quiet", f"--initial-branch={branch}", ".")
    if files:
        put(folder, branch, {name.replace("__", "/").replace("_0_", "."): text for name, text in files.items()})
    return folder


def put(remote: Path, branch: str, files: dict[str, str]) -> None:
    """Commit these files to the branch, as somebody else would."""
    work = remote.with_name(f"{remote.name}-work")
    git(remote, "worktree", "prune")
    if branch in branches(remote):
        git(remote, "worktree", "add", "--quiet", "--force", str(work), branch)
    else:
        git(remote, "clone", "--quiet", str(remote), str(work))
        git(work, "checkout", "--quiet", "-b", branch)
    for name, text in files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text, encoding="utf-8")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "-m", "Somebody's own work")
    if (work / ".git").is_dir():
        git(work, "push", "--quiet", "origin", branch)
        subprocess.run(["rm", "-rf", str(work)], check=True)
    else:
        git(remote, "worktree", "remove", "--force", str(work))


def branches(remote: Path) -> list[str]:
    return git(remote, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()


def tree(remote: Path, branch: str = "main") -> dict[str, str]:
    """Every file of the branch, path to text; nothing when there is no branch."""
    if branch not in branches(remote):
        return {}
    names = [name for name in git(remote, "ls-tree", "-r", "-z", "--name-only", branch).split("\0") if name]
    return {name: git(remote, "show", f"{branch}:{name}") for name in names if not name.endswith((".png", ".jpg"))}


def copies(remote: Path, key: str, branch: str = "main") -> int:
    """Count the files of the branch whose front matter has this post's key."""
    marker = re.compile(rf'^flywheel(?: = |: )"{key}"$', re.MULTILINE)
    return sum(bool(marker.search(text)) for text in tree(remote, branch).values())


def commits(remote: Path, key: str, branch: str = "main") -> int:
    """Count the commits on the branch that were made for this post."""
    if branch not in branches(remote):
        return 0
    return git(remote, "log", "--format=%B", branch).count(f"Flywheel-Post: {key}")
