/* Files that lie beside this program: see beside.h. */
#include "cli/beside.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"

int beside_path(const char *name, char *path, size_t size)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (length < 0)
		return complain("/proc/self/exe: %s; mount /proc", strerror(errno));
	self[length] = '\0';
	slash = strrchr(self, '/');
	*slash = '\0';
	if ((size_t)snprintf(path, size, "%s/%s", self, name) >= size)
		return complain("%s/%s: path too long", self, name);
	return 0;
}
