#!/usr/bin/env bats
# tend perf record on this machine, which must let perf count; tools/check --full.
load ../debug/debug

@test "recorded here: functions of the program and of the kernel" {
	tend perf record -e cpu-clock -- --root "$PUBLIC/image" -- /usr/bin/target profile
	tend perf report --stdio
	grep -qE ' target +target +\[\.\] compute_inner' <<<"$output"
	target -- threads
	"$TEND" perf record -o attached -e cpu-clock -p "$(pgrep -d, -P "$(pgrep -P "$GUEST_PID")" target)" 2>/dev/null &
	sleep 2
	kill -INT $!
	wait $! || true
	tend perf report -i attached --stdio
	grep -qE 'kernel.elf +\[\.\] syscall_serve' <<<"$output"
	grep -qE ' target +\[\.\] compute_inner' <<<"$output"
}
