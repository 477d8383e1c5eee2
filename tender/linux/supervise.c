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
#include "tender/linux/stop.h"

struct front {
	struct linux_guest *guest;
	int init_pid;
	int signal_fd;
	int control_fd; /* -1: nobody is left at the other end */
	struct terminal *terminal;
	uint64_t pending;    /* signals that are still to be sent, as HOST_SIGNAL_BIT */
	bool terminal_ended; /* nothing more will be typed */
	bool has_input;      /* input is still to be sent */
	bool has_answer;     /* and so is an answer */
	struct kernel_control input;
	struct kernel_control answer;
	struct stop stop;
};

/* What the guest is told for a signal: the new size for SIGWINCH of a terminal, the signal itself otherwise. */
static struct kernel_control message_make(const struct front *front, int signal)
{
	struct kernel_control message = {.kind = KERNEL_CONTROL_SIGNAL, .value = (uint32_t)signal};
	uint16_t rows;
	uint16_t columns;

	if (signal == SIGWINCH && front->terminal->stdio && stdio_window(front->terminal->fd, &rows, &columns) == 0) {
		message.kind = KERNEL_CONTROL_WINDOW;
		message.value = (uint32_t)rows << 16 | columns;
	}
	return message;
}

/* False: it cannot be sent now, or never more. */
static bool message_send(const struct front *front, const struct kernel_control *message)
{
	return front->control_fd >= 0 &&
	       host_send(front->control_fd, message, sizeof(*message), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* Sends what is pending as long as the channel takes it. */
static void pending_send(struct front *front)
{
	while (front->pending) {
		int signal = __builtin_ctzll(front->pending) + 1;
		struct kernel_control message = message_make(front, signal);

		if (!message_send(front, &message))
			break;
		front->pending &= ~HOST_SIGNAL_BIT(signal);
	}
}

/* Reads the terminal for the guest only while it is the foreground's, and what was read before is sent. */
static bool wants_input(const struct front *front)
{
	return front->terminal->is_read && !front->terminal_ended && !front->has_input && front->control_fd >= 0 &&
	       terminal_is_foreground(front->terminal);
}

static void input_read(struct front *front)
{
	long got = host_read(front->terminal->fd, front->input.bytes, sizeof(front->input.bytes));

	if (got == -EINTR || got == -EAGAIN)
		return;
	front->terminal_ended = got <= 0;
	front->input.kind = KERNEL_CONTROL_INPUT;
	front->input.value = got > 0 ? (uint32_t)got : 0;
	front->has_input = true;
}

static void input_send(struct front *front)
{
	if (front->has_input && message_send(front, &front->input))
		front->has_input = false;
}

static void answer_send(struct front *front)
{
	if (front->has_answer && message_send(front, &front->answer))
		front->has_answer = false;
}

/* A guest that does not wait for answers gets the last. */
static void core_take(struct front *front, const struct kernel_control *message)
{
	struct linux_guest *guest = front->guest;

	front->answer.kind = KERNEL_CONTROL_CORE;
	front->answer.value = core_store_take(&guest->core, message, guest->arena_fd, guest->layout.arena_bytes);
	front->has_answer = true;
}

/* What the guest sends is hostile: an empty packet is not yet the end, but with nobody left to send another it is. */
static void message_receive(struct front *front, bool is_alone)
{
	struct kernel_control message;
	long got = host_receive(front->control_fd, &message, sizeof(message), MSG_DONTWAIT | MSG_TRUNC);

	if (got == 0 && is_alone)
		front->control_fd = -1;
	if (got == sizeof(message) && message.kind == KERNEL_CONTROL_CORE)
		core_take(front, &message);
	if (got == sizeof(message) && message.kind == KERNEL_CONTROL_TERMIOS)
		terminal_wish(front->terminal, message.bytes);
}

/* SIGTSTP, once more and by default: a process group that nobody could continue does not stop. */
static void stop_self(struct front *front)
{
	terminal_give_back(front->terminal);
	host_kill((int)host_getpid(), SIGTSTP);
	host_sigprocmask(SIG_UNBLOCK, HOST_SIGNAL_BIT(SIGTSTP));
	host_sigprocmask(SIG_BLOCK, HOST_SIGNAL_BIT(SIGTSTP));
	terminal_take_again(front->terminal);
}

/* One signal from the host. Returns init's status, or -1 if it has not ended. */
static int signal_take(struct front *front)
{
	struct signalfd_siginfo info;
	int status;

	if (host_read(front->signal_fd, &info, sizeof(info)) != sizeof(info))
		return -1;
	if (info.ssi_signo == SIGTERM)
		stop_request(&front->stop);
	if (info.ssi_signo == SIGTSTP) {
		stop_self(front);
		return -1;
	}
	if (info.ssi_signo == SIGCONT)
		terminal_take_again(front->terminal);
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
	struct __kernel_timespec left;

	fds[FROM_HOST] = (struct pollfd){.fd = front->signal_fd, .events = POLLIN};
	fds[FROM_GUEST] = (struct pollfd){.fd = front->control_fd, .events = POLLIN};
	fds[FROM_TERMINAL] = (struct pollfd){.fd = wants_input(front) ? front->terminal->fd : -1, .events = POLLIN};
	if (front->pending || front->has_input || front->has_answer)
		fds[FROM_GUEST].events |= POLLOUT;
	host_ppoll(fds, SOURCES, stop_time_left(&front->stop, &left));
}

int family_supervise(struct linux_guest *guest, int init_pid)
{
	struct front front = {
		.guest = guest,
		.init_pid = init_pid,
		.signal_fd = guest->signal_fd,
		.control_fd = guest->supervisor_fd,
		.terminal = &guest->terminal,
		.stop = {.init_pid = init_pid, .timeout_ns = guest->options.stop_timeout_s * 1000000000ull},
	};
	int status = -1;

	while (status < 0) {
		struct pollfd fds[SOURCES];

		wait_for_events(&front, fds);
		if (fds[FROM_GUEST].revents & (POLLIN | POLLHUP | POLLERR))
			message_receive(&front, fds[FROM_GUEST].revents & POLLHUP);
		/* What is typed behind a change of the window comes behind it to the guest, too. */
		if (fds[FROM_HOST].revents || fds[FROM_TERMINAL].revents)
			status = signal_take(&front);
		if (fds[FROM_TERMINAL].revents)
			input_read(&front);
		answer_send(&front);
		pending_send(&front);
		input_send(&front);
	}
	terminal_give_back(front.terminal);
	return status;
}
