/* tend run: picks the tender for a unikernel and becomes it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/solo5_elf.h"
#include "cli/beside.h"
#include "cli/command.h"
#include "cli/executable.h"
#include "cli/linux.h"
#include "tender/options.h"

/* The target the unikernel was built for (enum abi_target), or -1 after a complaint. */
static int target_of(const char *path)
{
	struct executable executable;
	struct abi1_info abi;
	int target = -1;

	if (executable_open(&executable, path) < 0)
		return -1;
	if (executable_abi(&executable, &abi) == 0)
		target = (int)abi.abi_target;
	executable_close(&executable);
	return target;
}

int command_run(int argc, char **argv)
{
	static char self_name[] = "tend";
	char path[PATH_MAX];
	int kernel = 0;
	int target = SPT_ABI_TARGET;

	if (linux_is_meant(argc, argv))
		return linux_run(argc, argv, NULL);
	if (options_scan(argc, argv, &kernel) == OPTIONS_RUN)
		target = target_of(argv[kernel]);
	if (target < 0)
		return 1;
	if (target != SPT_ABI_TARGET && target != HVT_ABI_TARGET)
		return complain("%s: Executable is not for the solo5-spt or the solo5-hvt target", argv[kernel]);
	if (beside_path(target == HVT_ABI_TARGET ? "solo5-hvt" : "solo5-spt", path, sizeof(path)) != 0)
		return 1;
	argv[0] = self_name;
	execv(path, argv);
	return complain("%s: %s; build or install the tender beside tend", path, strerror(errno));
}
