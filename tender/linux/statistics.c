/*
 * The guest's counters as a table: see statistics.h. Lines are "library_calls N", "traps N", "faults N",
 * "arena_bytes N", "host_call NAME N", "call NAME N", "unknown NAME N", "unknown_other N", in columns; those of calls
 * begin with the most frequent one, and one without a name has its number. Of guests with a network device: "net WHAT
 * N".
 */
#include "tender/linux/statistics.h"

#include <string.h>

#include "tender/host/host.h"
#include "tender/linux/say.h"

#define BUFFER_BYTES 4096u
#define LINE_BYTES 80u

struct writer {
	int fd;
	size_t length;
	char buffer[BUFFER_BYTES];
};

static void writer_flush(struct writer *writer)
{
	size_t done = 0;

	while (done < writer->length) {
		long result = host_write(writer->fd, writer->buffer + done, writer->length - done);

		/* Whoever wanted to read it is gone. */
		if (result <= 0)
			break;
		done += (size_t)result;
	}
	writer->length = 0;
}

static const char *const call_names[KERNEL_CALLS_MAX] = {
#include "syscall_names.inc"
};

/* `detail` stands between key and value. */
static void line_add(struct writer *writer, const char *key, const char *detail, uint64_t value)
{
	if (writer->length + LINE_BYTES > sizeof(writer->buffer))
		writer_flush(writer);
	writer->length += text_make(writer->buffer + writer->length, LINE_BYTES, "%-14s %-24s %14lu\n", key, detail,
				    (unsigned long)value);
}

/* The calls of all threads, by number; returns the sum. */
static uint64_t tables_add_up(const struct kernel_statistics *statistics, uint64_t calls[KERNEL_CALLS_MAX])
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < KERNEL_CALLS_MAX; i++) {
		calls[i] = 0;
		for (unsigned table = 0; table < KERNEL_CALL_TABLES; table++)
			calls[i] += statistics->calls[table][i];
		sum += calls[i];
	}
	return sum;
}

/* The most frequent call of those that are left, of which it is taken out; its number, or -1. */
static int most_frequent_take(uint64_t *counts, uint64_t *count)
{
	int most = -1;

	*count = 0;
	for (int i = 0; i < KERNEL_CALLS_MAX; i++) {
		if (counts[i] > *count) {
			*count = counts[i];
			most = i;
		}
	}
	if (most >= 0)
		counts[most] = 0;
	return most;
}

/* Uses the counts up. */
static void calls_add(struct writer *writer, const char *key, uint64_t *counts)
{
	char number[16];
	uint64_t count;
	int call;

	while ((call = most_frequent_take(counts, &count)) >= 0) {
		text_make(number, sizeof(number), "%d", call);
		line_add(writer, key, call_names[call] ? call_names[call] : number, count);
	}
}

static void net_add(struct writer *writer, const struct kernel_net_statistics *net)
{
	const struct {
		const char *name;
		uint64_t value;
	} lines[] = {
		{" receive_packets", net->receive_packets},
		{" receive_bytes", net->receive_bytes},
		{" receive_errors", net->receive_errors},
		{" receive_drops", net->receive_drops},
		{" transmit_packets", net->transmit_packets},
		{" transmit_bytes", net->transmit_bytes},
		{" transmit_errors", net->transmit_errors},
		{" transmit_drops", net->transmit_drops},
		{" tcp_segments_in", net->tcp_segments_in},
		{" tcp_segments_out", net->tcp_segments_out},
		{" tcp_retransmits", net->tcp_retransmits},
		{" polls", net->polls},
		{" reads_and_writes", net->calls},
	};
	uint64_t packets = net->receive_packets + net->transmit_packets;
	uint64_t calls = net->calls + net->polls;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		line_add(writer, "net", lines[i].name, lines[i].value);
	line_add(writer, "net", " calls_per_100_packets", packets ? calls * 100 / packets : 0);
}

void statistics_write(int fd, const struct kernel_statistics *statistics, bool has_net)
{
#define NAME(name, text) text,
	static const char *const names[] = {KERNEL_HOST_CALLS(NAME)};
	struct writer writer = {.fd = fd};
	uint64_t calls[KERNEL_CALLS_MAX], unknown[KERNEL_CALLS_MAX];
	uint64_t sum = tables_add_up(statistics, calls);

	line_add(&writer, "library_calls", "", sum + statistics->unknown_other);
	line_add(&writer, "traps", "", statistics->traps);
	line_add(&writer, "faults", "", statistics->faults);
	line_add(&writer, "arena_bytes", "", statistics->arena_bytes);
	for (unsigned i = 0; i < KERNEL_HOST_CALL_COUNT; i++)
		line_add(&writer, "host_call", names[i], statistics->host_calls[i]);
	calls_add(&writer, "call", calls);
	memcpy(unknown, statistics->unknown, sizeof(unknown));
	calls_add(&writer, "unknown", unknown);
	line_add(&writer, "unknown_other", "", statistics->unknown_other);
	if (has_net)
		net_add(&writer, &statistics->net);
	writer_flush(&writer);
}
