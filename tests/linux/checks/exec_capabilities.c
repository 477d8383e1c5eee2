/* Executing files that have capabilities, with and without what takes them away; root that is not to have any. */
#include "../family.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>

#define SOME_USER 1000
#define BIT(capability) (1u << (capability))

PART(capabilities_show)
{
	char line[256];
	FILE *status = fopen("/proc/self/status", "re");
	while (status && fgets(line, sizeof line, status))
		if (strncmp(line, "Uid", 3) == 0 || (strncmp(line, "Cap", 3) == 0 && strncmp(line, "CapBnd", 6) != 0))
			NOTE("%.*s", (int)strcspn(line, "\n"), line);
	NOTE("secure: %lu", getauxval(AT_SECURE));
	return 0;
}

/* The running program as a file of the check's. */
static void program_copy(const char *path)
{
	int from = open("/proc/self/exe", O_RDONLY), to = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	while (sendfile(to, from, NULL, 1 << 20) > 0)
		;
	close(from);
	close(to);
	chmod(".", 0755);
}

static void capabilities_give(const char *path, uint32_t permitted, uint32_t inheritable, bool effective)
{
	struct vfs_cap_data data = {VFS_CAP_REVISION_2 | effective, {{permitted, inheritable}}};
	NOTE("permitted %#x, inheritable %#x, effective %d", permitted, inheritable, effective);
	EXPECT(setxattr(path, "security.capability", &data, XATTR_CAPS_SZ_2, 0) == 0);
}

static void execute(const char *path, void (*prepare)(void))
{
	const char *const arguments[] = {"conform", "--part", "capabilities_show", NULL};
	pid_t child = family_fork();
	if (child == 0) {
		prepare();
		CALL(execve, path, arguments, environ);
		_exit(1);
	}
	family_end("the program", child);
}

static void nothing(void)
{
}

static void as_user(void)
{
	if (setresgid(SOME_USER, SOME_USER, SOME_USER) || setresuid(SOME_USER, SOME_USER, SOME_USER))
		_exit(2);
}

static void as_user_without_gains(void)
{
	as_user();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void as_user_bounded(void)
{
	prctl(PR_CAPBSET_DROP, CAP_NET_BIND_SERVICE);
	as_user();
}

static void as_real_root(void)
{
	setresuid(0, SOME_USER, SOME_USER);
}

static void without_root_rights(void)
{
	prctl(PR_SET_SECUREBITS, SECBIT_NOROOT);
}

CHECK(exec_file_capabilities, "execve")
{
	static void (*const before[])(void) = {nothing, as_user, as_user_without_gains, as_user_bounded, as_real_root};
	program_copy("program");
	QUIET(execve, "none", NULL, NULL);
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		NOTE("who: %zu", i);
		removexattr("program", "security.capability");
		execute("./program", before[i]);
		capabilities_give("program", BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_CHOWN), 0, true);
		execute("./program", before[i]);
		capabilities_give("program", BIT(CAP_NET_BIND_SERVICE), BIT(CAP_KILL), false);
		execute("./program", before[i]);
	}
}

/* What nobody may have, its program cannot be executed with; a program of root's bit with capabilities has these. */
CHECK(exec_file_capabilities_refused, "execve")
{
	program_copy("program");
	QUIET(execve, "none", NULL, NULL);
	capabilities_give("program", BIT(CAP_SYS_ADMIN), 0, true);
	execute("./program", as_user);
	execute("./program", nothing);
	capabilities_give("program", BIT(CAP_CHOWN), 0, true);
	chmod("program", 04755);
	execute("./program", as_user);
	execute("./program", as_user_without_gains);
}

CHECK(exec_without_root_rights, "execve,prctl")
{
	QUIET(prctl, PR_GET_SECUREBITS);
	QUIET(execve, "none", NULL, NULL);
	execute("/proc/self/exe", without_root_rights);
	execute("/proc/self/exe", nothing);
}

static void little_memory(void)
{
	struct rlimit data = {32 << 20, 32 << 20}, all = {1 << 30, 1 << 30};
	setrlimit(RLIMIT_DATA, &data);
	setrlimit(RLIMIT_AS, &all);
	setrlimit(RLIMIT_STACK, &all);
}

/* The stack is no data, and no larger than what there may be of all. */
CHECK(exec_little_memory, "execve")
{
	QUIET(execve, "none", NULL, NULL);
	execute("/proc/self/exe", little_memory);
}
