#!/usr/bin/env python3
"""Runs a command as a shell's job on a terminal of its own and plays the user: `terminal.py PLAY COMMAND...`

The command is tend-linux with the stub kernel's /terminal, which asks for a terminal without echo and with other line
settings and prints the messages it gets; or with /control, which only prints. PLAY is a function's name:
    shared      standard input is not the terminal: the guest's wishes are the host's attributes, keys are not its
    given       the same with --tty: it gets what is typed
    background  the same in the background
    own         the guest has the terminal for itself, and does not read it
    read        it does
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
from typing import Callable, List

PATIENCE_S = 60
TYPED = b"xyz\n"
TAKEN = "signal 4"  # the stub's word for so many bytes of input


def job_without_input(command: list[str]) -> int:
    return job(command, os.open("/dev/null", os.O_RDONLY))


def job(command: list[str], standard_input: int = 0) -> int:
    """In the session leader: the command in a process group of its own, continued when it stops, as `fg` does."""
    before = termios.tcgetattr(0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.dup2(standard_input, 0)
        os.execv(command[0], command)
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)
        states = [open(f"/proc/{child}/stat", encoding="ascii").read().split()[2] for child in family(pid)]
        print("stopped", "".join(states), "in order" if termios.tcgetattr(0) == before else "", flush=True)
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


def family(front: int, states: str = "T") -> list[int]:
    """The front and the guest's two processes, its grandchildren, once these are in one of the states."""
    def children(pid: int) -> list[int]:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    members = [member for child in children(front) for member in children(child)]
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if all(open(f"/proc/{pid}/stat", encoding="ascii").read().split()[2] in states for pid in members):
            break
        time.sleep(0.01)
    return [front, *members]


class Terminal:
    """Our end of it."""

    def __init__(self, run: Callable[[list[str]], int], command: list[str]) -> None:
        self.seen = self.all = ""
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
                got = os.read(self.fd, 4096).decode()
                self.seen += got
                self.all += got
        self.seen = self.seen.split(text, 1)[1]

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def attributes(self) -> List[object]:
        return termios.tcgetattr(self.fd)

    def does(self) -> List[str]:
        """What the host's line discipline does with input and output."""
        _, output, _, local, *_ = termios.tcgetattr(self.fd)
        return [name for flags, name in ((output, "OPOST"), (local, "ISIG"), (local, "ECHO"), (local, "ICANON"))
                if flags & getattr(termios, name)]

    def await_does(self, *names: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self.does() != list(names) and time.monotonic() < deadline:
            time.sleep(0.01)
        check("what the host does", list(names), self.does())

    def front(self) -> int:
        return int(open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii").read())

    def ends(self, status: int, original: List[object]) -> None:
        check("exit status", status, os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]))
        check("attributes afterwards", original, self.attributes())


def check(what: str, expected: object, got: object) -> None:
    if expected != got:
        sys.exit(f"{what}: expected {expected}, got {got}")


def background(command: list[str]) -> None:
    Terminal(background_job, command).expect("still the shell's")


def shared(command: list[str]) -> None:
    terminal = Terminal(job_without_input, command)
    original = terminal.attributes()
    terminal.resize(30, 90)
    terminal.expect("READY\r")
    terminal.await_does("OPOST", "ISIG", "ICANON")
    check("the line's own", original[2], terminal.attributes()[2])
    os.write(terminal.fd, TYPED)
    terminal.resize(31, 91)
    terminal.expect("window 31 91")
    os.write(terminal.fd, b"\x03")
    terminal.expect(f"signal {signal.SIGINT.value}\r")
    os.write(terminal.fd, b"\x1c")
    terminal.expect(f"signal {signal.SIGQUIT.value}\r")
    os.write(terminal.fd, b"\x1a")
    terminal.expect("stopped TTT in order")
    terminal.expect(f"signal {signal.SIGCONT.value}\r")
    terminal.await_does("OPOST", "ISIG", "ICANON")
    os.kill(terminal.front(), signal.SIGTERM)
    terminal.expect(f"signal {signal.SIGTERM.value}\r")
    terminal.ends(128 + signal.SIGTERM, original)
    check("what is typed gets in", False, TAKEN in terminal.all)


def given(command: list[str]) -> None:
    terminal = Terminal(job_without_input, command)
    original = terminal.attributes()
    terminal.expect("READY\r")
    terminal.await_does("OPOST", "ISIG", "ICANON")
    os.write(terminal.fd, TYPED)
    terminal.expect(TAKEN)
    os.kill(terminal.front(), signal.SIGTERM)
    terminal.expect(f"signal {signal.SIGTERM.value}\r")
    terminal.ends(128 + signal.SIGTERM, original)


def own(command: list[str]) -> None:
    """Raw from the beginning, but for the keys for signals; and the shell's while it is stopped."""
    terminal = Terminal(job, command)
    original = terminal.attributes()
    terminal.expect("READY\n")
    check("what the host does", ["ISIG"], terminal.does())
    check("the line's own", original[2], terminal.attributes()[2])
    os.write(terminal.fd, b"\x03")
    terminal.expect(f"signal {signal.SIGINT.value}\n")
    os.write(terminal.fd, b"\x1a")
    terminal.expect("stopped TTT in order")
    terminal.expect(f"signal {signal.SIGCONT.value}\n")
    terminal.await_does("ISIG")
    os.kill(terminal.front(), signal.SIGTERM)
    terminal.expect(f"signal {signal.SIGTERM.value}\n")
    terminal.ends(128 + signal.SIGTERM, original)


def read(command: list[str]) -> None:
    """Keys for signals are the guest's, too; the terminal is in order when the guest is killed."""
    terminal = Terminal(job, command)
    original = terminal.attributes()
    terminal.expect("READY\n")
    terminal.await_does()
    for key in b"\x03\x1a\x1cx":
        os.write(terminal.fd, bytes([key]))
        terminal.expect("signal 1\n")  # the stub's word for one byte of input
    application = family(terminal.front(), "SR")[1]
    os.kill(application, signal.SIGKILL)
    terminal.ends(128 + signal.SIGKILL, original)


PLAYS = {play.__name__: play for play in (shared, given, background, own, read)}
PLAYS[sys.argv[1]](sys.argv[2:])
