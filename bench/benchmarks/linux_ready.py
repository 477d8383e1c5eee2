"""How long a server in a guest takes until it answers."""

import time
from contextlib import ExitStack
from typing import Dict

from harness import redis
from harness.model import Benchmark, Goal, Samples, Variant

OVER_NATIVE_MS = 8


class Bench(Benchmark):
    title = "A redis server until it answers"
    about = (
        "From the start of Debian's redis-server to its first PONG over TCP on 127.0.0.1, asked for when the server "
        "says that it accepts connections; in a guest with --net user and a published port, the network's helper's "
        "start included. over native: the difference in each round."
    )
    unit = "ms"
    baseline = "native"
    rounds = 40

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        self.servers = redis.Servers(scope)
        self.variants = {
            "native": Variant("the server on this host", lambda: self.start("native")),
            "tend": Variant("the server in a guest, tend run --net user -p", lambda: self.start("tend")),
        }
        self.goals = [Goal("over native", "tend", OVER_NATIVE_MS, False)]
        for variant in self.variants:
            self.start(variant)

    def collect_round(self, number: int) -> Dict[str, Samples]:
        found = super().collect_round(number)
        found["tend"]["over native"] = [found["tend"]["PONG"][0] - found["native"]["PONG"][0]]
        return found

    def start(self, variant: str) -> Samples:
        port = redis.ports_free(1)[0]
        begin = time.monotonic()
        with self.servers.started(variant, port) as process:
            redis.await_ready(process)
            redis.ping(port)
            return {"PONG": [(time.monotonic() - begin) * 1000]}
