"""
drive.py PATIENCE_S MODULE [TEST...]: runs one module of Python's test suite, as `python3 -m test` does.

Beside what that prints, a line "@@suite<tab>OUTCOME<tab>TEST" for each test, on the standard output that this was
started with, whatever the test does to its own.
"""
import fcntl
import os
import sys

from test.libregrtest import main
from test.support import testresult

RESOURCES = "curses,subprocess,cpu,decimal"  # neither screens nor sound, no network, no files of gigabytes
OUTPUT = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 200)
STARTED = os.getpid()


def told(outcome, test):
    name = test if isinstance(test, str) else test.id()
    if os.getpid() == STARTED:
        os.write(OUTPUT, f"\n@@suite\t{outcome}\t{name}\n".encode())


class Result(testresult.RegressionTestResult):
    """Passes on what it is told."""

    def startTest(self, test):
        told("start", test)
        super().startTest(test)

    def addSuccess(self, test):
        told("pass", test)
        super().addSuccess(test)

    def addExpectedFailure(self, test, err):
        told("pass", test)
        super().addExpectedFailure(test, err)

    def addSkip(self, test, reason):
        told("skip", test)
        super().addSkip(test, reason)

    def addFailure(self, test, err):
        told("fail", test)
        super().addFailure(test, err)

    def addError(self, test, err):
        told("fail", test)
        super().addError(test, err)

    def addUnexpectedSuccess(self, test):
        told("fail", test)
        super().addUnexpectedSuccess(test)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            told("fail", test)
        super().addSubTest(test, subtest, err)


if __name__ == "__main__":  # others are processes that multiprocessing starts
    testresult.RegressionTestResult = Result
    patience_s, module, *tests = sys.argv[1:]
    chosen = [word for test in tests for word in ("-m", test)]
    sys.argv[1:] = ["-v", "-u", RESOURCES, "--timeout", patience_s, *chosen, module]
    main()
