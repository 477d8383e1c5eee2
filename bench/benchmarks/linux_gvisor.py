"""Servers in Linux guests beside the same servers in gVisor, over the network."""

import json
import shutil
import subprocess
from contextlib import ExitStack
from typing import Any, List

from benchmarks import linux_network
from harness import host
from harness.model import Goal, Unavailable, Variant

CAPABILITIES = ["CAP_NET_BIND_SERVICE", "CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_DAC_OVERRIDE"]
# It takes a namespace for the host's own if it has these files, as each has on newer kernels.
HIDE_SYSCTLS = 'mount -t tmpfs none /proc/sys/net && exec "$@"'


class Bench(linux_network.Bench):
    title = "Servers over the network, beside gVisor"
    about = (
        "redis and nginx as in the benchmark of the network. gvisor: Debian's runsc with its own network stack and ptrace, "
        "which needs no virtual machine, behind a veth pair."
    )
    baseline = "gvisor"
    servers = ("redis", "nginx")

    def __init__(self, scope: ExitStack) -> None:
        if not shutil.which("runsc"):
            raise Unavailable("runsc is not there: install Debian's package of that name")
        super().__init__(scope)
        self.state = host.public_folder(scope)
        self.count = 0
        self.variants = {
            "gvisor": Variant("runsc run", self.variant(self.gvisor, linux_network.NATIVE[1], {})),
            "tap": self.variants["tap"],
        }
        self.goals = [Goal(name, "tap", 1 / 3, True) for name in linux_network.REDIS]
        self.goals += [Goal("nginx, 64 connections", "tap", 1 / 5, True)]

    def gvisor(self, name: str) -> List[Any]:
        self.count += 1
        bundle = self.state / f"bundle{self.count}"
        bundle.mkdir()
        namespaces = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")]
        namespaces.append({"type": "network", "path": f"/var/run/netns/{self.server}"})
        sets = {name: CAPABILITIES for name in ("bounding", "effective", "permitted")}
        process = {"user": {"uid": 0, "gid": 0}, "args": linux_network.SERVERS[name], "cwd": "/", "capabilities": sets}
        mounts = [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"},
        ]
        config = {
            "ociVersion": "1.0.0",
            "process": process,
            "root": {"path": str(linux_network.ROOT)},
            "mounts": mounts,
            "linux": {"namespaces": namespaces},
        }
        (bundle / "config.json").write_text(json.dumps(config))
        # It takes the interface's address away.
        address = f"{linux_network.NATIVE[1]}/24"
        host.run(["ip", "-n", self.server, "addr", "replace", address, "dev", "link0"])
        runsc = ["runsc", "--root", self.state, "--platform", "ptrace", "--network", "sandbox", "--ignore-cgroups"]
        identity = f"{self.server}-{self.count}"
        self.scope.callback(
            subprocess.run,
            [str(word) for word in [*runsc, "delete", "--force", identity]],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        start = [*runsc, "run", "--bundle", bundle, identity]
        return ["unshare", "--mount", "sh", "-c", HIDE_SYSCTLS, "sh", *start]
