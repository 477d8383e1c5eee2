#!/usr/bin/env python3
"""Runs window.c in a guest on a terminal of its own and changes the window: `window.py COMMAND...`"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

PATIENCE_S = 60
SIZES = [("first", 30, 90), ("then", 31, 91), ("finally", 32, 91)]


def resize(fd: int, rows: int, columns: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def expect(fd: int, text: str, seen: str) -> str:
    """What came behind the text."""
    deadline = time.monotonic() + PATIENCE_S
    while text not in seen:
        if time.monotonic() > deadline:
            sys.exit(f"no {text!r} in {seen!r}")
        if select.select([fd], [], [], 0.1)[0]:
            seen += os.read(fd, 4096).decode()
    return seen.split(text, 1)[1]


def main() -> None:
    pid, fd = pty.fork()
    if pid == 0:
        time.sleep(0.2)  # until the window has its size
        os.execv(sys.argv[1], sys.argv[1:])
    seen = ""
    for when, rows, columns in SIZES:
        resize(fd, rows, columns)
        seen = expect(fd, f"{when} {rows} {columns}\r\n", seen)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


main()
