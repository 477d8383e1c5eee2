/* Scheduling policies of who is not privileged: what is kept, inherited, refused. */
#include "../family.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* The C library has none, and Linux' header is not for those who include its own. */
struct attributes {
	uint32_t size;
	uint32_t sched_policy;
	uint64_t sched_flags;
	int32_t sched_nice;
	uint32_t sched_priority;
	uint64_t deadline[3];
};

#define BATCH 3
#define IDLE 5
#define RESET 0x40000000

static void policy_show(void)
{
	struct attributes attributes = {0};
	SHOW_HEX(QUIET(sched_getscheduler, 0));
	QUIET(sched_getattr, 0, &attributes, sizeof attributes, 0);
	NOTE("policy %u, flags %#llx, nice %d, priority %u", attributes.sched_policy,
	     (unsigned long long)attributes.sched_flags, attributes.sched_nice, attributes.sched_priority);
}

static void in_child(const char *what, void (*run)(void))
{
	pid_t child = family_fork();
	if (child == 0) {
		run();
		_exit(0);
	}
	family_end(what, child);
}

static void policies_change(void)
{
	struct sched_param none = {0}, one = {1};
	CALL(sched_setscheduler, 0, BATCH, &none);
	policy_show();
	CALL(sched_setparam, 0, &none);
	CALL(sched_setparam, 0, &one);
	policy_show();
	in_child("inherits", policy_show);
	CALL(sched_setscheduler, 0, BATCH | RESET, &none);
	policy_show();
	in_child("forgets", policy_show);
	CALL(sched_setscheduler, 0, BATCH, &none);
	CALL(sched_setscheduler, 0, SCHED_FIFO, &one);
	CALL(sched_setscheduler, 0, SCHED_RR | RESET, &one);
	CALL(sched_setscheduler, 0, IDLE | RESET, &none);
	CALL(sched_setscheduler, 0, RESET, &none);
	policy_show();
}

CHECK(sched_policies, "sched_setscheduler,sched_getscheduler,sched_getattr,sched_setparam")
{
	struct sched_param none = {0};
	policy_show();
	CALL(sched_setscheduler, 0, 0, &none);
	CALL(sched_setparam, 0, &none);
	in_child("child", policies_change);
	policy_show();
}

static void attributes_change(void)
{
	struct attributes wanted = {.size = sizeof wanted, .sched_policy = BATCH, .sched_nice = 7};
	CALL(sched_setattr, 0, &wanted, 0);
	policy_show();
	wanted = (struct attributes){.sched_policy = 0, .sched_nice = 9, .sched_flags = 1};
	CALL(sched_setattr, 0, &wanted, 0);
	policy_show();
	wanted = (struct attributes){.sched_flags = 0x18 | 1, .sched_nice = 15};
	CALL(sched_setattr, 0, &wanted, 0);
	policy_show();
	wanted = (struct attributes){.sched_flags = 8 | 1, .sched_nice = 16};
	CALL(sched_setattr, 0, &wanted, 0);
	policy_show();
	wanted.sched_nice = 2;
	CALL(sched_setattr, 0, &wanted, 0);
	wanted = (struct attributes){.sched_policy = SCHED_FIFO, .sched_priority = 3, .sched_flags = 1};
	CALL(sched_setattr, 0, &wanted, 0);
	policy_show();
}

CHECK(sched_attributes, "sched_setattr,sched_getattr")
{
	struct attributes wanted = {.sched_policy = 0};
	CALL(sched_setattr, 0, &wanted, 0);
	in_child("child", attributes_change);
}

CHECK(sched_attribute_errors, "sched_setattr")
{
	struct attributes wanted = {.sched_policy = 0};
	CALL(sched_setattr, 0, &wanted, 1);
	CALL(sched_setattr, -1, &wanted, 0);
	CALL(sched_setattr, 0, NULL, 0);
	CALL(sched_setattr, 0, 1, 0);
	CALL(sched_setattr, 99999999, &wanted, 0);
	wanted.size = 47;
	CALL(sched_setattr, 0, &wanted, 0);
	EXPECT(wanted.size >= 48);
	wanted.size = 5000;
	CALL(sched_setattr, 0, &wanted, 0);
	wanted = (struct attributes){.sched_policy = 99};
	CALL(sched_setattr, 0, &wanted, 0);
	wanted.sched_policy = -1;
	CALL(sched_setattr, 0, &wanted, 0);
	wanted = (struct attributes){.sched_priority = 1};
	CALL(sched_setattr, 0, &wanted, 0);
	wanted = (struct attributes){.sched_flags = 1ull << 40};
	CALL(sched_setattr, 0, &wanted, 0);
	wanted = (struct attributes){.sched_nice = -5};
	CALL(sched_setattr, 0, &wanted, 0);
}

static void slack_show(void)
{
	char text[32] = "";
	int fd = open("/proc/self/timerslack_ns", O_RDONLY);
	SHOW(QUIET(prctl, PR_GET_TIMERSLACK));
	SHOW_TEXT(text, read(fd, text, sizeof text));
	close(fd);
}

static void slack_change(void)
{
	CALL(prctl, PR_SET_TIMERSLACK, 70000);
	slack_show();
	in_child("inherits", slack_show);
	CALL(prctl, PR_SET_TIMERSLACK, 1);
	slack_show();
}

CHECK(timer_slack, "prctl")
{
	slack_show();
	in_child("child", slack_change);
	slack_show();
}
