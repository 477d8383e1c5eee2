/* Fuzz target: the lines of the input are the arguments of the tender for Linux programs. */
#include <ctype.h>
#include <string.h>

#include "tender/linux/options.h"
#include "tests/fuzz/fuzz.h"

#define ARGUMENTS_MAX 32

/* Cuts the text into lines, which become argv[1...]; returns argc. */
static int arguments_split(char *text, char **argv)
{
	static char program[] = "fuzz";
	int argc = 0;

	argv[argc++] = program;
	while (argc < ARGUMENTS_MAX) {
		argv[argc++] = text;
		text = strchr(text, '\n');
		if (!text)
			break;
		*text++ = '\0';
	}
	argv[argc] = NULL;
	return argc;
}

/* What the library kernel will be told, but for the descriptor. */
static void network_check(const struct network_options *network)
{
	const struct kernel_net *net = &network->net;

	FUZZ_CHECK(net->fd == -1);
	FUZZ_CHECK(memchr(network->interface, '\0', sizeof(network->interface)));
	FUZZ_CHECK(memchr(network->bridge, '\0', sizeof(network->bridge)));
	FUZZ_CHECK(network->kind != NETWORK_TAP || network->interface[0]);
	FUZZ_CHECK(net->mtu == 0 || (net->mtu >= 576 && net->mtu <= 65521));
	FUZZ_CHECK(!(net->mac[0] & 1));
	FUZZ_CHECK(net->ip4.family == 0 || net->ip4.family == 2);
	FUZZ_CHECK(net->ip6.family == 0 || net->ip6.family == 10);
	FUZZ_CHECK(net->ip4.prefix <= 32 && net->ip6.prefix <= 128);
	FUZZ_CHECK(network->kind == NETWORK_NONE || !net->ip4.family == !!(net->flags & KERNEL_NET_DHCP));
	FUZZ_CHECK(network->name_server_count <= KERNEL_NET_NAME_SERVERS_MAX);
}

static void options_check(const struct linux_options *options, int argc, char *const *argv)
{
	uint32_t variables = 0;

	FUZZ_CHECK(options->kernel && options->image && options->directory[0] == '/');
	FUZZ_CHECK(options->hostname[0] && strlen(options->hostname) <= 64);
	FUZZ_CHECK(options->mem_bytes >= 1 << 20 && options->mem_bytes <= 1ull << 40);
	FUZZ_CHECK(options->mem_bytes % (1 << 20) == 0);
	FUZZ_CHECK(options->policy == KERNEL_POLICY_STRICT || options->policy == KERNEL_POLICY_STANDARD);
	FUZZ_CHECK(options->user_id != UINT32_MAX && options->group_id != UINT32_MAX);
	FUZZ_CHECK(options->trace_fd >= -1 && options->stat_fd >= -1 && options->image_fd >= -1);
	FUZZ_CHECK(options->status_fd >= -1 && options->mount_count <= KERNEL_MOUNTS_MAX);
	for (unsigned i = 0; i < options->mount_count; i++) {
		FUZZ_CHECK(options->mounts[i].path[0] == '/' && options->mounts[i].mode <= 07777);
		FUZZ_CHECK(options->mounts[i].bytes <= INT64_MAX);
		FUZZ_CHECK((options->mounts[i].fd >= 0) == (options->mounts[i].kind != KERNEL_MOUNT_TMPFS));
	}
	FUZZ_CHECK(options->program > 1 && options->program < argc);
	FUZZ_CHECK(strcmp(argv[options->program - 1], "--") == 0);
	for (int i = 1; i < options->program; i++) {
		const char *variable = linux_options_variable(argv[i]);

		FUZZ_CHECK(!variable || (strchr(variable, '=') && variable[0] != '='));
		variables += variable != NULL;
	}
	FUZZ_CHECK(options->environment_count == variables);
	network_check(&options->network);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char *argv[ARGUMENTS_MAX + 1];
	struct linux_options options;
	struct error error = {0};
	int argc;

	FUZZ_CHECK(text);
	/* Messages repeat what the caller typed, as it is. */
	for (size_t i = 0; i < size; i++)
		text[i] = isprint(data[i]) || data[i] == '\n' ? (char)data[i] : '?';
	text[size] = '\0';
	argc = arguments_split(text, argv);
	if (linux_options_parse(argc, argv, &options, &error) < 0)
		fuzz_error_check(&error);
	else
		options_check(&options, argc, argv);
	free(text);
	return 0;
}
