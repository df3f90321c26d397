"""A revision of a project in git: what changed since, and its files as they were.

Nothing is checked out, and neither the index nor any file of the working tree is touched.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

_OURS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
_LINK, _SUBMODULE = "120000", "160000"


class NoRevision(Exception):
    """Git is not there, the folder is in no repository, or there is no such revision; says which, in a sentence."""


class Revision:
    """A commit, as seen from a project's folder."""

    def __init__(self, root: Path, name: str) -> None:
        """`name` as git takes it: a branch, a tag, a commit, `HEAD~2`; `main...` is where this branch left main.

        Raises NoRevision.
        """
        self.root = root
        self.name = name
        inside = self._git("rev-parse", "--show-prefix", otherwise=f"{root} is in no git repository")
        self.prefix = PurePosixPath(inside.removesuffix("\n"))  # of the root, from the top of the repository
        unknown = f"git knows no revision `{name}`"
        if name.startswith("-") or not name.strip():
            raise NoRevision(unknown)
        if name.endswith("..."):
            commit = self._git("merge-base", "--", name.removesuffix("..."), "HEAD", otherwise=unknown)
        else:
            commit = self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", otherwise=unknown)
        self.commit = commit.split()[0] if commit.split() else ""
        if not self.commit:
            raise NoRevision(unknown)

    def changed(self) -> set[str]:
        """The files of the project that are not as they were, committed or not, by their paths from the root.

        Those that are new, and those that are gone, are among them; what git ignores is not.
        """
        since = self._git(
            *("diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "--relative", "-z"),
            *(self.commit, "--", "."),
        )
        new = self._git("ls-files", "--others", "--exclude-standard", "-z", "--", ".")
        return {path for path in (since + new).split("\0") if path}

    def files(self) -> list[str]:
        """The files that there were, by their paths from the root; of folders only their names."""
        return self._git("ls-tree", "--name-only", "-z", self.commit, "--", ".").split("\0")

    def extract(self, folder: Path, wanted: Sequence[str]) -> None:
        """Write files as they were into a folder, by their paths from the root: those of `wanted`, and below them.

        Raises OSError.
        """
        entries = list(self._entries(wanted))
        contents = self._contents([digest for _, digest, _ in entries])
        for (mode, _, path), content in zip(entries, contents, strict=True):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if mode == _LINK:
                target.symlink_to(os.fsdecode(content))
            else:
                target.write_bytes(content)

    def _entries(self, wanted: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Mode, object and path from the root of each file."""
        if not wanted:
            return
        listed = self._git("ls-tree", "-r", "-z", self.commit, "--", *wanted)
        for line in filter(None, listed.split("\0")):
            about, _, path = line.partition("\t")
            mode, _, digest = about.split()
            if mode != _SUBMODULE:
                yield mode, digest, path

    def _contents(self, objects: Sequence[str]) -> Iterator[bytes]:
        asked = "".join(f"{digest}\n" for digest in objects)
        answer = memoryview(self._run(["cat-file", "--batch"], asked.encode()).stdout)
        at = 0
        for _ in objects:
            end = bytes(answer[at : at + 200]).index(b"\n") + at
            size = int(bytes(answer[at:end]).split()[2])
            yield bytes(answer[end + 1 : end + 1 + size])
            at = end + 1 + size + 1

    def _git(self, *arguments: str, otherwise: str = "") -> str:
        """What git says. `otherwise`: what it means when it fails."""
        done = self._run(list(arguments))
        if done.returncode:
            said = os.fsdecode(done.stderr).strip().split("\n")[0].removeprefix("fatal: ")
            owned = "dubious ownership" in said
            raise NoRevision(said if owned or not otherwise else otherwise)
        return os.fsdecode(done.stdout)

    def _run(self, arguments: list[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        environment = {name: value for name, value in os.environ.items() if name not in _OURS}
        environment |= {"LC_ALL": "C", "GIT_LITERAL_PATHSPECS": "1", "GIT_NO_LAZY_FETCH": "1"}
        command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", *arguments]
        try:
            return subprocess.run(
                command, cwd=self.root, env=environment, input=given, capture_output=True, check=False
            )
        except FileNotFoundError:
            raise NoRevision("git is not installed, or not on the PATH") from None
