/* What tend doctor looks at: see doctor.h. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/beside.h"
#include "cli/command.h"
#include "cli/doctor.h"

/* AT_HWCAP2 */
#define HARDWARE2_FSGSBASE 2u
#define ADDRESSES_NEEDED_BYTES (96ull << 30)

void doctor_say(struct doctor_finding *finding, enum doctor_state state, const char *cure, const char *format, ...)
{
	va_list args;

	finding->state = state;
	snprintf(finding->cure, sizeof(finding->cure), "%s", cure);
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

/* The last of the calls that tenders need is close_range. */
static void kernel_look(struct doctor_finding *finding)
{
	struct utsname names;
	bool is_new;

	uname(&names);
	/* An empty range, which closes nothing. */
	is_new = syscall(SYS_close_range, ~0u, ~0u, 0) == 0;
	doctor_say(finding, is_new ? DOCTOR_GOOD : DOCTOR_BAD, "boot a kernel from 5.9 on", "Linux %s on %s",
		   names.release, names.machine);
}

static void seccomp_look(struct doctor_finding *finding)
{
	unsigned action = SECCOMP_RET_KILL_PROCESS;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
		doctor_say(finding, DOCTOR_GOOD, "", "filters that kill a process");
	else
		doctor_say(finding, DOCTOR_BAD, "boot a kernel with CONFIG_SECCOMP_FILTER",
			   "no filters that kill a process: %s", strerror(errno));
}

static void fsgsbase_look(struct doctor_finding *finding)
{
#ifdef __x86_64__
	if (getauxval(AT_HWCAP2) & HARDWARE2_FSGSBASE)
		doctor_say(finding, DOCTOR_GOOD, "", "programs may set their FS and GS bases");
	else
		doctor_say(
			finding, DOCTOR_BAD,
			"it takes an Intel CPU from 2012 or an AMD one from 2014 on, and Linux 5.9 without nofsgsbase "
			"on its command line",
			"programs may not set their FS and GS bases: no Linux programs, unikernels run");
#else
	doctor_say(finding, DOCTOR_BAD, "", "Linux programs run on x86-64 only; unikernels run");
#endif
}

static void addresses_look(struct doctor_finding *finding)
{
	void *place = mmap(NULL, ADDRESSES_NEEDED_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (place == MAP_FAILED) {
		doctor_say(finding, DOCTOR_BAD, "ulimit -v unlimited",
			   "%llu GiB of addresses could not be reserved: %s", ADDRESSES_NEEDED_BYTES >> 30,
			   strerror(errno));
		return;
	}
	munmap(place, ADDRESSES_NEEDED_BYTES);
	doctor_say(finding, DOCTOR_GOOD, "", "no limit on addresses stands in the way");
}

/* The programs and files that tend becomes or hands over. */
static void files_look(struct doctor_finding *finding)
{
	/* The last one is for unikernels only. */
	static const char *const names[] = {"tend-linux", "tend-build", "../lib/tend/kernel.elf", "solo5-spt"};
	const size_t count = sizeof(names) / sizeof(names[0]);

	for (size_t i = 0; i < count; i++) {
		char path[PATH_MAX];

		if (beside_path(names[i], path, sizeof(path)) != 0 || access(path, R_OK) < 0) {
			doctor_say(finding, i == count - 1 ? DOCTOR_LESS : DOCTOR_BAD, "install tend again, whole",
				   "%s: %s", path, strerror(errno));
			return;
		}
	}
	doctor_say(finding, DOCTOR_GOOD, "", "complete");
}

/* Images are mapped executable, so the file system they are kept on must allow that. */
static void cache_look(struct doctor_finding *finding)
{
	const char *base = getenv("XDG_CACHE_HOME"), *middle = "";
	char path[PATH_MAX];
	void *page = MAP_FAILED;
	int fd;

	if (!base || base[0] != '/') {
		base = getenv("HOME");
		middle = "/.cache";
	}
	if (!base || base[0] != '/') {
		doctor_say(finding, DOCTOR_BAD, "set XDG_CACHE_HOME or HOME to a directory", "no place for images");
		return;
	}
	snprintf(path, sizeof(path), "%s%s", base, middle);
	if (access(path, F_OK) < 0)
		snprintf(path, sizeof(path), "%s", base);
	fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 && ftruncate(fd, 4096) == 0)
		page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (page != MAP_FAILED)
		doctor_say(finding, DOCTOR_GOOD, "", "%s", path);
	else if (fd >= 0 && errno == EPERM)
		doctor_say(finding, DOCTOR_BAD, "set XDG_CACHE_HOME to a directory elsewhere",
			   "%s: mounted noexec: programs of its images cannot run", path);
	else
		doctor_say(finding, DOCTOR_BAD, "set XDG_CACHE_HOME to a directory you can write to", "%s: %s", path,
			   strerror(errno));
	if (page != MAP_FAILED)
		munmap(page, 4096);
	if (fd >= 0)
		close(fd);
}

const struct doctor_check doctor_checks[] = {
	{"kernel", true, kernel_look},
	{"seccomp", true, seccomp_look},
	{"fsgsbase", true, fsgsbase_look},
	{"addresses", true, addresses_look},
	{"namespaces", true, doctor_user_namespace},
	{"files of tend", true, files_look},
	{"place for images", false, cache_look},
	{"memory limits", false, doctor_cgroup},
	{"tap devices", false, doctor_tap},
	{"kvm", false, doctor_kvm},
	{NULL, false, NULL},
};
