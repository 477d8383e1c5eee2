/* Holding calls against the table of host calls: see verdict.h. */
#include "tests/isolation/observer/verdict.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi/kernel.h"
#include "tests/policy/evaluator.h"

#define NUMBER_URETPROBE 335
#define NUMBER_UPROBE 336
/* The arena is whole units of 4 GiB; the kernel's data, from the same file, is smaller. */
#define ARENA_BYTES_MIN (1ull << 32)

/* The arena's address, 0 if the process has none. */
static uint64_t arena_find(pid_t process)
{
	uint64_t start = 0, end;
	uint64_t found = 0;
	char path[64], line[512];
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", process);
	maps = fopen(path, "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		if (strstr(line, "memfd:tend-arena") && sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2 &&
		    end - start >= ARENA_BYTES_MIN)
			found = start;
	}
	if (maps)
		fclose(maps);
	return found;
}

static bool memory_read(pid_t process, uint64_t address, void *to, size_t bytes)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", process);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = pread(fd, to, bytes, (off_t)address);
	close(fd);
	return got == (ssize_t)bytes;
}

bool verdict_guest_read(struct verdict *verdict, pid_t process)
{
	uint64_t arena = arena_find(process);
	struct kernel_boot boot;

	if (!arena || !memory_read(process, arena, &boot, sizeof(boot)) || boot.magic != KERNEL_BOOT_MAGIC)
		return false;
	memset(&verdict->guest, 0, sizeof(verdict->guest));
	verdict->guest.kind = boot.policy == KERNEL_POLICY_STRICT ? HOSTCALL_GUEST_STRICT : HOSTCALL_GUEST_STANDARD;
	verdict->guest.kernel = (struct policy_kernel){
		.slot = boot.kernel_base,
		.user_start = boot.user_base,
		.user_end = boot.user_base + boot.user_bytes,
		.arena_start = boot.arena_base,
		.arena_end = boot.arena_base + boot.arena_bytes,
		.image_fd = boot.image_fd,
		.arena_fd = boot.arena_fd,
		.wake_fd = boot.wake_fd,
		.control_fd = boot.control_fd,
		.trace_fd = boot.trace_fd,
	};
	verdict->is_known = true;
	return true;
}

/* The table's name for a call it has rows for. */
static const char *call_name(int number)
{
	for (size_t i = 0; i < policy_table_count; i++) {
		if (policy_table[i].number == number)
			return policy_table[i].name;
	}
	return "?";
}

/* The outcome that the table asks for. */
static enum outcome outcome_expected(const struct verdict *verdict, const struct seccomp_data *call, int64_t result,
				     bool *holds)
{
	uint32_t action = evaluator_guest_action(&verdict->guest, call);

	if (verdict->without && strcmp(verdict->without, call_name(call->nr)) == 0)
		action = SECCOMP_RET_KILL_PROCESS;
	*holds = true;
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_TRAP:
		return OUTCOME_TRAPPED;
	case SECCOMP_RET_ALLOW:
		return OUTCOME_MADE;
	case SECCOMP_RET_ERRNO:
		*holds = result == -(int64_t)(action & SECCOMP_RET_DATA);
		return OUTCOME_MADE;
	default:
		return OUTCOME_KILLED;
	}
}

bool verdict_kills(const struct verdict *verdict, const struct seccomp_data *call)
{
	bool holds;

	return outcome_expected(verdict, call, 0, &holds) == OUTCOME_KILLED;
}

void verdict_judge(struct verdict *verdict, const struct seccomp_data *call, enum outcome outcome, int64_t result)
{
	static const char *const names[] = {"made", "trapped", "killed"};
	bool is_native = call->arch == EVALUATOR_ARCH;
	enum outcome expected;
	bool holds;

	if (outcome == OUTCOME_MADE && is_native && (call->nr == NUMBER_URETPROBE || call->nr == NUMBER_UPROBE)) {
		verdict->exempt++;
		return;
	}
	verdict->counts[outcome]++;
	expected = outcome_expected(verdict, call, result, &holds);
	if (outcome == OUTCOME_MADE && call->nr >= 0 && call->nr < VERDICT_NUMBERS)
		verdict->made[call->nr]++;
	if (verdict->is_known && outcome == expected && (holds || outcome != OUTCOME_MADE))
		return;
	verdict->outside++;
	printf("outside: call %d of architecture %x from %#llx was %s, the table says %s:", call->nr, call->arch,
	       (unsigned long long)call->instruction_pointer, names[outcome], names[expected]);
	for (unsigned i = 0; i < 6; i++)
		printf(" %#llx", (unsigned long long)call->args[i]);
	printf(" = %" PRId64 "\n", result);
}

void verdict_print(const struct verdict *verdict)
{
	for (int i = 0; i < VERDICT_NUMBERS; i++) {
		if (verdict->made[i])
			printf("call %s %lu\n", call_name(i), verdict->made[i]);
	}
	printf("made %lu\ntrapped %lu\nkilled %lu\nexempt %lu\noutside %lu\n", verdict->counts[OUTCOME_MADE],
	       verdict->counts[OUTCOME_TRAPPED], verdict->counts[OUTCOME_KILLED], verdict->exempt, verdict->outside);
}
