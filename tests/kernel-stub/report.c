/* What the boot structure says, as text: tests compare it with what they gave the tender. */
#include "tests/kernel-stub/stub.h"

static void line(const char *key, const char *value)
{
	print(key);
	print(" ");
	print(value);
	print("\n");
}

static void number_line(const char *key, uint64_t value)
{
	print(key);
	print(" ");
	print_number(value);
	print("\n");
}

static void stdio_line(const struct kernel_stdio *stdio)
{
	static const char names[4][8] = {"closed", "null", "stream", "tty"};

	print("stdio ");
	print(names[stdio->kind]);
	print(" ");
	print_number(stdio->flags & 3);
	print(" ");
	print_number(stdio->rows);
	print(" ");
	print_number(stdio->columns);
	print("\n");
}

void report(const struct kernel_boot *boot)
{
	for (unsigned i = 0; i < boot->argument_count; i++)
		line("argument", stub_string(boot->arguments, i));
	for (unsigned i = 0; i < boot->environment_count; i++)
		line("variable", stub_string(boot->environment, i));
	line("directory", (const char *)(uintptr_t)boot->directory);
	line("hostname", (const char *)(uintptr_t)boot->hostname);
	line("release", (const char *)(uintptr_t)boot->host_release);
	number_line("mem", boot->mem_bytes);
	number_line("arena", boot->arena_bytes);
	number_line("user-area", boot->user_bytes);
	number_line("user", boot->user_id);
	number_line("group", boot->group_id);
	number_line("policy", boot->policy);
	number_line("cpus", boot->cpu_count);
	for (unsigned i = 0; i < KERNEL_STDIO_COUNT; i++)
		stdio_line(&boot->stdio[i]);
}
