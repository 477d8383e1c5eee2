# For gdb: how to unwind where there is no description of it, or none can be. Out of a stub, the code that stands in a
# system call's place (abi/image.h): it changes no register but RCX and leaves the stack alone, so its caller is the
# site, where all of it will go on. And at the two instructions between the stacks of application and library kernel
# (entry.S), where a register is in the thread's structure only.
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


def caller(frame, pc, sp=None):
    """The frame of an application that goes on at pc, all registers but these being what they are."""
    stack = frame.read_register("rsp")
    if sp is not None:
        stack = gdb.Value(sp).cast(stack.type)
    info = frame.create_unwind_info(FrameId(stack, frame.read_register("rip")))
    for name in REGISTERS:
        info.add_saved_register(name, stack if name == "rsp" else frame.read_register(name))
    info.add_saved_register("rip", gdb.Value(pc).cast(frame.read_register("rip").type))
    return info


class StubUnwinder(Unwinder):
    def __init__(self):
        super().__init__("tend-stubs")

    def __call__(self, frame):
        pc = int(frame.read_register("rip"))
        for stubs in STUBS:
            if not stubs[0] <= pc < stubs[1]:
                continue
            site = site_of(pc, stubs)
            return None if site is None else caller(frame, site)
        return None


def label(name):
    return int(gdb.parse_and_eval(f"(unsigned long)&{name}"))


class EdgeUnwinder(Unwinder):
    """USER_SP and USER_IP: offsets.h of the library kernel."""

    USER_SP = 8
    USER_IP = 40

    def __init__(self):
        super().__init__("tend-edges")
        self.switched = label("entry_switched")
        self.jump = label("leave_jump")

    def __call__(self, frame):
        pc = int(frame.read_register("rip"))
        if pc not in (self.switched, self.jump):
            return None
        thread = int(frame.read_register("gs_base"))
        memory = gdb.selected_inferior().read_memory(thread, self.USER_IP + 8)
        if pc == self.jump:
            return caller(frame, int.from_bytes(memory[self.USER_IP:self.USER_IP + 8], "little"))
        return caller(frame, int(frame.read_register("rcx")),
                      int.from_bytes(memory[self.USER_SP:self.USER_SP + 8], "little"))


register_unwinder(None, StubUnwinder(), True)
register_unwinder(None, EdgeUnwinder(), True)
gdb.invalidate_cached_frames()
