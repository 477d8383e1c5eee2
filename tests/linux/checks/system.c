/* Limits, scheduling queries, uname, sysinfo, usage, process ids, unknown numbers. */
#include "matrix.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>

CHECK(rlimits, "prlimit64,getrlimit,setrlimit")
{
	struct rlimit old, limit, seen;
	for (int resource = 0; resource < 17; resource++) {
		long result = QUIET(prlimit64, 0, resource, NULL, &limit);
		NOTE("%d: %s", resource, result_name(result));
		if (result == 0)
			EXPECT(limit.rlim_cur <= limit.rlim_max);
	}
	CALL(prlimit64, 0, RLIMIT_NOFILE, NULL, &old);
	limit = (struct rlimit){100, old.rlim_max};
	CALL(prlimit64, 0, RLIMIT_NOFILE, &limit, &seen);
	EXPECT(seen.rlim_cur == old.rlim_cur);
	CALL(getrlimit, RLIMIT_NOFILE, &seen);
	SHOW(seen.rlim_cur);
	limit = (struct rlimit){200, 100};
	CALL(setrlimit, RLIMIT_NOFILE, &limit);
	limit = (struct rlimit){100, RLIM_INFINITY};
	CALL(setrlimit, RLIMIT_NOFILE, &limit);
	CALL(setrlimit, RLIMIT_NOFILE, &old);
	CALL(setrlimit, 16, &old);
	CALL(getrlimit, -1, &old);
	CALL(prlimit64, 4000000, RLIMIT_NOFILE, NULL, &limit);
	FOR_ADDRESSES(prlimit64, 0, RLIMIT_NOFILE, NULL, BAD);
	FOR_ADDRESSES(getrlimit, RLIMIT_NOFILE, BAD);
	FOR_ADDRESSES(getrlimit, 99, BAD);
}

CHECK(rlimit_stack_and_data, "prlimit64,mmap,brk")
{
	struct rlimit old, limit;
	CALL(prlimit64, 0, RLIMIT_AS, NULL, &old);
	limit = (struct rlimit){1l << 32, old.rlim_max};
	CALL(prlimit64, 0, RLIMIT_AS, &limit, NULL);
	MAP(NULL, 1l << 33, 0, 0x22, -1, 0);
	CALL(prlimit64, 0, RLIMIT_AS, &old, NULL);
	MAP(NULL, 1l << 33, 0, 0x22, -1, 0);
	CALL(prlimit64, 0, RLIMIT_DATA, NULL, &old);
	limit = (struct rlimit){0, old.rlim_max};
	long start = QUIET(brk, 0);
	CALL(prlimit64, 0, RLIMIT_DATA, &limit, NULL);
	EXPECT(QUIET(brk, start + 100 * PAGE) == start);
	CALL(prlimit64, 0, RLIMIT_DATA, &old, NULL);
}

CHECK(uname_fields, "uname")
{
	struct utsname names;
	CALL(uname, &names);
	SHOW_TEXT(names.sysname, strlen(names.sysname));
	SHOW_TEXT(names.machine, strlen(names.machine));
	EXPECT(names.release[0] >= '3' && strchr(names.release, '.'));
	EXPECT(names.version[0] == '#');
	FOR_ADDRESSES(uname, BAD);
	CALL(sethostname, "x", 1); /* needs CAP_SYS_ADMIN */
	CALL(setdomainname, "x", 1);
}

CHECK(sysinfo_fields, "sysinfo")
{
	struct sysinfo info;
	CALL(sysinfo, &info);
	EXPECT(info.uptime > 0 && info.totalram > 0 && info.freeram <= info.totalram && info.procs > 0);
	SHOW(info.mem_unit);
	FOR_ADDRESSES(sysinfo, BAD);
}

CHECK(usage, "getrusage,times")
{
	struct rusage before, after;
	struct tms times;
	CALL(getrusage, RUSAGE_SELF, &before);
	for (volatile long i = 0; i < 20000000; i++)
		;
	CALL(getrusage, RUSAGE_SELF, &after);
	EXPECT(after.ru_utime.tv_sec * 1000000 + after.ru_utime.tv_usec >=
	       before.ru_utime.tv_sec * 1000000 + before.ru_utime.tv_usec);
	EXPECT(after.ru_maxrss > 0);
	CALL(getrusage, RUSAGE_CHILDREN, &after);
	CALL(getrusage, RUSAGE_THREAD, &after);
	CALL(getrusage, 5, &after);
	CALL(getrusage, -2, &after);
	FOR_ADDRESSES(getrusage, RUSAGE_SELF, BAD);
	CALL_OK(times, &times);
	CALL_OK(times, NULL);
	EXPECT(times.tms_utime >= 0 && times.tms_cutime >= 0);
	FOR_ADDRESSES(times, (void *)16);
}

CHECK(scheduling, "sched_getaffinity,sched_setaffinity,sched_getscheduler,sched_getparam,sched_get_priority_max,"
		  "sched_get_priority_min,sched_rr_get_interval,sched_yield,getpriority,setpriority,getcpu")
{
	unsigned long mask[16] = {0};
	struct sched_param parameter = {7};
	struct timespec interval;
	unsigned cpu = 1 << 20, node = 1 << 20;
	CALL_OK(sched_getaffinity, 0, sizeof mask, mask);
	EXPECT(mask[0] != 0);
	CALL(sched_setaffinity, 0, sizeof mask, mask);
	CALL(sched_getaffinity, 0, 0, mask);
	CALL(sched_getaffinity, 0, 7, mask);
	CALL(sched_getaffinity, 4000000, sizeof mask, mask);
	memset(mask, 0, sizeof mask);
	CALL(sched_setaffinity, 0, sizeof mask, mask);
	CALL(sched_getscheduler, 0);
	CALL(sched_getscheduler, -1);
	CALL(sched_getscheduler, 4000000);
	CALL(sched_getparam, 0, &parameter);
	SHOW(parameter.sched_priority);
	CALL(sched_setscheduler, 0, SCHED_OTHER, &parameter);
	parameter.sched_priority = 1;
	CALL(sched_setscheduler, 0, SCHED_OTHER, &parameter);
	CALL(sched_setscheduler, 0, SCHED_FIFO, &parameter);
	for (int policy = -1; policy < 8; policy++)
		NOTE("policy %d: %s %s", policy, result_name(QUIET(sched_get_priority_max, policy)),
		     result_name(QUIET(sched_get_priority_min, policy)));
	CALL(sched_rr_get_interval, 0, &interval);
	CALL(sched_yield);
	CALL(getpriority, PRIO_PROCESS, 0);
	CALL(getpriority, 5, 0);
	CALL(getpriority, PRIO_PROCESS, 4000000);
	CALL(setpriority, PRIO_PROCESS, 0, 0);
	CALL(setpriority, PRIO_PROCESS, 0, -5); /* needs CAP_SYS_NICE */
	CALL(getcpu, &cpu, &node, NULL);
	EXPECT(cpu < 4096 && node < 1024);
	CALL(getcpu, NULL, NULL, NULL);
	FOR_ADDRESSES(getcpu, BAD, BAD, NULL);
}

CHECK(affinity_is_remembered, "sched_setaffinity,sched_getaffinity")
{
	unsigned long all[16] = {0}, one[16] = {0}, mask[16] = {0};
	QUIET(sched_getaffinity, 0, sizeof all, all);
	one[0] = all[0] & -all[0];
	CALL(sched_setaffinity, 0, sizeof one, one);
	CALL_OK(sched_getaffinity, 0, sizeof mask, mask);
	EXPECT(memcmp(mask, one, sizeof mask) == 0);
	mask[0] = one[0];
	mask[15] = 1ul << 63; /* none of this machine's: left out */
	CALL(sched_setaffinity, 0, sizeof mask, mask);
	QUIET(sched_getaffinity, 0, sizeof mask, mask);
	EXPECT(mask[0] == one[0]);
	memset(mask, 0, sizeof mask);
	mask[15] = 1ul << 63;
	CALL(sched_setaffinity, 0, sizeof mask, mask);
	CALL(sched_setaffinity, 0, 0, mask);
	CALL(sched_setaffinity, -1, sizeof one, one);
	CALL(sched_setaffinity, 4000000, sizeof one, one);
	CALL(sched_getaffinity, -1, sizeof mask, mask);
	FOR_ADDRESSES(sched_setaffinity, -1, sizeof one, BAD);
	CALL(sched_setaffinity, 0, sizeof all, all);
}

CHECK(affinity_is_inherited, "sched_setaffinity")
{
	unsigned long all[16] = {0}, one[16] = {0}, mask[16] = {0};
	raw_call(SYS_sched_getaffinity, (const long[6]){0, sizeof all, (long)all});
	one[0] = all[0] & -all[0];
	QUIET(sched_setaffinity, 0, sizeof one, one);
	pid_t child = fork();
	if (child == 0) {
		raw_call(SYS_sched_getaffinity, (const long[6]){0, sizeof mask, (long)mask});
		_exit(memcmp(mask, one, sizeof mask) == 0 ? 7 : 8);
	}
	int status = 0;
	waitpid(child, &status, 0);
	SHOW_HEX(status);
	QUIET(sched_setaffinity, 0, sizeof all, all);
}

CHECK(process_ids, "getpid,gettid,getppid,getpgid,getpgrp,getsid,setpgid,setsid")
{
	EXPECT(QUIET(getpid) == QUIET(gettid));
	EXPECT(QUIET(getpgid, 0) == QUIET(getpgrp));
	EXPECT(QUIET(getpgid, getpid()) == QUIET(getpgrp));
	EXPECT(QUIET(getsid, 0) == QUIET(getsid, getpid()));
	EXPECT(QUIET(getppid) >= 0);
	CALL(getpgid, 4000000);
	CALL(getpgid, -1);
	CALL(getsid, 4000000);
	CALL(setpgid, 0, -1);
	CALL(setpgid, 4000000, 0);
	CALL(setpgid, -1, 0);
	/* whoever leads its session can neither start another nor change groups */
	bool leader = QUIET(getsid, 0) == QUIET(getpid);
	EXPECT(!leader || QUIET(setpgid, 0, 0) == -EPERM);
	EXPECT(QUIET(getpgrp) != QUIET(getpid) || QUIET(setsid) == -EPERM);
}

CHECK(unknown_numbers, "getpid")
{
	static const long numbers[] = {337, 400,  423,     500,        511, 512,  547,
				       600, 1023, 0x10000, 0x7fffffff, -1,  -100, -4096};
	QUIET(getpid);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		NOTE("%ld: %s", numbers[i], result_name(raw_call(numbers[i], ARGS(1, 2, 3, 4, 5, 6))));
	/* the upper half of the number does not count, nor that of an int argument */
	EXPECT(raw_call((1l << 32) | SYS_getpid, ARGS()) == getpid());
	NOTE("close: %s", result_name(raw_call(SYS_close, ARGS((1l << 32) | 77))));
	int ends[2];
	EXPECT(pipe2(ends, 0) == 0);
	NOTE("fcntl: %s", result_name(raw_call(SYS_fcntl, ARGS((5l << 32) | ends[0], (1l << 32) | F_GETFL, 0))));
	NOTE("openat: %s", result_name(raw_call(SYS_openat, ARGS(0xffffff9cl, ".", (7l << 32) | O_RDONLY, 0))));
}

CHECK(absent_calls, "uselib,create_module,query_module,get_kernel_syms,nfsservctl,getpmsg,putpmsg,afs_syscall,tuxcall,"
		    "security,vserver,epoll_ctl_old,epoll_wait_old,_sysctl")
{
	CALL(uselib, 0);
	CALL(create_module, 0, 0);
	CALL(query_module, 0);
	CALL(get_kernel_syms, 0);
	CALL(nfsservctl, 0);
	CALL(getpmsg, 0);
	CALL(putpmsg, 0);
	CALL(afs_syscall, 0);
	CALL(tuxcall, 0);
	CALL(security, 0);
	CALL(vserver, 0);
	CALL(epoll_ctl_old, 0);
	CALL(epoll_wait_old, 0);
	CALL(_sysctl, 0);
}

CHECK(syscall_registers, "getppid")
{
	unsigned long rcx = 0, r11 = 0, result, flags_before, address;
	QUIET(getppid);
	/* RCX holds the return address and R11 the flags, as the hardware leaves them. */
	__asm__ volatile("pushfq\n\tpopq %3\n\tleaq 1f(%%rip), %4\n\tsyscall\n1:\n\tmovq %%rcx, %1\n\tmovq %%r11, %2"
			 : "=a"(result), "=&r"(rcx), "=&r"(r11), "=&r"(flags_before), "=&r"(address)
			 : "a"(SYS_getppid)
			 : "rcx", "r11", "memory");
	EXPECT(rcx == address);
	EXPECT((r11 & 0xcd5) == (flags_before & 0xcd5));
	EXPECT((long)result == getppid());
}
