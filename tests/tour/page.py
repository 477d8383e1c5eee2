#!/usr/bin/env python3
"""Runs a section of a page and compares what its commands print with what the page says.

usage: page.py PAGE              prints the sections that have commands
       page.py PAGE SECTION      runs them, in one bash, in the working directory

In blocks of kind "console", a line that begins with "$ " is a command, lines behind it that begin with ">" are more of it,
all others what it prints, on both outputs: "..." stands for anything in a line, and alone for any number of lines.
"""
import re
import subprocess
import sys
import uuid
from pathlib import Path

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECONDS = 600

Step = tuple[str, str]


def sections(page: Path) -> dict[str, str]:
    return {name: text for name, text in SECTION.findall(page.read_text()) if BLOCK.search(text)}


def steps(text: str) -> list[Step]:
    """Commands and what they are to print."""
    found: list[list[str]] = []
    for block in BLOCK.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append([line[2:], ""])
            elif line.startswith(">") and not found[-1][1]:
                found[-1][0] += "\n" + (line[2:] if line.startswith("> ") else line[1:])
            else:
                found[-1][1] += line + "\n"
    return [(command, output) for command, output in found]


def matches(expected: str, got: str) -> bool:
    pattern = ""
    for line in expected.splitlines():
        if line == "...":
            pattern += r"(?:.*\n)*"
        else:
            pattern += r"\s+".join(r".*".join(map(re.escape, word.split("..."))) for word in line.split()) + r"\s*\n"
    return re.fullmatch(pattern, got if got.endswith("\n") or not got else got + "\n") is not None


def run(todo: list[Step]) -> int:
    """One bash runs everything; a line of its own tells where a command's output ends, and how it ended."""
    mark = f"end-{uuid.uuid4()}"
    script = "".join(f"{command}\necho '{mark}' $?\n" for command, _ in todo)
    done = subprocess.run(["bash", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=SECONDS, text=True, check=False)
    outputs = re.split(rf"{mark} (\d+)\n", done.stdout)
    for number, (command, expected) in enumerate(todo):
        got = outputs[2 * number] if 2 * number < len(outputs) else ""
        status = outputs[2 * number + 1] if 2 * number + 1 < len(outputs) else "none"
        if status != "0" or not matches(expected, got):
            print(f"$ {command}\n--- the page says\n{expected}--- printed, with status {status}\n{got}")
            return 1
    return 0


def main() -> int:
    found = sections(Path(sys.argv[1]))
    if len(sys.argv) == 2:
        print("\n".join(found))
        return 0
    return run(steps(found[sys.argv[2]]))


if __name__ == "__main__":
    sys.exit(main())
