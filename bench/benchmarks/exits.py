"""Hypercalls of a virtual machine against those of a process, by the same unikernels: the paper's comparison."""

from contextlib import ExitStack
from pathlib import Path
from typing import List

from harness import host
from harness.model import Benchmark, Samples, Unavailable, Variant

TAP = "tap0"
DISK_BYTES = 1 << 20


def kvm_kind() -> str:
    """What KVM the figures are of: they mean little without it."""
    kinds = {"kvm_intel": "Intel's VT-x", "kvm_amd": "AMD's SVM",
             "kvm_pvm": "a software KVM (PVM), which interprets the guest and is no measure of hardware"}
    found = [text for module, text in kinds.items() if Path("/sys/module", module).exists()]
    nested = ", on a host that is a virtual machine itself" if host.cpu_facts()["virtual"] else ""
    return (found[0] if found else "a KVM of unknown kind") + nested


class Bench(Benchmark):
    title = "Exits of virtual machines"
    unit = "ns"
    baseline = "spt"
    rounds = 10

    def __init__(self, scope: ExitStack) -> None:
        super().__init__(scope)
        if not Path("/dev/kvm").exists():
            raise Unavailable("there is no /dev/kvm")
        self.about = (
            f"Time of one call of the same unikernel, built for both targets. KVM is {kvm_kind()}. net: a tap with a "
            "frame nobody listens to, net_write through the net ring where there is one; block: a file in the page "
            "cache; yield_expired: a wait whose deadline has passed; clock_monotonic: the vDSO, or the CPU's counter."
        )
        self.inside = host.network(scope, TAP)
        self.disk = host.public_folder(scope) / "disk"
        self.disk.write_bytes(bytes(DISK_BYTES))
        self.variants = {
            "spt": self.variant("a process: system calls under seccomp", "spt", []),
            "hvt": self.variant("a virtual machine, with the net ring", "hvt", []),
            "hvt, no ring": self.variant("a virtual machine, network by hypercalls", "hvt", ["--no-net-ring"]),
        }

    def variant(self, about: str, target: str, options: List[str]) -> Variant:
        tender = host.built(f"bin/solo5-{target}")
        clocks = [tender, "--mem=32", host.built(f"bench/guests/clocks.{target}")]
        devices = [*self.inside, tender, "--mem=32", *options, f"--net:net0={TAP}", f"--block:storage={self.disk}",
                   host.built(f"bench/guests/calls.{target}")]

        def collect() -> Samples:
            return host.samples_read(host.run(clocks) + host.run(devices))

        return Variant(about, collect)
