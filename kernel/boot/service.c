/* The service process: see service.h. What comes over the control channel is from the supervisor, whom we trust. */
#include "kernel/boot/service.h"

#include <linux/errno.h>
#include <linux/signal.h>

#include "arch.h"
#include "kernel/core/core.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/signal/send.h"
#include "kernel/task/create.h"
#include "kernel/task/pid.h"
#include "kernel/task/timekeeper.h"
#include "kernel/task/watch.h"
#include "kernel/tty/host_terminal.h"

static struct thread *service_thread;

int service_prepare(void)
{
	struct process *process = process_new();

	if (!process)
		return -ENOMEM;
	service_thread = thread_new(process);
	if (!service_thread)
		return -ENOMEM;
	service_thread->host_pid = service_thread->host_tid = kernel_boot()->service_pid;
	timekeeper_set(service_thread);
	return 0;
}

static void signal_forward(int signal)
{
	struct process *process = process_find(1);
	siginfo_t info = {.si_signo = signal, .si_code = SI_USER};

	if (process && signal > 0 && signal <= SIGNAL_COUNT)
		signal_send_process(process, &info);
	process_put(process);
}

static void control_serve(const struct kernel_control *message)
{
	switch (message->kind) {
	case KERNEL_CONTROL_SIGNAL:
		signal_forward((int)message->value);
		break;
	case KERNEL_CONTROL_WINDOW:
		host_terminal_resize(message->value >> 16, message->value & 0xffff);
		break;
	case KERNEL_CONTROL_INPUT:
		if (message->value <= sizeof(message->bytes))
			host_terminal_input(message->bytes, message->value);
		break;
	case KERNEL_CONTROL_CORE:
		core_answered(message->value);
		break;
	default:
		break;
	}
}

/* Sleeps until a message comes or a timer is due. False: the supervisor is gone. */
static bool control_wait(int fd, uint64_t timeout_ns)
{
	struct kernel_control message;
	long bytes;

	if (!watch_wait(fd, timeout_ns))
		return true;
	bytes = host_read(fd, &message, sizeof(message));
	if (bytes == sizeof(message))
		control_serve(&message);
	return bytes != 0;
}

void service_run(void)
{
	int fd = kernel_boot()->control_fd;

	arch_thread_set(service_thread);
	arch_kick_unblock(kernel_boot()->signal_stacks[KERNEL_ROLE_SERVICE]);
	for (;;) {
		/* First: a kick that comes behind it ends the wait. */
		uint64_t timeout_ns = timekeeper_run();

		if (timekeeper_is_dismissed())
			host_exit_group(0);
		if (!control_wait(fd, timeout_ns))
			fd = -1;
	}
}
