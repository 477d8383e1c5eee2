/* Priorities of input and output: what is kept, who may set it, whom it is told of. */
#include "../family.h"

#include <linux/ioprio.h>
#include <sys/resource.h>

enum { WHO_PROCESS = 1, WHO_GROUP, WHO_USER };

CHECK(ioprio_values, "ioprio_set,ioprio_get")
{
	for (int class = 0; class < 6; class ++) {
		for (int level = 0; level < 8; level += 3) {
			NOTE("class %d, level %d", class, level);
			CALL(ioprio_set, WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(class, level));
			SHOW_HEX(QUIET(ioprio_get, WHO_PROCESS, 0));
		}
	}
	CALL(ioprio_set, WHO_PROCESS, getpid(), IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 7));
	CALL(ioprio_get, WHO_PROCESS, getpid());
	CALL(ioprio_set, WHO_PROCESS, 0, 0);
}

CHECK(ioprio_errors, "ioprio_set,ioprio_get")
{
	static const int who[][2] = {
		{0, 0},           {4, 0}, {-1, 0}, {WHO_PROCESS, -1}, {WHO_PROCESS, 99999999}, {WHO_GROUP, 99999999},
		{WHO_USER, 12345}};
	for (size_t i = 0; i < sizeof who / sizeof *who; i++) {
		NOTE("%d %d", who[i][0], who[i][1]);
		CALL(ioprio_get, who[i][0], who[i][1]);
		CALL(ioprio_set, who[i][0], who[i][1], IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 5));
		CALL(ioprio_set, who[i][0], who[i][1], IOPRIO_PRIO_VALUE(5, 5));
	}
}

static void group_show(void)
{
	struct gate gate = gate_make();
	setpgid(0, 0);
	SHOW_HEX(QUIET(ioprio_get, WHO_GROUP, 0));
	CALL(ioprio_set, WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 6));
	pid_t child = family_fork();
	if (child == 0) {
		gate_wait(&gate);
		_exit(syscall(SYS_ioprio_get, WHO_PROCESS, 0) == IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 6) ? 0 : 1);
	}
	SHOW_HEX(QUIET(ioprio_get, WHO_GROUP, 0));
	CALL(ioprio_set, WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
	SHOW_HEX(QUIET(ioprio_get, WHO_GROUP, 0));
	CALL(ioprio_set, WHO_PROCESS, child, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0));
	SHOW_HEX(QUIET(ioprio_get, WHO_GROUP, 0));
	CALL(ioprio_set, WHO_GROUP, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 6));
	SHOW_HEX(QUIET(ioprio_get, WHO_PROCESS, child));
	gate_open(&gate);
	family_end("child", child);
	CALL(ioprio_set, WHO_PROCESS, 0, 0);
	/* Who has set nothing has what follows from the nice value. */
	setpriority(PRIO_PROCESS, 0, 12);
	SHOW_HEX(QUIET(ioprio_get, WHO_GROUP, 0));
}

/* Of several the best counts. */
CHECK(ioprio_group, "ioprio_set,ioprio_get")
{
	CALL(ioprio_set, WHO_PROCESS, 0, 0);
	CALL(ioprio_get, WHO_PROCESS, 0);
	pid_t child = family_fork();
	if (child == 0) {
		group_show();
		_exit(0);
	}
	family_end("the group", child);
}
