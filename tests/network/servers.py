"""Unmodified servers in guests, driven from the host as their users would."""
import http.client
import os
import signal
import socket
import subprocess
import tempfile
import threading
from typing import Any, Callable, Dict, List

from tests import test
from world import LINKS, Failure, Guest, Link, World, equal, expect, wait_until

HTTP_QUESTION = b"GET /1 HTTP/1.0\r\n\r\n"


def together(count: int, work: Callable[[int], Any]) -> None:
    """So many threads; the first failure of one is raised."""
    failures: List[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as failure:  # pylint: disable=broad-except
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failure(f"{len(failures)} of {count} threads: {failures[0]!r}")


def http_client(guest: Guest, port: int = 80) -> http.client.HTTPConnection:
    client = http.client.HTTPConnection(guest.link.address, guest.port(port), timeout=60)
    client.connect()
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def http_get(client: http.client.HTTPConnection, path: str) -> http.client.HTTPResponse:
    client.request("GET", path)
    answer = client.getresponse()
    equal(f"status of {path}", 200, answer.status)
    return answer


def pages_are_served(world: World, guest: Guest, rounds: int = 1) -> None:
    """All files, byte by byte, over one connection if the server keeps it."""
    client = http_client(guest)
    for name in world.pages() * rounds:
        expect(http_get(client, f"/{name}").read() == world.page(name), f"/{name} is not the file")
    client.close()


def wrk(world: World, guest: Guest, path: str, connections: int, seconds: int = 1) -> str:
    url = f"http://{guest.link.address}:{guest.port(80)}{path}"
    told = world.client("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url)
    for wrong in ("Socket errors", "Non-2xx"):
        expect(wrong not in told, f"wrk: {told}")
    rate = next(line for line in told.splitlines() if line.startswith("Requests/sec:"))
    expect(float(rate.split()[1]) > 0, f"wrk: {told}")
    return f"wrk {path}, {connections} connections: {rate.split()[1]} requests/s"


def redis_info(world: World, guest: Guest, cli: List[str]) -> Dict[str, str]:
    lines = world.client(*cli, "info", "persistence").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def redis_saves(world: World, guest: Guest, cli: List[str], command: str, busy: str, result: str) -> None:
    world.client(*cli, command)
    wait_until(lambda: redis_info(world, guest, cli)[busy] == "0", f"{command} ends", guest.told)
    equal(command, "ok", redis_info(world, guest, cli)[result])


@test("redis-server", over=LINKS)
def redis(world: World, link: Link) -> List[str]:
    guest = world.guest(link, [6379], "redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--dir", "/tmp",
                        "--save", "", "--enable-debug-command", "yes")
    guest.wait_for(6379, b"PING\r\n")
    cli = ["redis-cli", "-h", link.address, "-p", guest.port(6379)]
    equal("SET", "OK", world.client(*cli, "set", "key", "value").strip())
    world.client(*cli, "-x", "set", "large", data=world.page("1000003"))
    world.client(*cli, "debug", "populate", "20000")
    world.client(*cli, "config", "set", "appendonly", "yes")
    wait_until(lambda: redis_info(world, guest, cli)["aof_rewrite_in_progress"] == "0", "the first append-only file")
    world.client(*cli, "set", "key", "other")
    redis_saves(world, guest, cli, "bgsave", "rdb_bgsave_in_progress", "rdb_last_bgsave_status")
    redis_saves(world, guest, cli, "bgrewriteaof", "aof_rewrite_in_progress", "aof_last_bgrewrite_status")
    world.client(*cli, "set", "later", "1")
    world.client(*cli, "debug", "loadaof")
    equal("GET of what was rewritten", "other", world.client(*cli, "get", "key").strip())
    equal("GET of what was appended", "1", world.client(*cli, "get", "later").strip())
    with guest.connect(6379) as client:
        client.sendall(b"GET large\r\n")
        got = b""
        wanted = b"$1000003\r\n" + world.page("1000003") + b"\r\n"
        while len(got) < len(wanted):
            got += client.recv(1 << 20) or b"end of file" * len(wanted)
        expect(got == wanted, "GET of a large value is not what was set")
    told = redis_benchmark(world, guest)
    guest.stop(0)
    return told


def redis_benchmark(world: World, guest: Guest) -> List[str]:
    told = []
    for options in (["-c", 50, "-n", 2000], ["-c", 20, "-n", 20000, "-P", 16, "-t", "set,get,lrange_100"]):
        text = world.client("redis-benchmark", "-h", guest.link.address, "-p", guest.port(6379), "--csv", *options)
        expect("rror" not in text, text)
        rows = [line.replace('"', "").split(",") for line in text.splitlines()]
        rates = {row[0]: row[1] for row in rows[1:]}
        expect(all(float(rate) > 0 for rate in rates.values()), text)
        told.append(f"redis-benchmark {' '.join(map(str, options))}: SET {rates['SET']}, GET {rates['GET']} requests/s")
    return told


@test("nginx, two workers", over=LINKS)
def nginx(world: World, link: Link) -> List[str]:
    """Workers are replaced under way, by SIGHUP and by nginx -s reload: no request may suffer."""
    control = "nginx -c /work/nginx.conf & while read -r word; do nginx -c /work/nginx.conf -s $word; done; wait"
    guest = world.guest(link, [80], "sh", "-c", control)
    guest.wait_for(80, HTTP_QUESTION)
    pages_are_served(world, guest, 2)
    together(8, lambda number: pages_are_served(world, guest))
    told = [wrk(world, guest, "/612", 64), wrk(world, guest, "/65536", 16)]
    for _ in range(2):
        before = worker_of(guest)
        guest.write("reload")
        wait_until(lambda: worker_of(guest) > before + 1, "new workers", guest.told)
        pages_are_served(world, guest)
    guest.write("quit")
    assert guest.process.stdin
    guest.process.stdin.close()
    guest.ends_with(0)
    return told


def worker_of(guest: Guest) -> int:
    client = http_client(guest)
    answer = http_get(client, "/612")
    answer.read()
    client.close()
    return int(answer.headers["X-Worker"])


@test("nginx as the guest's first process, SIGHUP from outside while a file is on its way", over=LINKS)
def nginx_hangup(world: World, link: Link) -> None:
    guest = world.guest(link, [80], "nginx", "-c", "/work/nginx.conf")
    guest.wait_for(80, HTTP_QUESTION)
    client = http_client(guest)
    answer = http_get(client, "/8388608")  # more than buffers hold: the rest waits until it is read
    expect(worker_of(guest) in (2, 3), "the first two workers are processes 2 and 3")
    guest.signal(signal.SIGHUP)
    wait_until(lambda: worker_of(guest) > 3, "new workers", guest.told)
    expect(answer.read() == world.page("8388608"), "the file that was on its way is not whole")
    client.close()
    guest.stop(0)


@test("nodejs", over=LINKS)
def node(world: World, link: Link) -> List[str]:
    guest = world.guest(link, [80], "node", "server.js")
    guest.wait_for(80, HTTP_QUESTION)
    pages_are_served(world, guest)
    body = world.page("1000003")

    def post(number: int) -> None:
        client = http_client(guest)
        for path, wanted in (("/", body), ("/reverse", body[::-1])):
            client.request("POST", path, body)
            expect(client.getresponse().read() == wanted, f"POST {path} does not come back")
        client.close()

    together(8, post)
    told = wrk(world, guest, "/612", 32)
    guest.stop(128 + signal.SIGTERM)
    return [told]


@test("python3 -m http.server", over=LINKS)
def python(world: World, link: Link) -> None:
    guest = world.guest(link, [80], "python3", "-m", "http.server", "-d", "pages", "80")
    guest.wait_for(80, HTTP_QUESTION)
    pages_are_served(world, guest)
    together(8, lambda number: pages_are_served(world, guest))
    guest.stop(128 + signal.SIGTERM)


def memcached_talk(guest: Guest, number: int) -> None:
    """Sets, gets and counts in one connection; values of several segments among them."""
    with guest.connect(11211) as client, client.makefile("rb") as stream:
        for turn in range(30):
            value = bytes([number, turn]) * (1 + turn * turn * 50)
            client.sendall(b"set %d-%d 0 0 %d\r\n%s\r\n" % (number, turn, len(value), value))
            equal("set", b"STORED\r\n", stream.readline())
            client.sendall(b"get %d-%d\r\n" % (number, turn))
            equal("get", b"VALUE %d-%d 0 %d\r\n" % (number, turn, len(value)), stream.readline())
            expect(stream.read(len(value) + 2) == value + b"\r\n", "get is not what was set")
            equal("get", b"END\r\n", stream.readline())
            client.sendall(b"incr counter 1\r\n")
            expect(int(stream.readline()) > 0, "incr")


@test("memcached, four threads", over=LINKS)
def memcached(world: World, link: Link) -> None:
    guest = world.guest(link, [11211], "memcached", "-t", "4", "-u", "root", "-l", "0.0.0.0")
    guest.wait_for(11211, b"version\r\n")
    guest.ask(11211, b"set counter 0 0 1\r\n0\r\n")
    together(24, lambda number: memcached_talk(guest, number))
    expect(guest.ask(11211, b"get counter\r\n").split(b"\r\n")[1] == b"720", "increments are lost")
    guest.stop(0)


@test("a Go http server", over=LINKS, full=True, size="full")
def go(world: World, link: Link) -> None:
    program = tempfile.NamedTemporaryFile(dir=world.place.root.parent, suffix=".go-server")
    build = "export GOCACHE=/tmp/cache CGO_ENABLED=0 GOFLAGS=-p=2; go build -o /tmp/server server.go && cat /tmp/server"
    with program:
        subprocess.run(world.client_words(["sh", "-c", build]), stdout=program, check=True)
        os.chmod(program.name, 0o755)
        guest = world.guest_with(link, [*link.options([80]), "-v", f"{program.name}:/server:ro"], "/server")
        guest.wait_for(80, HTTP_QUESTION)
    pages_are_served(world, guest, 3)
    body = world.page("1000003")

    def post(number: int) -> None:
        client = http_client(guest)
        for _ in range(5):
            client.request("POST", "/echo", body)
            expect(client.getresponse().read() == body, "POST /echo does not come back")
        client.close()

    together(16, post)
    guest.stop(128 + signal.SIGTERM)


@test("postgres over TCP, pgbench", over=LINKS, full=True, size="full")
def postgres(world: World, link: Link) -> List[str]:
    options = [*link.options([5432]), "-u", "33:33"]
    guest = world.guest_with(link, options, "sh", "postgres.sh")
    guest.wait_for(5432, b"\0\0\0\x08\x04\xd2\x16\x2f")  # whether it speaks TLS
    there = ["-h", link.address, "-p", guest.port(5432), "-U", "owner"]
    programs = "/usr/lib/postgresql/15/bin"
    world.client(f"{programs}/pgbench", "-i", "-s", "2", "-q", *there, "postgres")
    told = []
    for words in (["-c", 8, "-j", 2, "-t", 200], ["-c", 8, "-t", 500, "-S", "-M", "prepared"],
                  ["-c", 2, "-t", 50, "-C"]):
        lines = world.client(f"{programs}/pgbench", *there, *words, "postgres").splitlines()
        expect("number of failed transactions: 0 (0.000%)" in lines, "\n".join(lines))
        told += [f"pgbench {' '.join(map(str, words))}: {line}" for line in lines if line.startswith("tps")]
    query = "select count(*) from pgbench_accounts"
    equal("rows", "200000", world.client(f"{programs}/psql", *there, "-A", "-t", "-c", query, "postgres").strip())
    guest.stop(0)
    return told
