"""Debian's redis-server, natively and in guests of `tend run --net user -p`, as whoever measures."""

import signal
import socket
import subprocess
from contextlib import ExitStack, contextmanager
from typing import Any, Dict, Iterator, List

from harness import host
from harness.linux import CLEAN, Guest, chroot

PACKAGES = ["base-files", "libc6", "redis-server"]
OPTIONS = ["--save", "", "--protected-mode", "no"]
GUEST_PORT = 6379
# Far above what a server needs to begin or to end.
PATIENCE_S = 60


def ports_free(count: int) -> List[int]:
    """Of 127.0.0.1, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


class Servers:
    """`commands[variant](port)` is what starts a server that listens on that port of this machine."""

    def __init__(self, scope: ExitStack) -> None:
        guest = Guest(scope, "bench-redis", PACKAGES)
        host.staged(guest.folder / "bin", host.built("bin/tend-slirp"), "tend-slirp")
        server = "/usr/bin/redis-server"
        native = [*CLEAN, *chroot(), guest.root, server, *OPTIONS, "--bind", "127.0.0.1", "--port"]
        inside = [*CLEAN, guest.tend, "run", "--root", guest.image, "--net", "user", "-p"]
        self.commands: Dict[str, Any] = {
            "native": lambda port: [*native, port],
            "tend": lambda port: [*inside, f"127.0.0.1:{port}:{GUEST_PORT}", "--", server, *OPTIONS],
        }

    @contextmanager
    def started(self, variant: str, port: int) -> Iterator["subprocess.Popen[bytes]"]:
        words = [str(word) for word in self.commands[variant](port)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            try:
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=PATIENCE_S)


def await_ready(process: "subprocess.Popen[bytes]") -> None:
    """Until the server says that it accepts connections."""
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line.decode(errors="replace"))
        if b"Ready to accept connections" in line:
            return
    raise RuntimeError("redis-server ended: " + "".join(said))


def ping(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as connection:
        connection.sendall(b"PING\r\n")
        answer = connection.recv(64)
        if answer != b"+PONG\r\n":
            raise RuntimeError(f"redis-server on port {port} answered {answer!r}")
