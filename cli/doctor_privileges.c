/* What tend doctor looks at that depends on who asks: namespaces, control groups, devices. See doctor.h. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/kvm.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/doctor.h"

/* Whether a child can enter new namespaces: 0, or the errno that it met. */
static int namespaces_try(int flags)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(unshare(flags) == 0 ? 0 : errno);
	if (child < 0)
		return errno;
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

/* The first character of a switch in /proc/sys, or NUL. */
static char switch_read(const char *path)
{
	char value = '\0';
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, &value, 1) != 1)
		value = '\0';
	if (fd >= 0)
		close(fd);
	return value;
}

static const char *namespace_cure(int error)
{
	if (error == ENOSPC)
		return "raise the sysctls user.max_user_namespaces and user.max_pid_namespaces";
	if (switch_read("/proc/sys/kernel/unprivileged_userns_clone") == '0')
		return "sysctl kernel.unprivileged_userns_clone=1";
	if (switch_read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == '1')
		return "sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile that allows userns";
	if (error == EINVAL)
		return "boot a kernel with CONFIG_USER_NS and CONFIG_PID_NS";
	return "in a container, its seccomp profile must allow clone and unshare with CLONE_NEWUSER; in a chroot, "
	       "Linux refuses it";
}

void doctor_user_namespace(struct doctor_finding *finding)
{
	int error = namespaces_try(CLONE_NEWUSER | CLONE_NEWPID);

	if (error && geteuid() == 0 && namespaces_try(CLONE_NEWPID) == 0) {
		doctor_say(finding, DOCTOR_LESS, namespace_cure(error),
			   "pid namespaces as root only; user namespaces: %s", strerror(error));
		return;
	}
	if (error)
		doctor_say(finding, DOCTOR_BAD, namespace_cure(error), "user and pid namespaces: %s", strerror(error));
	else
		doctor_say(finding, DOCTOR_GOOD, "", "user and pid namespaces");
}

/* A group is made and removed where a guest's would be. */
static int group_try(const char *directory)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/tend-doctor-%d", directory, (int)getpid()) >= sizeof(path))
		return ENAMETOOLONG;
	if (mkdir(path, 0755) < 0)
		return errno;
	rmdir(path);
	return 0;
}

/* The path of a line of /proc/self/cgroup whose controllers have the name ("" for version 2), or "". */
static void group_path(const char *controller, char *path, size_t size)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX + 64];

	path[0] = '\0';
	while (file && fgets(line, sizeof(line), file)) {
		char *list = strchr(line, ':'), *end = list ? strchr(list + 1, ':') : NULL;

		if (!end)
			continue;
		*end = '\0';
		end[1 + strcspn(end + 1, "\n")] = '\0';
		if (strcmp(list + 1, controller) == 0)
			snprintf(path, size, "%s", end + 1);
	}
	if (file)
		fclose(file);
}

void doctor_cgroup(struct doctor_finding *finding)
{
	char group[PATH_MAX], directory[PATH_MAX + 32];
	const char *version = "2";
	int error;

	group_path("memory", group, sizeof(group));
	if (group[0]) {
		version = "1";
		snprintf(directory, sizeof(directory), "/sys/fs/cgroup/memory%s", group);
	} else {
		group_path("", group, sizeof(group));
		snprintf(directory, sizeof(directory), "/sys/fs/cgroup%s", group);
	}
	error = group[0] ? group_try(directory) : ENOENT;
	if (error == ENOENT && version[0] == '1')
		error = group_try("/sys/fs/cgroup/memory");
	/* Beside one's own group will do in version 2. */
	if (error && version[0] == '2' && strrchr(directory, '/') > directory) {
		*strrchr(directory, '/') = '\0';
		error = group_try(directory);
	}
	if (error)
		doctor_say(finding, DOCTOR_LESS,
			   "systemd-run --user --scope -p Delegate=yes tend ..., or start as root",
			   "--mem is accounting only: no control group could be made: %s", strerror(error));
	else
		doctor_say(finding, DOCTOR_GOOD, "", "control groups of version %s", version);
}

/* Opening it makes no interface; asking what it can do tells whether the driver is there. */
void doctor_tap(struct doctor_finding *finding)
{
	unsigned features = 0;
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd >= 0 && ioctl(fd, TUNGETFEATURES, &features) == 0 && features & IFF_TAP)
		doctor_say(finding, DOCTOR_GOOD, "", "/dev/net/tun%s",
			   features & IFF_VNET_HDR ? ", with segments of 64 KiB" : "");
	else
		doctor_say(finding, DOCTOR_LESS,
			   errno == ENOENT ? "modprobe tun" : "chmod 666 /dev/net/tun, or start as root",
			   "no tap interfaces: /dev/net/tun: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

void doctor_kvm(struct doctor_finding *finding)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int version = fd >= 0 ? ioctl(fd, KVM_GET_API_VERSION, 0) : -1;

	if (version == KVM_API_VERSION)
		doctor_say(finding, DOCTOR_GOOD, "", "/dev/kvm");
	else if (fd >= 0)
		doctor_say(finding, DOCTOR_LESS, "boot a kernel from this decade", "/dev/kvm has version %d", version);
	else
		doctor_say(finding, DOCTOR_LESS,
			   errno == ENOENT
				   ? "turn virtualisation on in the firmware, modprobe kvm_intel or kvm_amd; in a "
				     "virtual machine, nested virtualisation"
				   : "join the group that owns /dev/kvm",
			   "no virtual machines (hvt), which nothing else needs: /dev/kvm: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}
