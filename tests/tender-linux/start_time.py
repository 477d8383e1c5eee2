#!/usr/bin/env python3
"""The shortest of N runs of a command, from its start to its end, in microseconds: `start_time.py N COMMAND...`"""
import os
import sys
import time


def run(command: list[str]) -> float:
    """Seconds; output goes nowhere, and the command must succeed."""
    begin = time.monotonic()
    pid = os.posix_spawn(command[0], command, {}, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit(f"failed: {command}")
    return time.monotonic() - begin


print(round(min(run(sys.argv[2:]) for _ in range(int(sys.argv[1]))) * 1e6))
