"""The machine a benchmark runs on: facts about it, the build, programs, files and a network of its own."""

import datetime
import os
import platform
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Dict, List, Optional

from harness.model import Samples, Unavailable

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("TEND_BUILD", ROOT / "build/release"))
# Far above what any program measured here takes.
PATIENCE_S = 300

# In front of a command: as somebody who is not root, with nothing of root's.
AS_USER = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "--inh-caps=-all"]


def is_root() -> bool:
    return os.geteuid() == 0


def built(path: str) -> Path:
    """A file of the build, e.g. "bin/solo5-spt"."""
    found = BUILD / path
    if not found.exists():
        raise Unavailable(f"{found} is not there: run make bench")
    return found


def named_by(variable: str) -> Optional[Path]:
    """The file an environment variable names, if it is set."""
    value = os.environ.get(variable)
    if not value:
        return None
    if not Path(value).is_file():
        raise Unavailable(f"{variable}: {value} is not a file")
    return Path(value).resolve()


def run(command: List[Any]) -> str:
    """Standard output of a command that has to end with status 0."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: status {done.returncode}\n{done.stderr}{done.stdout}")
    return done.stdout


def samples_read(text: str) -> Samples:
    """Lines "NAME NUMBER"; other lines, such as a banner, do not count."""
    samples: Samples = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) != 2:
            continue
        try:
            value = float(words[1])
        except ValueError:
            continue
        samples.setdefault(words[0], []).append(value)
    return samples


def public_folder(scope: ExitStack) -> Path:
    """A temporary folder that other users can read too."""
    folder = Path(scope.enter_context(tempfile.TemporaryDirectory(prefix="tend-bench-")))
    folder.chmod(0o755)
    return folder


def staged(folder: Path, source: Path, name: str) -> Path:
    """A copy of a program under a name of its own: all that are compared lie on one file system."""
    target = folder / name
    shutil.copyfile(source, target)
    target.chmod(0o755)
    return target


def network(scope: ExitStack, tap: str) -> List[str]:
    """Makes a network namespace with a tap that is up; returns what to put in front of a command to run in it."""
    if not is_root():
        raise Unavailable("needs root, for a network namespace with a tap")
    namespace = f"tend-bench-{os.getpid()}"
    inside = ["nsenter", f"--net=/run/netns/{namespace}"]
    run(["ip", "netns", "add", namespace])
    scope.callback(run, ["ip", "netns", "del", namespace])
    run(["ip", "-n", namespace, "tuntap", "add", tap, "mode", "tap"])
    # Else the host sends packets of its own into the tap.
    run(["ip", "netns", "exec", namespace, "sysctl", "-qw", f"net.ipv6.conf.{tap}.disable_ipv6=1"])
    run(["ip", "-n", namespace, "link", "set", tap, "up"])
    return inside


def cpu_facts() -> Dict[str, Any]:
    text = Path("/proc/cpuinfo").read_text()
    lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    fields = {name.strip(): value.strip() for name, value in lines.items()}
    model = fields.get("model name", platform.machine())
    return {"cpu": model, "virtual": "hypervisor" in fields.get("flags", "").split()}


def revision() -> str:
    try:
        return run(["git", "-C", ROOT, "describe", "--always", "--dirty"]).strip()
    except (RuntimeError, OSError):
        return "unknown"


def facts() -> Dict[str, Any]:
    return {
        "kernel": platform.release(),
        "arch": platform.machine(),
        **cpu_facts(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "revision": revision(),
    }
