"""
A session at a terminal: a program on a pty of its own, what is typed, what has to appear.

A session is a file of steps "WORD: TEXT", with Python's escapes in the text:
    run: WORDS       the program, quoted as a shell has it
    expect: REGEX    appears behind what was expected last (patience is limited)
    absent: REGEX    is not among what came between the last two expected texts
    type: KEYS       one after another, as somebody types
    resize: COLUMNS ROWS
    status: NUMBER   how it ends, as a shell counts
"""
import fcntl
import os
import pty
import re
import select
import shlex
import signal
import struct
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

PATIENCE_S = 20
KEY_S = 0.005
KEY = re.compile(rb"\x1b\[[A-Z]|.", re.DOTALL)  # as a keyboard sends it
ROWS, COLUMNS = 24, 80


@dataclass(frozen=True)
class Session:
    name: str
    words: List[str]
    steps: List[Tuple[str, str]]


def session_read(source: Path) -> Session:
    steps: List[Tuple[str, str]] = []
    for line in source.read_text().splitlines():
        if line and not line.startswith("#"):
            word, _, text = line.partition(": ")
            steps.append((word, text))
    word, words = steps[0]
    assert word == "run" and steps[-1][0] == "status", f"{source}: the first step is run, the last one status"
    return Session(source.name, shlex.split(words), steps[1:])


class Terminal:
    """A started program and all it has written."""

    def __init__(self, words: Sequence[str]) -> None:
        self.seen = b""
        self.matched = 0  # how much of it is behind us
        self.between = b""  # what came before the last match
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self.resize(COLUMNS, ROWS, 0)
            os.execvp(words[0], words)

    def resize(self, columns: int, rows: int, fd: Optional[int] = None) -> None:
        fcntl.ioctl(self.fd if fd is None else fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, patience_s: float) -> bool:
        """More of what it writes; False at the end, or if nothing came."""
        if not select.select([self.fd], [], [], patience_s)[0]:
            return False
        try:
            data = os.read(self.fd, 4096)
        except OSError:  # the other end is closed
            return False
        self.seen += data
        return bool(data)

    def expect(self, pattern: str) -> bool:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = re.compile(pattern.encode()).search(self.seen, self.matched)
            if found:
                self.between = self.seen[self.matched:found.start()]
                self.matched = found.end()
                return True
            left = deadline - time.monotonic()
            if left <= 0 or not self.read(left):
                return False

    def type(self, keys: bytes) -> None:
        for key in KEY.findall(keys):
            os.write(self.fd, key)
            time.sleep(KEY_S)

    def end(self) -> int:
        """How it ended; it is killed if it does not."""
        deadline = time.monotonic() + PATIENCE_S
        while self.read(max(deadline - time.monotonic(), 0)):
            pass
        os.close(self.fd)
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
            time.sleep(0.01)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return 124


def keys_of(text: str) -> bytes:
    return text.encode().decode("unicode_escape").encode("latin-1")


def step_fails(terminal: Terminal, word: str, text: str) -> bool:
    if word == "expect":
        return not terminal.expect(text)
    if word == "absent":
        return re.search(text.encode(), terminal.between) is not None
    if word == "type":
        terminal.type(keys_of(text))
    elif word == "resize":
        columns, rows = text.split()
        terminal.resize(int(columns), int(rows))
    else:
        raise ValueError(f"no step {word}")
    return False


def session_run(session: Session, words: Sequence[str]) -> Tuple[str, bytes]:
    """The first step that fails, or "", and all that was written."""
    terminal = Terminal(words)
    failed = ""
    for word, text in session.steps[:-1]:
        if step_fails(terminal, word, text):
            failed = f"{word}: {text}"
            os.kill(terminal.pid, signal.SIGHUP)
            break
    status = terminal.end()
    wanted = int(session.steps[-1][1])
    return failed or (f"status: {wanted}, found {status}" if status != wanted else ""), terminal.seen
