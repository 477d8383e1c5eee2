/* tend trace: see trace.h. Everything that comes from the application is escaped. */
#include "kernel/syscall/trace.h"

#include <linux/fcntl.h>
#include <stdarg.h>

#include "freestanding/format.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/mm/user.h"
#include "kernel/syscall/dispatch.h"
#include "kernel/syscall/names.h"
#include "kernel/task/process.h"

#define STRING_SHOWN 48

bool trace_is_on(void)
{
	return kernel_boot()->trace_fd >= 0;
}

__attribute__((format(printf, 2, 3))) static void add(struct trace *trace, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	trace->length += format_text(trace->line + trace->length, sizeof(trace->line) - trace->length, format, args);
	va_end(args);
}

static void add_escaped(struct trace *trace, unsigned char c)
{
	if (c == '\n')
		add(trace, "\\n");
	else if (c == '\t')
		add(trace, "\\t");
	else if (c == '"' || c == '\\')
		add(trace, "\\%c", c);
	else if (c >= ' ' && c < 0x7f)
		add(trace, "%c", c);
	else
		add(trace, "\\%c%c%c", '0' + (c >> 6), '0' + (c >> 3 & 7), '0' + (c & 7));
}

/* Up to STRING_SHOWN bytes of application memory; with_end: up to a NUL. */
static void add_bytes(struct trace *trace, user_t address, size_t bytes, bool is_string)
{
	char piece[STRING_SHOWN];
	size_t shown = bytes < sizeof(piece) ? bytes : sizeof(piece);
	long length = (long)shown;

	if (is_string) {
		length = strncpy_from_user(piece, address, sizeof(piece));
		if (length == -36 /* ENAMETOOLONG */)
			length = sizeof(piece);
	} else if (user_read(piece, address, shown) != shown) {
		length = -1;
	}
	if (length < 0) {
		add(trace, "0x%lx", (unsigned long)address);
		return;
	}
	add(trace, "\"");
	for (long i = 0; i < length; i++)
		add_escaped(trace, (unsigned char)piece[i]);
	add(trace, (is_string ? length == sizeof(piece) : bytes > shown) ? "\"..." : "\"");
}

static void add_argument(struct trace *trace, char kind, const struct arguments *args, unsigned index)
{
	uint64_t value = args->a[index];

	switch (kind) {
	case 's':
		add_bytes(trace, value, 0, true);
		break;
	case 'b':
		add_bytes(trace, value, args->a[index + 1], false);
		break;
	case 'D':
		if ((int)value == AT_FDCWD)
			add(trace, "AT_FDCWD");
		else
			add(trace, "%d", (int)value);
		break;
	case 'd':
	case 'i':
		add(trace, "%d", (int)value);
		break;
	case 'u':
		add(trace, "%lu", (unsigned long)value);
		break;
	case 'l':
		add(trace, "%ld", (long)value);
		break;
	case 'm':
		add(trace, "0%c%c%c", (char)('0' + (value >> 6 & 7)), (char)('0' + (value >> 3 & 7)),
		    (char)('0' + (value & 7)));
		break;
	case 'p':
		if (!value) {
			add(trace, "NULL");
			break;
		}
		__attribute__((fallthrough));
	default:
		trace->length += names_flags(kind, value, trace->line + trace->length,
					     sizeof(trace->line) - trace->length);
	}
}

/* Who it is, inside the guest: a thread that is not the first of its process names that, too. */
static void add_thread(struct trace *trace)
{
	int32_t pid = current->process->pid;

	if (pid == current->tid)
		add(trace, "[%d] ", pid);
	else
		add(trace, "[%d/%d] ", pid, current->tid);
}

void trace_enter(struct trace *trace, uint64_t number, const struct arguments *args)
{
	const struct syscall_entry *entry = number < SYSCALL_MAX ? &syscall_table[number] : NULL;
	const char *kinds = entry && entry->name ? entry->arguments : "xxxxxx";

	trace->length = 0;
	add_thread(trace);
	if (entry && entry->name)
		add(trace, "%s(", entry->name);
	else
		add(trace, "syscall_%lu(", (unsigned long)number);
	for (unsigned i = 0; kinds[i]; i++) {
		if (i)
			add(trace, ", ");
		add_argument(trace, kinds[i], args, i);
	}
	add(trace, ")");
}

static void write_line(struct trace *trace)
{
	/* A line that filled up still ends. */
	if (trace->length > sizeof(trace->line) - 2)
		trace->length = sizeof(trace->line) - 2;
	trace->line[trace->length++] = '\n';
	host_write(kernel_boot()->trace_fd, trace->line, trace->length);
}

void trace_leave(struct trace *trace, long result)
{
	size_t room = 48;

	if (trace->length > sizeof(trace->line) - room)
		trace->length = sizeof(trace->line) - room;
	if (result < 0 && result >= -4095)
		add(trace, " = -1 %s", names_error((int)-result));
	else if ((uint64_t)result >= 0x10000)
		add(trace, " = 0x%lx", (unsigned long)result);
	else
		add(trace, " = %ld", result);
	write_line(trace);
}

void trace_leave_for_ever(struct trace *trace)
{
	add(trace, " = ?");
	write_line(trace);
}

void trace_event(const char *format, ...)
{
	struct trace trace = {.length = 0};
	va_list args;

	if (!trace_is_on())
		return;
	add_thread(&trace);
	va_start(args, format);
	trace.length += format_text(trace.line + trace.length, sizeof(trace.line) - trace.length, format, args);
	va_end(args);
	write_line(&trace);
}
