#!/usr/bin/env python3
"""Runs a command on a terminal of its own, 33 by 99: `typist.py TEXT KEYS COMMAND...` types KEYS (with Python's
escapes) when the command has written TEXT, prints all it wrote, and ends as the command did (128 and the signal)."""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE_S = 60
SETTLE_S = 1


def wait_for_reader(fd: int) -> None:
    """Until the guest has taken over the terminal's line discipline, which it does when it first wants input. An end of
    file typed before that is one of the host's, and reaches the guest as a NUL byte: a known gap, not tested here."""
    deadline = time.monotonic() + SETTLE_S
    while termios.tcgetattr(fd)[3] & termios.ICANON and time.monotonic() < deadline:
        time.sleep(0.01)


def main() -> int:
    text, keys, command = sys.argv[1], sys.argv[2].encode().decode("unicode_escape"), sys.argv[3:]
    seen, typed, deadline = "", False, time.monotonic() + PATIENCE_S
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
        os.execvp(command[0], command)
    while time.monotonic() < deadline:
        if not select.select([fd], [], [], 1)[0]:
            continue
        try:
            seen += os.read(fd, 4096).decode(errors="replace")
        except OSError:  # the other end is closed
            break
        if text in seen and not typed:
            wait_for_reader(fd)
            os.write(fd, keys.encode())
            typed = True
    else:
        print(f"typist: no end after {PATIENCE_S} s")
        os.kill(pid, signal.SIGKILL)
    print(seen.replace("\r", ""), end="")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status if status >= 0 else 128 - status


sys.exit(main())
