# For gdb: how to unwind out of a stub, the code that stands in a system call's place (abi/image.h). It changes no
# register but RCX and leaves the stack alone: its caller is the site, where all of it will go on.
import gdb
from gdb.unwinder import Unwinder, register_unwinder

STUBS = []  # (start, end), which whoever runs this adds
ENTER = bytes.fromhex("65ff242518000000")  # jmp *%gs:24, behind lea after(%rip),%rcx
LEA = bytes.fromhex("488d0d")
JUMP = 0xE9
REGISTERS = "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 eflags".split()
STUB_BYTES_MAX = 64


def relative(code, start, end):
    """What the 32-bit distance at code[end - 4:end] leads to; the code lies at `start`."""
    return start + end + int.from_bytes(code[end - 4:end], "little", signed=True)


def site_of(pc, stubs):
    """Where the site of the stub at pc goes on, or None."""
    start = max(pc - STUB_BYTES_MAX, stubs[0])
    code = bytes(gdb.selected_inferior().read_memory(start, min(stubs[1] - start, 2 * STUB_BYTES_MAX)))
    here = pc - start
    enter = code.find(ENTER, max(here - len(ENTER) + 1 - len(LEA) - 4, 0))
    if enter >= 7 and code[enter - 7:enter - 4] == LEA:
        after = relative(code, start, enter)
        if not stubs[0] <= after < stubs[1]:
            return after
        here = max(here, enter + len(ENTER))
    for at in range(here, len(code) - 5):
        if code[at] == JUMP:
            after = relative(code, start, at + 5)
            if not stubs[0] <= after < stubs[1]:
                return after
    return None


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class StubUnwinder(Unwinder):
    def __init__(self):
        super().__init__("tend-stubs")

    def __call__(self, frame):
        pc = int(frame.read_register("rip"))
        for stubs in STUBS:
            if not stubs[0] <= pc < stubs[1]:
                continue
            site = site_of(pc, stubs)
            if site is None:
                return None
            info = frame.create_unwind_info(FrameId(frame.read_register("rsp"), gdb.Value(pc)))
            for name in REGISTERS:
                info.add_saved_register(name, frame.read_register(name))
            info.add_saved_register("rip", gdb.Value(site).cast(frame.read_register("rip").type))
            return info
        return None


register_unwinder(None, StubUnwinder(), True)
gdb.invalidate_cached_frames()
