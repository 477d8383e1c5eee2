"""The list of tests, which the modules fill by a decorator."""
from dataclasses import dataclass
from typing import Any, Callable, List, Optional, Sequence, Tuple


@dataclass(frozen=True)
class Test:
    name: str
    function: Callable[..., Optional[List[str]]]
    arguments: Tuple[Any, ...]
    full: bool  # only with --full
    size: str  # which image: quick, full


TESTS: List[Test] = []


def test(name: str, over: Sequence[Any] = (), full: bool = False, size: str = "quick") -> Callable[[Any], Any]:
    """Adds the function: once, or for each link that it is run over. It raises Failure, or returns lines to tell."""

    def add(function: Any) -> Any:
        for link in over:
            TESTS.append(Test(f"{name}, over {link.name}", function, (link,), full, size))
        if not over:
            TESTS.append(Test(name, function, (), full, size))
        return function

    return add
