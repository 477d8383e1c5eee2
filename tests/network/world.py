"""
What a test of servers has: a network namespace of its own, guests of one image in it, and the image's programs as
native clients beside them. All that it started ends with it.
"""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, List, Sequence

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

from sides import ENVIRONMENT, TEND, Place  # noqa: E402

CLONE_NEWNET = 0x40000000
PR_SET_CHILD_SUBREAPER = 36
# Seconds after which something hangs: far above what anything takes.
PATIENCE_S = 60
HOST = "10.77.0.1"
HOST6 = "fd77::1"
# What --net user may reach: it has no way to the loopback.
OUTSIDE = "192.0.2.1"
ANYWHERE = "0.0.0.0"


class Failure(Exception):
    """What a test found wrong."""


def expect(true: Any, what: str) -> None:
    if not true:
        raise Failure(what)


def equal(what: str, expected: Any, got: Any) -> None:
    if expected != got:
        raise Failure(f"{what}: expected {shortened(expected)}, got {shortened(got)}")


def shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 400 else f"{text[:300]}... ({len(text)} characters)"


@dataclass(frozen=True)
class Link:
    """How a guest is reached: the address for clients, and what is added to its ports there."""

    name: str
    address: str
    offset: int = 0

    def options(self, ports: Sequence[int]) -> List[str]:
        if self.name == "user":
            published = [f"127.0.0.1:{port + self.offset}:{port}" for port in ports]
            return ["--net", "user", *(word for port in published for word in ("-p", port))]
        return ["--net", "tap", "--ip", self.address, "--ip6", "fd77::2"]


TAP = Link("tap", "10.77.0.2")
USER = Link("user", "127.0.0.1", 20000)
LINKS = (TAP, USER)


class Guest:
    """A guest that runs; its standard input is a pipe, its output a file."""

    def __init__(self, world: "World", link: Link, options: Sequence[str], words: Sequence[Any], fds: Sequence[int]):
        self.link = link
        self.output = tempfile.TemporaryFile()
        settings = [word for name, value in ENVIRONMENT.items() for word in ("-e", f"{name}={value}")]
        command = [TEND, "run", "--root", world.place.image, "-w", "/work", *settings, *options, "--", *words]
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=self.output, stderr=self.output,
            pass_fds=fds, start_new_session=True)

    def told(self) -> str:
        self.output.seek(0)
        return self.output.read().decode(errors="replace")

    def port(self, port: int) -> int:
        return port + self.link.offset

    def connect(self, port: int, timeout_s: float = PATIENCE_S) -> socket.socket:
        client = socket.create_connection((self.link.address, self.port(port)), timeout=timeout_s)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def ask(self, port: int, question: bytes, timeout_s: float = PATIENCE_S) -> bytes:
        """The first bytes of an answer, none if the connection ends."""
        with self.connect(port, timeout_s) as client:
            client.sendall(question)
            return client.recv(65536)

    def wait_for(self, port: int, question: bytes) -> None:
        """Until a server answers at all: behind a forwarded port connections are made before there is one."""

        def answers() -> bool:
            expect(self.process.poll() is None, f"the guest ended: {self.told()}")
            try:
                return bool(self.ask(port, question, 5))
            except OSError:
                return False

        wait_until(answers, f"an answer from port {port}", self.told)

    def wait_for_line(self, line: str) -> None:
        def there() -> bool:
            return line in self.told().splitlines() or self.process.poll() is not None

        wait_until(there, f"the guest says {line}", self.told)
        expect(line in self.told().splitlines(), f"the guest ended without saying {line}: {self.told()}")

    def write(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ends_with(self, status: int) -> None:
        """The guest ends by itself, so."""
        try:
            got = self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise Failure(f"the guest does not end; it said: {self.told()}") from None
        expect(got == status, f"exit status {got}, not {status}; it said: {self.told()}")

    def stop(self, status: int) -> None:
        """SIGTERM is answered with that exit status."""
        self.signal(signal.SIGTERM)
        self.ends_with(status)


class World:
    def __init__(self, place: Place, scope: ExitStack) -> None:
        self.place = place
        self.scope = scope
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWNET) != 0 or libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "a network namespace")
        for words in ("link set lo up", "link add outside type bridge", f"addr add {OUTSIDE}/24 dev outside",
                      "link set outside up"):
            self.ip(words)

    def ip(self, words: str) -> None:
        done = subprocess.run(["ip", *words.split()], capture_output=True, text=True, check=False)
        expect(done.returncode == 0, f"ip {words}: {done.stderr}")

    def guest(self, link: Link, ports: Sequence[int], *words: Any) -> Guest:
        return self.guest_with(link, link.options(ports), *words)

    def guest_with(self, link: Link, options: Sequence[str], *words: Any, fds: Sequence[int] = ()) -> Guest:
        guest = Guest(self, link, options, words, fds)
        self.ends(guest.process)
        return guest

    def run(self, link: Link, options: Sequence[str], *words: Any) -> str:
        """The output of a program in a guest that has to succeed."""
        guest = self.guest_with(link, [*link.options([]), *options], *words)
        assert guest.process.stdin
        guest.process.stdin.close()
        guest.ends_with(0)
        return guest.told()

    def client_words(self, words: Sequence[Any]) -> List[str]:
        settings = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        native = HERE.parent / "programs/native"
        return [str(word) for word in ("unshare", "--mount", "--uts", "--ipc", native, self.place.root,
                                       self.place.layer, "env", "-i", *settings, *words)]

    def client(self, *words: Any, data: bytes = b"") -> str:
        """The output of a program of the image, natively; it has to succeed."""
        done = subprocess.run(self.client_words(words), input=data, capture_output=True, timeout=PATIENCE_S * 2,
                              check=False)
        told = done.stdout.decode(errors="replace")
        expect(done.returncode == 0, f"{words[0]}: status {done.returncode}: {told}{done.stderr.decode()}")
        return told

    def background(self, *words: Any) -> "subprocess.Popen[bytes]":
        """A program of this machine's."""
        nothing = subprocess.DEVNULL
        process = subprocess.Popen([str(word) for word in words], stdin=nothing, stdout=nothing, stderr=nothing,
                                   start_new_session=True)
        self.ends(process)
        return process

    def server(self, *words: Any) -> None:
        """A program of the image, natively, for as long as the test runs."""
        self.background(*self.client_words(words))

    def listens(self, address: str, port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((address, port)) == 0

    def ends(self, process: "subprocess.Popen[bytes]") -> None:
        def end() -> None:
            process.kill()
            process.wait()

        self.scope.callback(end)

    def ends_pid(self, pid: int) -> None:
        """A child that is not waited for elsewhere."""

        def end() -> None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

        self.scope.callback(end)

    def page(self, name: str) -> bytes:
        return (self.place.root / "work/pages" / name).read_bytes()

    def pages(self) -> List[str]:
        return sorted(os.listdir(self.place.root / "work/pages"), key=int)


def wait_until(condition: Callable[[], bool], what: str, told: Callable[[], str] = str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"not within {PATIENCE_S} s: {what}; {told()}")
        time.sleep(0.02)
