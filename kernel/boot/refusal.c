/* Why a guest cannot start: see refusal.h. What is wrong with a file is looked up again, for the message only. */
#include "kernel/boot/refusal.h"

#include <linux/elf.h>
#include <linux/errno.h>

#include "kernel/host/host.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/syscall/names.h"
#include "kernel/vfs/namei.h"
#include "kernel/vfs/open.h"

#define EM_RISCV 243 /* newer than some headers */

void boot_refuse(const char *what, int error)
{
	kernel_log("%s: %s", what, names_error(-error));
	host_exit_group(STATUS_FAILED);
}

void image_refuse(int error)
{
	if (error == -ENOMEM)
		boot_refuse("the image's tables do not fit in the guest's memory; raise --mem", error);
	boot_refuse("the image is damaged; build it again, or remove it from the cache (~/.cache/tend)", error);
}

static const char *machine_name(unsigned machine)
{
	switch (machine) {
	case EM_386:
		return "32-bit x86";
	case EM_ARM:
		return "32-bit ARM";
	case EM_AARCH64:
		return "AArch64";
	case EM_RISCV:
		return "RISC-V";
	case EM_PPC64:
		return "PowerPC";
	case EM_S390:
		return "S/390";
	default:
		return "another machine";
	}
}

/* The first bytes of a file; how many, or -errno. */
static long head_read(const char *path, void *head, size_t bytes)
{
	const struct open_request request = {.flags = O_RDONLY};
	struct file *file;
	struct io io;
	long got = file_open(AT_FDCWD, path, &request, &file);

	if (got)
		return got;
	io_kernel(&io, head, bytes);
	got = file_read_at(file, &io, 0);
	file_put(file);
	return got;
}

/* A file of neither of the formats that can be executed. */
static void format_explain(const char *path)
{
	Elf64_Ehdr header = {0};
	long got = head_read(path, &header, sizeof(header));

	if (got < (long)(EI_DATA + 1) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		kernel_log("%s: neither an x86-64 ELF program nor a script that begins with #! and its interpreter",
			   path);
	else if (header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_X86_64)
		kernel_log("%s: a program for %s, and guests are x86-64: use packages of amd64", path,
			   machine_name(header.e_ident[EI_DATA] == ELFDATA2LSB ? header.e_machine : 0u));
	else
		kernel_log("%s: a damaged or unsupported ELF program", path);
}

static void permission_explain(const char *path)
{
	struct path place;
	uint32_t mode;

	if (path_walk(AT_FDCWD, path, WALK_FOLLOW, &place)) {
		kernel_log("%s: permission denied on the way there", path);
		return;
	}
	mode = place.dentry->inode->mode;
	path_put(&place);
	if ((mode & S_IFMT) == S_IFDIR)
		kernel_log("%s: a directory, not a program", path);
	else
		kernel_log("%s: not executable by this user (mode 0%c%c%c): chmod +x in the root directory", path,
			   '0' + (int)(mode >> 6 & 7), '0' + (int)(mode >> 3 & 7), '0' + (int)(mode & 7));
}

static void explain(const char *path, const char *interpreter, int error)
{
	if (error == -ENOENT && interpreter)
		kernel_log("%s: its interpreter %s is not in the image", path, interpreter);
	else if (error == -ENOENT || error == -ENOTDIR)
		kernel_log(strchr(path, '/') ? "%s: no such program in the image"
					     : "%s: no such program in the image's PATH",
			   path);
	else if (error == -ENOEXEC || error == -ELIBBAD)
		format_explain(interpreter ? interpreter : path);
	else if (error == -EACCES)
		permission_explain(interpreter ? interpreter : path);
	else
		kernel_log("%s: cannot be executed: %s", interpreter ? interpreter : path, names_error(-error));
}

void program_refuse(const char *path, const char *interpreter, int error)
{
	explain(path, interpreter, error);
	host_exit_group(error == -ENOENT || error == -ENOTDIR ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE);
}
