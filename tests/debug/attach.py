"""For gdb: attaches to the process it is attached to ATTACHES times more. Every thread's backtrace must lead through
the kernel, if the thread is there, to what the thread began with, and end there. Prints which functions were met.
"""
import os

import gdb

ATTACHES = int(os.environ["ATTACHES"])
FIRST = {"main", "computer", "caller", "sleeper", "kernel_start"}
WHOLE = {gdb.FRAME_UNWIND_NO_REASON, gdb.FRAME_UNWIND_OUTERMOST}


def names_of_thread():
    """The functions from the innermost frame to the outermost, and why it is that."""
    names = []
    frame = gdb.newest_frame()
    while frame is not None:
        names.append(frame.name() or hex(frame.pc()))
        reason = frame.unwind_stop_reason()
        frame = frame.older()
    return names, reason


def look():
    """Looks at all threads: how many have a backtrace that is not whole."""
    bad = 0
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        names, reason = names_of_thread()
        seen.update(names)
        if not FIRST & set(names) or reason not in WHOLE:
            print("BAD", " < ".join(names), gdb.frame_stop_reason_string(reason))
            bad += 1
    return bad


seen = set()
failures = look()
pid = gdb.selected_inferior().pid
for _ in range(ATTACHES):
    gdb.execute("detach", to_string=True)
    gdb.execute(f"attach {pid}", to_string=True)
    failures += look()
print("SEEN", " ".join(sorted(seen)))
print("FAILURES", failures)
