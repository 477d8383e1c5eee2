/* What the C library reads of the network: see network_files.h. */
#include "kernel/boot/network_files.h"

#include <linux/errno.h>

#include "kernel/host/boot.h"
#include "kernel/lib/print.h"
#include "kernel/lib/text.h"
#include "kernel/net/address_text.h"
#include "kernel/syscall/names.h"
#include "kernel/task/process.h"
#include "kernel/vfs/namei.h"
#include "kernel/vfs/names.h"
#include "kernel/vfs/open.h"

/* Whatever is there goes: an image's file may be a link to where nothing is, or out of /etc. */
static void name_clear(const char *path)
{
	struct last_component at;

	if (path_walk_parent(AT_FDCWD, path, &at))
		return;
	name_remove(&at, false);
	path_put(&at.dir);
}

static int file_write_new(const char *path, const struct text *text)
{
	const struct open_request request = {.flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, .mode = 0644};
	struct file *file;
	struct io io;
	long result;

	name_clear(path);
	result = file_open(AT_FDCWD, path, &request, &file);
	if (result)
		return (int)result;
	io_kernel(&io, text->data, text->length);
	result = file_write(file, &io);
	file_put(file);
	return result < 0 ? (int)result : 0;
}

/* Consumes the text. */
static void file_make(const char *path, struct text *text)
{
	int error = text->failed ? -ENOMEM : file_write_new(path, text);

	if (error)
		kernel_log("%s: could not be written: %s", path, names_error(-error));
	text_clear(text);
}

static void host_line(struct text *text, const struct kernel_net_address *address, const char *hostname)
{
	char name[NET_ADDRESS_TEXT_BYTES];

	if (address->family)
		text_print(text, "%s\t%s\n", net_address_text(address->family, address->bytes, name), hostname);
}

static void hosts_make(const struct kernel_net *net, const char *hostname)
{
	struct text text = {0};

	text_print(&text, "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
	host_line(&text, &net->ip4, hostname);
	host_line(&text, &net->ip6, hostname);
	if (!net->ip4.family && !net->ip6.family)
		text_print(&text, "127.0.1.1\t%s\n", hostname);
	file_make("/etc/hosts", &text);
}

static void resolver_make(const struct kernel_net *net)
{
	char name[NET_ADDRESS_TEXT_BYTES];
	struct text text = {0};

	if (!net->name_servers[0].family)
		return;
	for (unsigned i = 0; i < KERNEL_NET_NAME_SERVERS_MAX && net->name_servers[i].family; i++) {
		const struct kernel_net_address *server = &net->name_servers[i];

		text_print(&text, "nameserver %s\n", net_address_text(server->family, server->bytes, name));
	}
	file_make("/etc/resolv.conf", &text);
}

static bool has_etc(void)
{
	struct path place;

	if (path_walk(AT_FDCWD, "/etc", WALK_DIRECTORY, &place))
		return false;
	path_put(&place);
	return true;
}

void network_files_write(const struct kernel_net *net)
{
	const char *hostname = (const char *)(uintptr_t)kernel_boot()->hostname;
	struct process *process = process_current();
	const struct credentials own = process->credentials;
	struct text text = {0};

	process->credentials = (struct credentials){.permitted = CAPABILITIES_ALL, .effective = CAPABILITIES_ALL};
	if (has_etc()) {
		hosts_make(net, hostname);
		resolver_make(net);
		text_print(&text, "%s\n", hostname);
		file_make("/etc/hostname", &text);
	}
	process->credentials = own;
}
