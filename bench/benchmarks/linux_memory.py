"""Memory of idle Linux guests: what one has for itself, and what ten of a kind share."""

import subprocess
from contextlib import ExitStack
from typing import Any, Dict, List

from harness.linux import CLEAN, Guest
from harness.memory import family, mappings, own_kib
from harness.model import Benchmark, Goal, Samples, Variant

HELLO_KIB = 1536
INSTANCES = 10
PYTHON = ["python3", "-c", "import time; print('ready', flush=True); time.sleep(3600)"]


def measure(pid: int, image: str) -> Dict[str, float]:
    """
    private: pages that nobody else has; the arena is the family's own, so its share of that counts too. image: pages of
    the image file, as resident and as its share.
    """
    found = {"private": 0.0, "pss": 0.0, "image resident": 0.0, "image pss": 0.0}
    for member in family(pid):
        for name, figures in mappings(member):
            found["private"] += own_kib(name, figures)
            found["pss"] += figures["Pss"]
            if name.startswith(image):
                found["image resident"] += figures["Rss"]
                found["image pss"] += figures["Pss"]
    return found


class Bench(Benchmark):
    title = "Memory of idle Linux programs"
    about = (
        "Of all processes of a guest together, the tender's included. private: pages that no other guest and no other "
        f"program has. python3: the mean of {INSTANCES} at a time; image resident: their pages of the image file (natively: "
        "of files), counted in full; pss: a page that n processes have counts 1/n for each."
    )
    unit = "KiB"
    baseline = "native"
    rounds = 3

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        guest = Guest(scope)
        self.variants = {
            "native": self.variant("the program on this host", guest.native, str(guest.root)),
            "tend": self.variant("the program in a guest", guest.inside, str(guest.image)),
        }
        self.goals = [Goal("hello, private", "tend", HELLO_KIB, False)]

    def variant(self, about: str, command: Any, image: str) -> Variant:
        def collect() -> Samples:
            hello = self.idle(command("hello", "idle"), image, 1)[0]
            pythons = self.idle(command(*PYTHON), image, INSTANCES)
            samples = {"hello, private": [hello["private"]], "hello, pss": [hello["pss"]]}
            for name in pythons[0]:
                samples[f"python3, {name}"] = [sum(one[name] for one in pythons) / INSTANCES]
            return samples

        return Variant(about, collect)

    @staticmethod
    def idle(command: List[Any], image: str, count: int) -> List[Dict[str, float]]:
        """Starts so many, and measures them when all have said a line."""
        words = [str(word) for word in [*CLEAN, *command]]
        with ExitStack() as started:
            running = []
            for _ in range(count):
                process = started.enter_context(subprocess.Popen(words, stdout=subprocess.PIPE))
                started.callback(process.terminate)
                running.append(process)
            for process in running:
                assert process.stdout
                process.stdout.readline()
            return [measure(process.pid, image) for process in running]
