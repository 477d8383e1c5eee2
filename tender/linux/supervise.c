/* The front while its guest runs: signals and window sizes in, wishes for the terminal out. See family.h. */
#include <errno.h>
#include <linux/poll.h>
#include <linux/signalfd.h>
#include <linux/wait.h>
#include <signal.h>
#include <sys/socket.h>

#include "tender/host/host.h"
#include "tender/linux/family.h"
#include "tender/linux/stdio.h"

struct front {
	struct linux_guest *guest;
	int init_pid;
	int signal_fd;
	int control_fd;        /* -1: nobody is left at the other end */
	int terminal;          /* a standard descriptor, or -1 */
	bool terminal_is_ours; /* false once its attributes were changed for the guest */
	bool input_is_wanted;  /* the guest reads the terminal */
	uint64_t pending;      /* signals that are still to be sent, as HOST_SIGNAL_BIT */
	bool terminal_ended;   /* nothing more will be typed */
	bool has_input;        /* input is still to be sent */
	struct kernel_control input;
};

/* What the guest is told for a signal: the new size for SIGWINCH of a terminal, the signal itself otherwise. */
static struct kernel_control message_make(const struct front *front, int signal)
{
	struct kernel_control message = {.kind = KERNEL_CONTROL_SIGNAL, .value = (uint32_t)signal};
	uint16_t rows;
	uint16_t columns;

	if (signal == SIGWINCH && front->terminal >= 0 && stdio_window(front->terminal, &rows, &columns) == 0) {
		message.kind = KERNEL_CONTROL_WINDOW;
		message.value = (uint32_t)rows << 16 | columns;
	}
	return message;
}

/* Sends what is pending as long as the channel takes it. */
static void pending_send(struct front *front)
{
	while (front->pending && front->control_fd >= 0) {
		int signal = __builtin_ctzll(front->pending) + 1;
		struct kernel_control message = message_make(front, signal);

		if (host_send(front->control_fd, &message, sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			break;
		front->pending &= ~HOST_SIGNAL_BIT(signal);
	}
}

/* Reads the terminal for the guest only while it is the foreground's, and what was read before is sent. */
static bool wants_input(const struct front *front)
{
	return front->input_is_wanted && !front->terminal_ended && !front->has_input && front->control_fd >= 0 &&
	       stdio_is_foreground(front->terminal);
}

static void input_read(struct front *front)
{
	long got = host_read(front->terminal, front->input.bytes, sizeof(front->input.bytes));

	if (got == -EINTR || got == -EAGAIN)
		return;
	front->terminal_ended = got <= 0;
	front->input.kind = KERNEL_CONTROL_INPUT;
	front->input.value = got > 0 ? (uint32_t)got : 0;
	front->has_input = true;
}

static void input_send(struct front *front)
{
	long result;

	if (!front->has_input || front->control_fd < 0)
		return;
	result = host_send(front->control_fd, &front->input, sizeof(front->input), MSG_DONTWAIT | MSG_NOSIGNAL);
	front->has_input = result == -EAGAIN;
}

/* What the guest sends is hostile: an empty packet is not yet the end, but with nobody left to send another it is. */
static void message_receive(struct front *front, bool is_alone)
{
	struct kernel_control message;
	long got = host_receive(front->control_fd, &message, sizeof(message), MSG_DONTWAIT | MSG_TRUNC);

	if (got == 0 && is_alone)
		front->control_fd = -1;
	if (got != sizeof(message) || message.kind != KERNEL_CONTROL_TERMIOS || front->terminal < 0)
		return;
	front->terminal_is_ours = false;
	front->input_is_wanted = true;
	stdio_attributes_set(front->terminal, front->guest->stdio[front->terminal].termios, message.bytes);
}

/* One signal from the host. Returns init's status, or -1 if it has not ended. */
static int signal_take(struct front *front)
{
	struct signalfd_siginfo info;
	int status;

	if (host_read(front->signal_fd, &info, sizeof(info)) != sizeof(info))
		return -1;
	if (info.ssi_signo != SIGCHLD) {
		front->pending |= HOST_SIGNAL_BIT(info.ssi_signo);
		return -1;
	}
	if (host_wait(front->init_pid, &status, WNOHANG) != front->init_pid)
		return -1;
	/* As a shell counts: init itself is killed only by the host. */
	return status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;
}

enum { FROM_HOST, FROM_GUEST, FROM_TERMINAL, SOURCES };

static void wait_for_events(struct front *front, struct pollfd fds[SOURCES])
{
	fds[FROM_HOST] = (struct pollfd){.fd = front->signal_fd, .events = POLLIN};
	fds[FROM_GUEST] = (struct pollfd){.fd = front->control_fd, .events = POLLIN};
	fds[FROM_TERMINAL] = (struct pollfd){.fd = wants_input(front) ? front->terminal : -1, .events = POLLIN};
	if (front->pending || front->has_input)
		fds[FROM_GUEST].events |= POLLOUT;
	host_ppoll(fds, SOURCES, NULL);
}

/*
 * What is typed before the guest reads is neither echoed nor edited by the host: the guest's own line discipline does
 * that when it gets it. Only the keys for signals work from the beginning.
 */
static void terminal_prepare(struct front *front)
{
	const struct kernel_stdio *stdio = front->guest->stdio;

	if (front->terminal != 0 || !stdio_terminal_is_output(stdio) || !stdio_is_foreground(front->terminal))
		return;
	stdio_typing_defer(front->terminal, stdio[front->terminal].termios);
	front->terminal_is_ours = false;
}

int family_supervise(struct linux_guest *guest, int init_pid)
{
	struct front front = {
		.guest = guest,
		.init_pid = init_pid,
		.signal_fd = guest->signal_fd,
		.control_fd = guest->supervisor_fd,
		.terminal = stdio_terminal(guest->stdio),
		.terminal_is_ours = true,
	};
	int status = -1;

	terminal_prepare(&front);
	while (status < 0) {
		struct pollfd fds[SOURCES];

		wait_for_events(&front, fds);
		if (fds[FROM_GUEST].revents & (POLLIN | POLLHUP | POLLERR))
			message_receive(&front, fds[FROM_GUEST].revents & POLLHUP);
		if (fds[FROM_HOST].revents)
			status = signal_take(&front);
		if (fds[FROM_TERMINAL].revents)
			input_read(&front);
		pending_send(&front);
		input_send(&front);
	}
	/* In the background it is another's, who will have set it as he wants it. */
	if (!front.terminal_is_ours && stdio_is_foreground(front.terminal)) {
		const uint8_t *original = guest->stdio[front.terminal].termios;

		stdio_attributes_set(front.terminal, original, original);
	}
	return status;
}
