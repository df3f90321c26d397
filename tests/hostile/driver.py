"""Runs `handbill check` on one hostile project after another, each in a process of its own, and watches it.

Reads one JSON line a case, {"project": folder, "canary": file}; answers one line, {"exit", "seconds" (of CPU),
"megabytes", "stdout", "stderr", "events"}. The program is imported once and then forked, since most of a
case's time would be the start. `events` is what Python's audit hooks saw: files opened for writing, the
canary opened, sockets made, programs started.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
from typing import IO, Any

import handbill.cli
import handbill.pipeline
import handbill.project

PATIENCE = 10  # seconds until a case is killed
CEILING = 2_000_000_000  # bytes of address space, so that a failing case does not take the machine along
_WATCHED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.remove", "os.rename")
_WATCHED += ("os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.", "ctypes.", "urllib.")


def _watch(canary: str, pipe: int) -> None:
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            if isinstance(path, bytes | str) and (flags & writing or canary in os.path.realpath(os.fsdecode(path))):
                os.write(pipe, f"open {path!r} {flags}\n".encode())
        elif event.startswith(_WATCHED):
            os.write(pipe, f"{event} {args!r}\n".encode())

    sys.addaudithook(hook)


def _child(case: dict[str, str], out: int, err: int, pipe: int) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    resource.setrlimit(resource.RLIMIT_AS, (CEILING, CEILING))
    sys.argv = ["handbill", "check", "--project", case["project"], "--format", "json", "--channel", "messenger"]
    sys.argv += ["--no-cache", "--jobs", "1"]  # nothing is kept, so that nothing needs to be written
    _watch(case["canary"], pipe)
    code = 3
    try:
        handbill.cli.main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 3
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run(case: dict[str, str]) -> dict[str, Any]:
    """What came of one case."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as seen:
        return _run(case, [out, err, seen])


def _run(case: dict[str, str], files: list[IO[bytes]]) -> dict[str, Any]:
    pid = os.fork()
    if not pid:
        _child(case, *(file.fileno() for file in files))
    signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
    signal.alarm(PATIENCE)
    _, status, usage = os.wait4(pid, 0)
    signal.alarm(0)
    texts = []
    for file in files:
        file.seek(0)
        texts.append(file.read().decode("utf-8", "replace"))
    return {
        "exit": os.waitstatus_to_exitcode(status),
        "seconds": usage.ru_utime + usage.ru_stime,
        "megabytes": usage.ru_maxrss / 1000,
        "stdout": texts[0],
        "stderr": texts[1],
        "events": texts[2].splitlines(),
    }


if __name__ == "__main__":
    # so that what is imported on first use is imported before the forks
    shipped = handbill.project.shipped()
    list(handbill.pipeline.Compiler(shipped).check(shipped.names()[:3]))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()
