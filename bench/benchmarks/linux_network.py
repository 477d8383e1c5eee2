"""Servers in Linux guests over the network, and the same servers on the host over a veth pair."""

import json
import os
import signal
import subprocess
import time
from contextlib import ExitStack
from typing import Any, Callable, Dict, List

from harness import host
from harness.linux import run_visibly
from harness.model import Benchmark, Goal, Samples, Unavailable, Variant

PACKAGES = ["base-files", "libc6", "redis-server", "redis-tools", "nginx-light", "iperf3", "wrk"]
ROOT = host.ROOT / "build/roots/bench-network"
PAGE = "x" * 612
NGINX = """user root; daemon off; worker_processes 1; pid /tmp/nginx.pid; error_log /dev/null;
worker_rlimit_nofile 16384;
events { worker_connections 12000; }
http { access_log off; keepalive_requests 1000000; client_header_timeout 1h; server { listen 80; root /bench; } }
"""
# Of the client's end of each link, and of the server's.
NATIVE = ("10.66.1.1", "10.66.1.2")
TAP = ("10.66.2.1", "10.66.2.2")
PORTS = {"redis": 6379, "nginx": 80, "iperf3": 5201}
PATIENCE_S = 20
MIB = 1 << 20

# Clients and servers may have so many descriptors.
DESCRIPTORS = ["prlimit", "--nofile=16384:16384"]

# Measured of redis.
REDIS = ["redis GET, 1 connection", "redis GET, 50 connections", "redis GET, 50 connections, -P 16"]
REDIS_CROWD = "redis GET, 3000 connections"
NGINX_CROWD = "nginx, 3000 connections"
SERVERS: Dict[str, List[str]] = {
    "redis": ["/usr/bin/redis-server", "--save", "", "--bind", "0.0.0.0", "--protected-mode", "no"],
    "nginx": ["/usr/sbin/nginx", "-c", "/bench/nginx.conf"],
    "iperf3": ["/usr/bin/iperf3", "-s"],
}


class Bench(Benchmark):
    title = "Servers over the network"
    about = (
        "One client on the same machine, in a network namespace; the server behind a veth pair (native), or in a guest on a "
        "tap or behind libslirp (user). redis: redis-benchmark, GET of 3 bytes, by connections, pipelined 16 deep where it "
        "says so; nginx: wrk, a page of 612 bytes: time per request. iperf3: one stream, into the server and out of it: time "
        "per MiB."
    )
    unit = "us"
    baseline = "native"
    rounds = 3
    servers = tuple(SERVERS)

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        if not host.is_root():
            raise Unavailable("it makes network namespaces: run it as root")
        run_visibly([host.ROOT / "tools/debian-root", ROOT, *PACKAGES], "it needs apt and Debian's archive")
        self.tend = host.built("bin/tend")
        host.built("bin/tend-slirp")
        self.root_fill()
        self.client = f"tend-bench-{os.getpid()}"
        self.server = f"{self.client}-server"
        self.namespaces_make()
        self.variants = {
            "native": Variant("on this host, over veth", self.variant(self.native, NATIVE[1], {})),
            "tap": Variant("tend run --net tap", self.variant(self.guest_tap, TAP[1], {})),
            "user": Variant(
                "tend run --net user -p",
                self.variant(self.guest_user, "127.0.0.1", {name: port + 10000 for name, port in PORTS.items()}),
            ),
        }
        self.goals = [
            Goal(REDIS[0], "tap", 1 / 0.9, True),
            Goal(REDIS[1], "tap", 1 / 0.9, True),
            Goal(REDIS[2], "tap", 1 / 1.2, True),
            Goal(REDIS_CROWD, "tap", 1 / 0.9, True),
            Goal("nginx, 64 connections", "tap", 1 / 1.1, True),
            Goal(NGINX_CROWD, "tap", 1 / 0.9, True),
            Goal("iperf3 in", "tap", 1 / 0.9, True),
            Goal("iperf3 out", "tap", 1 / 0.9, True),
            Goal("iperf3 in", "user", MIB * 8 / 3e3, False),
            Goal("iperf3 out", "user", MIB * 8 / 3e3, False),
        ]

    def root_fill(self) -> None:
        for name in ("bench", "tmp", "dev", "proc", "sys", "run", "var/log/nginx", "var/lib/nginx"):
            (ROOT / name).mkdir(parents=True, exist_ok=True)
        (ROOT / "bench/nginx.conf").write_text(NGINX)
        (ROOT / "bench/index.html").write_text(PAGE)
        (ROOT / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
        (ROOT / "etc/group").write_text("root:x:0:\n")
        for name, minor in (("null", 3), ("urandom", 9)):
            if not (ROOT / "dev" / name).exists():
                os.mknod(ROOT / "dev" / name, 0o20666, os.makedev(1, minor))
        self.image = host.public_folder(self.scope) / "image"
        run_visibly([self.tend, "build", "--root", ROOT, "-o", self.image], "see above")

    def namespaces_make(self) -> None:
        for name in (self.client, self.server):
            host.run(["ip", "netns", "add", name])
            self.scope.callback(subprocess.run, ["ip", "netns", "del", name], check=False)
            host.run(["ip", "-n", name, "link", "set", "lo", "up"])
        pair = ["ip", "-n", self.client, "link", "add", "link0", "type", "veth", "peer", "name", "link0"]
        host.run([*pair, "netns", self.server])
        for name, address in zip((self.client, self.server), NATIVE):
            host.run(["ip", "-n", name, "addr", "add", f"{address}/24", "dev", "link0"])
            host.run(["ip", "-n", name, "link", "set", "link0", "up"])

    def native(self, name: str) -> List[Any]:
        return [*DESCRIPTORS, "ip", "netns", "exec", self.server, "chroot", ROOT, *SERVERS[name]]

    def guest(self, name: str, *options: str) -> List[Any]:
        start = ["ip", "netns", "exec", self.client, self.tend, "run", "--root", self.image]
        return [*start, *options, "--", *SERVERS[name]]

    def guest_tap(self, name: str) -> List[Any]:
        return self.guest(name, "--net", "tap", "--ip", f"{TAP[1]}/24")

    def guest_user(self, name: str) -> List[Any]:
        return self.guest(name, "--net", "user", "-p", f"127.0.0.1:{PORTS[name] + 10000}:{PORTS[name]}")

    def inside_client(self, *words: Any) -> str:
        return host.run([*DESCRIPTORS, "ip", "netns", "exec", self.client, "chroot", ROOT, *words])

    def await_server(self, address: str, port: int) -> None:
        probe = f"exec 3<>/dev/tcp/{address}/{port}"
        end = time.monotonic() + PATIENCE_S
        while subprocess.run(
            ["ip", "netns", "exec", self.client, "bash", "-c", probe], stderr=subprocess.DEVNULL, check=False
        ).returncode:
            if time.monotonic() > end:
                raise RuntimeError(f"no server on {address} port {port}")
            time.sleep(0.1)

    def variant(self, command: Callable[[str], List[Any]], address: str, ports: Dict[str, int]) -> Callable[[], Samples]:
        def collect() -> Samples:
            samples: Samples = {}
            for name in self.servers:
                measure = {"redis": self.redis, "nginx": self.nginx, "iperf3": self.iperf3}[name]
                port = ports.get(name, PORTS[name])
                words = [str(word) for word in command(name)]
                with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
                    try:
                        self.await_server(address, port)
                        samples.update(measure(address, port))
                    finally:
                        server.send_signal(signal.SIGTERM)
                        try:
                            server.wait(PATIENCE_S)
                        except subprocess.TimeoutExpired:
                            server.kill()
            return samples

        return collect

    def redis(self, address: str, port: int) -> Samples:
        def us_per_request(*options: Any) -> List[float]:
            text = self.inside_client(
                "/usr/bin/redis-benchmark", "-h", address, "-p", port, "-t", "get", "--csv", *options
            )
            return [1e6 / float(text.splitlines()[-1].split(",")[1].strip('"'))]

        return {
            REDIS[0]: us_per_request("-c", 1, "-n", 20000),
            REDIS[1]: us_per_request("-c", 50, "-n", 60000),
            REDIS[2]: us_per_request("-c", 50, "-n", 600000, "-P", 16),
            REDIS_CROWD: us_per_request("-c", 3000, "-n", 120000),
        }

    def nginx(self, address: str, port: int) -> Samples:
        def us_per_request(connections: int, seconds: int) -> List[float]:
            url = f"http://{address}:{port}/index.html"
            text = self.inside_client("/usr/bin/wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url)
            rate = next(line for line in text.splitlines() if line.startswith("Requests/sec:"))
            return [1e6 / float(rate.split()[1])]

        return {"nginx, 64 connections": us_per_request(64, 2), NGINX_CROWD: us_per_request(3000, 4)}

    def iperf3(self, address: str, port: int) -> Samples:
        def us_per_mib(*options: str) -> List[float]:
            words = ["/usr/bin/iperf3", "-c", address, "-p", port, "-t", "2", "--json", *options]
            end = json.loads(self.inside_client(*words))["end"]["sum_received"]
            return [end["seconds"] * 1e6 / (end["bytes"] / MIB)]

        return {"iperf3 in": us_per_mib(), "iperf3 out": us_per_mib("-R")}
