#!/usr/bin/env python3
"""Runs a command as a shell's job on a terminal of its own and plays the user: `terminal.py [--background] COMMAND...`

The command is tend-linux with the stub kernel's /terminal: it asks for a terminal without echo and with other line
settings, and prints the messages it gets.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from typing import Callable

PATIENCE_S = 60


def job(command: list[str]) -> int:
    """In the session leader: the command in a process group of its own, continued when it stops, as `fg` does."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execv(command[0], command)
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)
        states = [open(f"/proc/{child}/stat", encoding="ascii").read().split()[2] for child in family(pid)]
        print("stopped", "".join(states), flush=True)
        os.killpg(pid, signal.SIGCONT)


def background_job(command: list[str]) -> int:
    """In the session leader: the command as with `&`. It must stop when it touches the terminal, as any program."""
    before = termios.tcgetattr(0)
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.execv(command[0], command)
    _, status = os.waitpid(pid, os.WUNTRACED)
    check("stopped by", (True, signal.SIGTTOU), (os.WIFSTOPPED(status), os.WSTOPSIG(status)))
    check("attributes", before, termios.tcgetattr(0))
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    print("still the shell's", flush=True)
    return 0


def family(front: int) -> list[int]:
    """The front and the guest's two processes, which are its grandchildren."""
    def children(pid: int) -> list[int]:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    members = [member for child in children(front) for member in children(child)]
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if all(open(f"/proc/{pid}/stat", encoding="ascii").read().split()[2] == "T" for pid in members):
            break
        time.sleep(0.01)
    return [front, *members]


class Terminal:
    """Our end of it."""

    def __init__(self, run: Callable[[list[str]], int], command: list[str]) -> None:
        self.seen = ""
        pid, self.fd = pty.fork()
        if pid == 0:
            time.sleep(0.2)  # until the window has its size
            os._exit(run(command))
        self.pid = pid

    def expect(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.seen:
            if time.monotonic() > deadline:
                sys.exit(f"no {text!r} in {self.seen!r}")
            if select.select([self.fd], [], [], 0.1)[0]:
                self.seen += os.read(self.fd, 4096).decode()
        self.seen = self.seen.split(text, 1)[1]

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def attributes(self) -> tuple[int, bool]:
        settings = termios.tcgetattr(self.fd)
        return settings[2], bool(settings[3] & termios.ECHO)


def check(what: str, expected: object, got: object) -> None:
    if expected != got:
        sys.exit(f"{what}: expected {expected}, got {got}")


def main() -> None:
    if sys.argv[1] == "--background":
        Terminal(background_job, sys.argv[2:]).expect("still the shell's")
        return
    terminal = Terminal(job, sys.argv[1:])
    original = terminal.attributes()
    terminal.resize(30, 90)
    terminal.expect("READY")
    deadline = time.monotonic() + PATIENCE_S
    while terminal.attributes()[1] and time.monotonic() < deadline:
        time.sleep(0.01)
    check("attributes: no echo, the line as it was", (original[0], False), terminal.attributes())
    terminal.resize(31, 91)
    terminal.expect("window 31 91")
    os.write(terminal.fd, b"\x03")
    terminal.expect(f"signal {signal.SIGINT.value}\r")
    os.write(terminal.fd, b"\x1c")
    terminal.expect(f"signal {signal.SIGQUIT.value}\r")
    os.write(terminal.fd, b"\x1a")
    terminal.expect("stopped TTT")
    terminal.expect(f"signal {signal.SIGCONT.value}\r")
    front = int(open(f"/proc/{terminal.pid}/task/{terminal.pid}/children", encoding="ascii").read())
    os.kill(front, signal.SIGTERM)
    terminal.expect(f"signal {signal.SIGTERM.value}\r")
    check("exit status", 128 + signal.SIGTERM, os.waitstatus_to_exitcode(os.waitpid(terminal.pid, 0)[1]))
    check("attributes afterwards", original, terminal.attributes())


main()
