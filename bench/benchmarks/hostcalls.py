"""How many different calls of the host kernel a unikernel can make, from the policy the tender enforces."""

import json
from contextlib import ExitStack
from typing import Any, Dict, List

from harness import host
from harness.model import Benchmark, Goal, Samples, Variant

ABOUT = {
    "tend": "unikernels built with this project's bindings",
    "solo5": "unikernels built with Solo5's bindings",
}


def count(rows: List[Dict[str, Any]]) -> float:
    return float(len({row["call"] for row in rows}))


class Bench(Benchmark):
    title = "Host calls"
    about = "Different system calls the filter lets through, all with checked arguments."
    unit = "calls"
    rounds = 1

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        tend = host.built("bin/tend")
        self.variants = {guest: self.variant(tend, guest) for guest in ABOUT}
        self.goals = [Goal("all devices", guest, 9, False) for guest in ABOUT]
        self.goals += [Goal("no devices", guest, 6, False) for guest in ABOUT]

    def variant(self, tend: object, guest: str) -> Variant:
        def collect() -> Samples:
            text = host.run([tend, "inspect", "--policy", "--format", "json", "--guest", guest])
            rows = json.loads(text)["calls"]
            bare = [row for row in rows if row["feature"] not in ("net", "block")]
            return {"all devices": [count(rows)], "no devices": [count(bare)]}

        return Variant(ABOUT[guest], collect)
