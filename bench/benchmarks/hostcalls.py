"""How many different calls of the host kernel a guest can make, from the policy the tender enforces."""

import json
from contextlib import ExitStack
from typing import Any, Dict, List

from harness import host
from harness.model import Benchmark, Goal, Samples, Variant

ABOUT = {
    "tend": "unikernels built with this project's bindings",
    "solo5": "unikernels built with Solo5's bindings",
    "hvt": "the tender of a virtual machine",
    "strict": "Linux programs of one process and one thread, under --policy strict",
    "standard": "Linux programs, under --policy standard",
}
# With all devices and with none.
UNIKERNEL_GOALS = (9, 6)
GOALS = {"tend": UNIKERNEL_GOALS, "solo5": UNIKERNEL_GOALS, "hvt": UNIKERNEL_GOALS, "strict": (14, 12), "standard": (18, 16)}


def count(rows: List[Dict[str, Any]]) -> float:
    return float(len({row["call"] for row in rows if row["answer"] == "allowed"}))


class Bench(Benchmark):
    title = "Host calls"
    about = "Different system calls the filter lets through, all with checked arguments."
    unit = "calls"
    rounds = 1

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        tend = host.built("bin/tend")
        self.variants = {guest: self.variant(tend, guest) for guest in ABOUT}
        for guest, (with_devices, without) in GOALS.items():
            self.goals.append(Goal("all devices", guest, with_devices, False))
            self.goals.append(Goal("no devices", guest, without, False))

    def variant(self, tend: object, guest: str) -> Variant:
        def collect() -> Samples:
            text = host.run([tend, "inspect", "--policy", "--format", "json", "--guest", guest])
            rows = json.loads(text)["calls"]
            bare = [row for row in rows if row["feature"] not in ("net", "ring", "block")]
            return {"all devices": [count(rows)], "no devices": [count(bare)]}

        return Variant(ABOUT[guest], collect)
