"""Unmodified clients in guests; the servers are the same image's, natively in the test's namespace."""
import hashlib
from typing import List

import dns
from tests import test
from world import HOST, LINKS, OUTSIDE, TAP, Link, World, equal, expect, wait_until

HTTP_PORT = 8000
TLS_PORT = 8443
REDIS_PORT = 6379


def host_of(link: Link) -> str:
    """Where a guest reaches servers of the host."""
    return HOST if link is TAP else OUTSIDE


def digests(world: World, names: List[str]) -> str:
    return "".join(f"{hashlib.sha256(world.page(name)).hexdigest()}  -\n" for name in names)


@test("curl, wget, openssl s_client, redis-cli and a resolver in the guest", over=LINKS)
def clients(world: World, link: Link) -> None:
    host = host_of(link)
    many = [f"198.51.100.{number}" for number in range(1, 60)]
    dns.serve(OUTSIDE, {"server.test": [host], "both.test": ["192.0.2.7", "2001:db8::7"], "many.test": many})
    world.server("python3", "-m", "http.server", "-d", "pages", HTTP_PORT)
    world.server("openssl", "s_server", "-accept", TLS_PORT, "-cert", "certificate.pem", "-key", "key.pem", "-WWW",
                 "-quiet")
    world.server("redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--port", REDIS_PORT)
    for port in (HTTP_PORT, TLS_PORT, REDIS_PORT):
        wait_until(lambda: world.listens(OUTSIDE, port), f"a native server on port {port}")  # noqa: B023
    url = f"http://server.test:{HTTP_PORT}"
    names = ["0", "1460", "65536", "8388608"]
    script = f"""set -e
        for name in {' '.join(names)}; do curl -sS --fail {url}/$name | sha256sum; done
        for name in {' '.join(names)}; do wget -qO - {url}/$name | sha256sum; done
        head -c 1000003 pages/8388608 >/tmp/sent
        redis-cli -h server.test -x set key </tmp/sent
        redis-cli -h server.test --raw getrange key 0 -1 | head -c 1000003 | cmp - /tmp/sent
        curl -sS --fail --cacert certificate.pem https://server.test:{TLS_PORT}/pages/1000003 | sha256sum
        printf 'GET /pages/612 HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet -verify_return_error \\
            -CAfile certificate.pem -servername server.test -connect server.test:{TLS_PORT} 2>/tmp/errors |
            tail -c 612 | sha256sum
        python3 resolve.py both.test many.test nowhere.test localhost
        getent hosts server.test
        curl -sS http://server.test:9 || echo curl $?"""
    told = world.run(link, ["--dns", OUTSIDE], "bash", "-c", script)
    resolved = [f"both.test {' '.join(sorted(['192.0.2.7', '2001:db8::7']))}", f"many.test {' '.join(sorted(many))}",
                "nowhere.test [Errno -2] Name or service not known"]
    wanted = digests(world, names) * 2 + "OK\n" + digests(world, ["1000003", "612"]) + "\n".join(resolved)
    expect(told.startswith(wanted), f"expected {wanted}, got {told}")
    rest = told[len(wanted):].strip().splitlines()
    expect(rest[0].startswith("localhost ") and "127.0.0.1" in rest[0], f"localhost: {rest[0]}")
    equal("getent", [host, "server.test"], rest[1].split())
    expect("Connection refused" in rest[2] or "Could not connect" in rest[2] or "Failed to connect" in rest[2],
           f"curl to a port where nobody listens: {rest[2]}")
    equal("curl's status", "curl 7", rest[3])
