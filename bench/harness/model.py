"""What a benchmark is: variants that are measured in turns, and goals for them."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional

# metric -> measured values
Samples = Dict[str, List[float]]
# variant -> its samples of one round
Round = Dict[str, Samples]


class Unavailable(Exception):
    """The benchmark cannot run here; the text says why and what would help."""


@dataclass(frozen=True)
class Variant:
    about: str
    collect: Callable[[], Samples]


@dataclass(frozen=True)
class Goal:
    """The variant's median is at most `limit`, in the benchmark's unit or as a ratio to the baseline's."""

    metric: str
    variant: str
    limit: float
    is_ratio: bool


class Benchmark:
    """
    Base of every benchmark. A file bench/benchmarks/NAME.py has one subclass, called `Bench`.

    Its constructor prepares everything and fills `variants` and `goals`; what it makes, it undoes through `scope`. It
    raises Unavailable where it cannot run. The order of the variants is the order of the table's columns.
    """

    title: str = ""
    about: str = ""
    unit: str = ""
    baseline: Optional[str] = None
    rounds: int = 10

    def __init__(self, scope: ExitStack) -> None:
        self.scope = scope
        self.variants: Dict[str, Variant] = {}
        self.goals: List[Goal] = []

    def collect_round(self, number: int) -> Round:
        """All variants once; every second round backwards, so that none always follows the same other."""
        names = list(self.variants)
        if number % 2:
            names.reverse()
        return {name: self.variants[name].collect() for name in names}
