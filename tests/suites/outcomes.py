"""
What the tests of a suite came to on both sides, what of it differs, and which differences are accepted.

An outcome is a word: "pass", "skip", "fail", and "start" for a test that did not come to its end. Only tests that pass
natively count; each has to pass in the guest.
"""
import fnmatch
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Tuple

HERE = Path(__file__).resolve().parent

Outcomes = Dict[str, str]  # by the test's name


@dataclass
class Differences:
    """Of the tests of one suite that pass natively, what became of them in the guest."""

    passed: Dict[str, int] = field(default_factory=lambda: {"native": 0, "guest": 0})
    left: Dict[str, str] = field(default_factory=dict)  # test: what the guest made of it
    second: List[str] = field(default_factory=list)  # what passed at the second attempt only

    def add(self, native: Outcomes, guest: Outcomes, second: List[str]) -> Dict[str, str]:
        """One unit's outcomes; its differences."""
        found = unlike(native, guest)
        passed = sum(outcome == "pass" for outcome in native.values())
        self.passed["native"] += passed
        self.passed["guest"] += passed - len(found)
        self.left.update(found)
        self.second += second
        return found


def unlike(native: Outcomes, guest: Outcomes) -> Dict[str, str]:
    return {test: guest.get(test, "missing") for test, outcome in native.items()
            if outcome == "pass" and guest.get(test) != "pass"}


def accepted_read(suite: str) -> List[Tuple[str, str]]:
    """(pattern of names, reason) from accepted/SUITE, whose lines are "PATTERN: REASON"."""
    source = HERE / "accepted" / suite
    lines = source.read_text().splitlines() if source.exists() else []
    pairs = [line.split(": ", 1) for line in lines if line and not line.startswith("#")]
    return [(pattern, reason) for pattern, reason in pairs]


def reason_of(test: str, accepted: List[Tuple[str, str]]) -> str:
    """Why the difference is accepted, or ""."""
    return next((reason for pattern, reason in accepted if fnmatch.fnmatchcase(test, pattern)), "")


def results_store(target: Path, suite: str, units: int, found: Differences, accepted: List[Tuple[str, str]]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    native, guest = found.passed["native"], found.passed["guest"]
    target.write_text(json.dumps({
        "suite": suite,
        "units": units,
        "passed natively": native,
        "of these passed in the guest": guest,
        "percent": round(100 * guest / native, 2) if native else 0,
        "at the second attempt": sorted(found.second),
        "differences": {test: {"guest": outcome, "reason": reason_of(test, accepted)}
                        for test, outcome in sorted(found.left.items())},
    }, indent=1) + "\n")
