/* The connection to the debugger: see debugger.h. */
#include "tender/hvt/debug/debugger.h"

#include <asm/signal.h>
#include <errno.h>
#include <linux/fcntl.h>
#include <linux/in.h>
#include <poll.h>

#include "tender/host/host.h"
#include "tender/hvt/debug/registers.h"
#include "tender/solo5/tender.h"

/* From the Linux socket ABI. */
#define FAMILY_INET 2
#define TYPE_STREAM 1
#define LEVEL_SOCKET 1
#define OPTION_REUSEADDR 2
#define LOOPBACK 0x7f000001u

static struct {
	bool is_attached;
	int fd;
	int signal_fd; /* takes the signals that say that the debugger sent something */
	struct machine *machine;
	struct gdb_session session;
} debugger;

static void target_send(void *unused, const char *bytes, size_t size)
{
	(void)unused;
	while (size) {
		long written = host_write(debugger.fd, bytes, size);

		if (written == -EINTR)
			continue;
		if (written <= 0)
			return;
		bytes += written;
		size -= (size_t)written;
	}
}

static size_t target_registers_read(void *unused, uint8_t *bytes)
{
	(void)unused;
	return debug_registers_read(debugger.machine, bytes);
}

static bool target_registers_write(void *unused, const uint8_t *bytes, size_t size)
{
	(void)unused;
	return debug_registers_write(debugger.machine, bytes, size);
}

static bool target_pc_write(void *unused, uint64_t pc)
{
	(void)unused;
	return debug_pc_write(debugger.machine, pc);
}

static bool target_memory_read(void *unused, uint64_t address, void *to, size_t size)
{
	(void)unused;
	return memory_copy_in(&debugger.machine->context.memory, gpa(address), to, size);
}

static bool target_memory_write(void *unused, uint64_t address, const void *from, size_t size)
{
	(void)unused;
	return debug_memory_write(debugger.machine, address, from, size);
}

static int target_point_set(void *unused, enum gdb_point type, uint64_t address, uint64_t size, bool is_set)
{
	(void)unused;
	return points_set(debugger.machine, type, address, size, is_set);
}

static const struct gdb_target target = {
	.registers_read = target_registers_read,
	.registers_write = target_registers_write,
	.pc_write = target_pc_write,
	.memory_read = target_memory_read,
	.memory_write = target_memory_write,
	.point_set = target_point_set,
	.send = target_send,
};

bool debugger_is_attached(void)
{
	return debugger.is_attached;
}

static long listener_open(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = FAMILY_INET};
	long listener = host_socket(FAMILY_INET, TYPE_STREAM, 0);
	int one = 1;
	long result;

	if (listener < 0)
		return listener;
	address.sin_port = __builtin_bswap16(port);
	address.sin_addr.s_addr = __builtin_bswap32(LOOPBACK);
	host_setsockopt((int)listener, LEVEL_SOCKET, OPTION_REUSEADDR, &one, sizeof(one));
	result = host_bind((int)listener, &address, sizeof(address));
	if (result >= 0)
		result = host_listen((int)listener, 1);
	if (result < 0)
		host_close((int)listener);
	return result < 0 ? result : listener;
}

/*
 * What the debugger sends while the guest runs interrupts KVM_RUN: a signal that is blocked everywhere else, and taken
 * from signal_fd.
 */
static long interrupts_prepare(const struct machine *machine)
{
	/* struct kvm_signal_mask: the set's size, then the set, which blocks nothing. */
	const uint32_t mask[3] = {sizeof(uint64_t)};
	struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = (int)host_getpid()};
	long result = host_sigprocmask(SIG_BLOCK, HOST_SIGNAL_BIT(SIGIO));

	if (result >= 0)
		result = host_signalfd(HOST_SIGNAL_BIT(SIGIO), O_NONBLOCK | O_CLOEXEC);
	if (result < 0)
		return result;
	debugger.signal_fd = (int)result;
	result = host_ioctl(machine->kvm.vcpu_fd, KVM_SET_SIGNAL_MASK, (void *)(uintptr_t)mask);
	if (result >= 0)
		result = host_fcntl(debugger.fd, F_SETOWN_EX, (long)&owner);
	return result < 0 ? result : host_fcntl(debugger.fd, F_SETFL, O_RDWR | FASYNC);
}

/* The debugger goes; the guest runs on without its breakpoints. */
static int detach(struct machine *machine)
{
	struct kvm_guest_debug none = {.control = 0};

	debugger.is_attached = false;
	host_close(debugger.fd);
	points_clear(machine);
	host_ioctl(machine->kvm.vcpu_fd, KVM_SET_GUEST_DEBUG, &none);
	return 0;
}

static int guest_resume(const struct machine *machine, bool is_step, struct error *error)
{
	long result = points_apply(machine, is_step);

	return result < 0 ? kvm_error("Could not set breakpoints or a single step", result, error) : 0;
}

/* Takes what the debugger sends until it lets the guest run. */
static int commands_serve(struct machine *machine, struct error *error)
{
	for (;;) {
		uint8_t byte;
		long got = host_read(debugger.fd, &byte, 1);

		if (got == -EINTR)
			continue;
		if (got <= 0)
			return detach(machine);
		switch (gdb_feed(&debugger.session, byte)) {
		case GDB_CONTINUE:
			return guest_resume(machine, false, error);
		case GDB_STEP:
			return guest_resume(machine, true, error);
		case GDB_DETACH:
			return detach(machine);
		case GDB_KILL:
			return error_set(error, "Killed by the debugger");
		case GDB_NOTHING:
		case GDB_INTERRUPT:
			break;
		}
	}
}

int debugger_attach(struct machine *machine, uint16_t port, struct error *error)
{
	long listener = listener_open(port);
	long result = listener;

	if (result >= 0) {
		tender_say("Waiting for a debugger: gdb -ex 'target remote localhost:%u' %s\n", port,
			   machine->unikernel.options.kernel);
		result = host_accept((int)listener, O_CLOEXEC);
		host_close((int)listener);
	}
	if (result < 0)
		return error_set(error, "Could not wait for a debugger on port %u: %s", port, error_name(-result));
	debugger.fd = (int)result;
	debugger.is_attached = true;
	debugger.machine = machine;
	gdb_init(&debugger.session, &target);
	result = interrupts_prepare(machine);
	if (result < 0)
		return kvm_error("Could not prepare for a debugger", result, error);
	return commands_serve(machine, error);
}

int debugger_serve(struct machine *machine, unsigned signal, struct error *error)
{
	gdb_stopped(&debugger.session, signal);
	return commands_serve(machine, error);
}

int debugger_poll(struct machine *machine, struct error *error)
{
	struct pollfd readable = {.fd = debugger.fd, .events = POLLIN};
	const uint64_t no_time[2] = {0, 0};
	uint8_t drained[128];
	uint8_t byte;

	host_read(debugger.signal_fd, drained, sizeof(drained));
	while (host_ppoll(&readable, 1, no_time) > 0) {
		if (host_read(debugger.fd, &byte, 1) <= 0)
			return detach(machine);
		if (gdb_feed(&debugger.session, byte) == GDB_INTERRUPT)
			return debugger_serve(machine, GDB_SIGNAL_INTERRUPT, error);
	}
	return 0;
}

void debugger_exited(unsigned status)
{
	gdb_exited(&debugger.session, status);
}
