"""
The suites: of which packages their roots are made, what is run, and how the outcomes are read.

A suite's unit is what one start of a program runs: a module, a script. Its folder here has `make`, which prepares /work
of the root, and whatever that copies.
"""
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, List, Sequence, Tuple

from outcomes import Outcomes

Ended = Tuple[int, bytes]  # exit status, as a shell has it, and both outputs


@dataclass(frozen=True)
class Suite:
    name: str
    packages: Sequence[str]
    units: Callable[[Path], List[str]]  # all of them, given the root
    words: Callable[[str], List[str]]  # what runs a unit
    read: Callable[[str, Ended], Outcomes]
    quick: Sequence[str]  # units that do for CI
    patience_s: int  # for a unit
    large: Sequence[str] = ()  # units that take more than 4 GiB of memory


def told_lines(output: bytes) -> Outcomes:
    """From lines "@@suite<tab>OUTCOME<tab>TEST"; a test that failed once, in a part of it, has failed."""
    found: Outcomes = {}
    for outcome, test in re.findall(rb"@@suite\t(\w+)\t([^\n]+)\n", output):
        name = test.decode(errors="replace")
        if found.get(name) != "fail":
            found[name] = outcome.decode()
    return found


# Screens, Windows, other machines' services, and test_regrtest and test_gdb, which test the tests and gdb.
PYTHON_LEFT_OUT = set("""
    test_idle test_tcl test_tix test_tk test_ttk_guionly test_ttk_textonly test_turtle
    test_msilib test_winconsoleio test_winreg test_winsound test_startfile test_launcher test_kqueue test_devpoll
    test_urllib2net test_urllibnet test_xmlrpc_net test_smtpnet test_nntplib
    test_regrtest test_gdb
""".split())


def python_units(root: Path) -> List[str]:
    tests = root / "usr/lib/python3.11/test"
    names = {path.stem for path in tests.glob("test_*") if path.suffix == ".py" or (path / "__init__.py").exists()}
    return sorted(names - PYTHON_LEFT_OUT)


def python_read(unit: str, ended: Ended) -> Outcomes:
    """The tests, and the module as one of its own, for what is wrong outside of tests."""
    found = told_lines(ended[1])
    if ended[0] == 0 and (b"\n1 test OK." in ended[1] or b"\n1 test altered" in ended[1]):
        found[unit] = "pass"
    else:
        found[unit] = "skip" if ended[0] == 0 else "fail"
    return found


PYTHON = Suite(
    name="python",
    packages="libc-bin coreutils dash bash python3 python3-distutils python3-lib2to3 libpython3.11-testsuite tzdata "
             "media-types netbase openssl util-linux procps locales".split(),
    units=python_units,
    words=lambda unit: ["python3", "/work/drive.py", "600", unit],
    read=python_read,
    quick="""
        test_asynchat test_c_locale_coercion test_cmd_line_script test_ctypes test_curses test_epoll test_fcntl
        test_file test_fileinput test_fileio test_fork1 test_glob test_grp test_httpservers test_import
        test_importlib test_ioctl test_mailbox test_mmap test_openpty test_os test_pathlib test_pdb test_pipes
        test_popen test_posix test_posixpath test_pty test_pwd test_readline test_resource test_runpy test_select
        test_shutil test_site test_stat test_tempfile test_thread test_threadedtempfile test_threadsignals
        test_tracemalloc test_urllib2_localnet test_wait3 test_wait4 test_zipimport
    """.split(),
    patience_s=660,
    large=("test_largefile",),  # wants to see 6 GB free
)


def script_read(unit: str, ended: Ended) -> Outcomes:
    """A script that is one test."""
    return {unit: "pass" if ended[0] == 0 else "fail"}


BASH = Suite(
    name="bash",
    packages="libc-bin coreutils dash bash grep sed diffutils util-linux procps".split(),
    units=lambda root: sorted(path.name for path in (root / "work").glob("run-*")
                              if path.name not in ("run-all", "run-minimal", "run-gprof")),
    words=lambda unit: ["env", "THIS_SH=/bin/bash", "BASH_TSTOUT=/tmp/tstout", "TMPDIR=/tmp", "BUILD_DIR=/work",
                        "PATH=/work:/usr/sbin:/usr/bin", "sh", unit],
    read=script_read,
    quick="""
        run-alias run-appendop run-arith run-array run-assoc run-braces run-builtins run-case run-comsub run-cond
        run-cprint run-dirstack run-exp-tests run-extglob run-func run-getopts run-heredoc run-herestr run-ifs
        run-invert run-mapfile run-more-exp run-nameref run-new-exp run-posix2 run-procsub run-quote run-read
        run-redir run-rsh run-set-e run-shopt run-test run-tilde run-trap run-type run-varenv run-vredir
    """.split(),
    patience_s=120,
)

BUSYBOX = Suite(
    name="busybox",
    packages="libc-bin coreutils bash busybox diffutils".split(),
    units=lambda root: sorted(path.name for path in (root / "work").glob("ash-*")),
    words=lambda unit: ["/work/one", unit],
    read=lambda _, ended: told_lines(ended[1]),
    quick="ash-alias ash-arith ash-getopts ash-glob ash-misc ash-psubst ash-read ash-redir ash-vars".split(),
    patience_s=300,
)

def coreutils_units(root: Path) -> List[str]:
    """Directories, and of misc, which has most tests, what begins with one letter."""
    tests = root / "work/tests"
    found = {path.relative_to(tests) for kind in ("sh", "pl", "xpl") for path in tests.glob(f"*/*.{kind}")}
    return sorted({f"misc/{path.name[0]}" if path.parent.name == "misc" else str(path.parent) for path in found})


COREUTILS = Suite(
    name="coreutils",
    packages="libc-bin coreutils bash dash grep sed mawk diffutils findutils util-linux procps perl python3 acl attr "
             "libcap2-bin file gzip xz-utils bzip2 tar".split(),
    units=coreutils_units,
    words=lambda unit: ["/work/group", unit],
    read=lambda _, ended: told_lines(ended[1]),
    quick=(),
    patience_s=900,
)

def perl_read(_: str, ended: Ended) -> Outcomes:
    """Each file's lines "ok N" and "not ok N", and the file as a test of its own, for what is wrong outside of them."""
    found: Outcomes = {}
    for name, body in re.findall(rb"\n@@file (\S+)\n(.*?)(?=\n@@file |\Z)", ended[1], re.DOTALL):
        file = name.decode()
        for bad, number, rest in re.findall(rb"^(not )?ok (\d+)\b(.*)$", body, re.MULTILINE):
            unreal = re.search(rb"# *(todo|skip)", rest, re.IGNORECASE)
            found[f"{file}#{int(number)}"] = "skip" if unreal else "fail" if bad else "pass"
        found[file] = "pass" if body.endswith(b"\n@@ended 0\n") else "fail"
    return found


# t/ is for the built tree: left out is what looks into its sources, and what takes gigabytes or measures.
PERL = Suite(
    name="perl",
    packages="libc-bin coreutils bash dash perl procps grep sed gzip".split(),
    units=lambda root: sorted(path.name for path in (root / "work/t").iterdir() if any(path.glob("*.t"))
                              and path.name not in ("porting", "bigmem", "benchmark", "perf", "japh")),
    words=lambda unit: ["/work/directory", unit],
    read=perl_read,
    quick="base cmd comp io".split(),
    patience_s=1800,
)


def redis_units(root: Path) -> List[str]:
    text = (root / "work/tests/test_helper.tcl").read_text()
    listed = text[text.index("set ::all_tests {"):]
    return listed[listed.index("{") + 1:listed.index("}")].split()


def redis_read(_: str, ended: Ended) -> Outcomes:
    """Tests of one name are one: some are drawn by lot, or repeated until something comes true."""
    found: Outcomes = {}
    line = rb"^[^\n]*?\[(ok|err|ignore|skip|exception)\]\S*: ([^\n]*?)(?: \(\d+ ms\)| in tests/\S+)?$"
    for what, name in re.findall(line, ended[1], re.MULTILINE):
        text = re.sub(r"\d+\.\d+|\d{4,}|#\d+", "N", name.decode(errors="replace"))
        outcome = {b"ok": "pass", b"err": "fail", b"exception": "fail"}.get(what, "skip")
        if found.get(text) != "fail":
            found[text] = outcome
    return found


REDIS = Suite(
    name="redis",
    packages="libc-bin coreutils bash dash grep sed procps util-linux redis-server redis-tools tcl tcl-tls "
             "openssl".split(),
    units=redis_units,
    words=lambda unit: ["tclsh", "tests/test_helper.tcl", "--single", unit, "--clients", "1", "--timeout", "300"],
    read=redis_read,
    quick=(),
    patience_s=900,
)

def sqlite_read(unit: str, ended: Ended) -> Outcomes:
    """Tests of one name are one; the unit is one, too, for what is wrong outside of tests."""
    found: Outcomes = {}
    for name in re.findall(rb"^(\S[^\n]*)\.\.\. Ok$", ended[1], re.MULTILINE):
        found[name.decode(errors="replace")] = "pass"
    for expected, failed in re.findall(rb"^! (\S[^\n]*) expected:|^(\S[^\n]*)\.\.\.\nError: ", ended[1], re.MULTILINE):
        found[(expected or failed).decode(errors="replace")] = "fail"
    found[unit] = "pass" if ended[0] == 0 else "fail"
    return found


SQLITE_PARTS = 24  # of its veryquick tests

SQLITE = Suite(
    name="sqlite",
    packages="libc-bin coreutils bash dash grep sed mawk procps diffutils sqlite3 tcl tcl8.6-dev gcc libc6-dev "
             "make".split(),
    units=lambda root: [f"part-{number:02}" for number in range(1, SQLITE_PARTS + 1)],
    words=lambda unit: ["env", "--chdir=/work/sqlite", f"TCLTEST_PART={int(unit[5:])}/{SQLITE_PARTS}", "./testfixture",
                        "test/veryquick.test"],
    read=sqlite_read,
    quick=(),
    patience_s=1200,
)

SUITES = {suite.name: suite for suite in (PYTHON, BASH, BUSYBOX, COREUTILS, PERL, REDIS, SQLITE)}
