#!/usr/bin/env bats
# What the tender of a running virtual machine has and has not, looked at from the host through /proc.
load ../tender/common
load ../tender/network
load machine

setup_file() { :; }

teardown() {
	guest_stop
}

descriptors() {
	for fd in $(ls -v "/proc/$GUEST_PID/fd"); do
		echo "$fd:$(readlink "/proc/$GUEST_PID/fd/$fd")"
	done
}

# The names of the threads; some hosts count one of KVM's own among them, which runs in the kernel alone.
threads() {
	cat "/proc/$GUEST_PID/task"/*/comm | grep -v '^kvm-' | xargs
}

@test "descriptors: output, errors and the CPU; neither /dev/kvm nor the machine" {
	exec 5</dev/null 9>>"$BATS_TEST_TMPDIR/nine" 200</etc/passwd
	guest_start "$HVT" --mem=16 "$GUESTS/bare.hvt"
	exec 5<&- 9<&- 200<&-
	equal "number" 3 "$(descriptors | wc -l)"
	descriptors | grep -qx "1:$GUEST_OUT"
	descriptors | grep -qx "2:$GUEST_ERR"
	descriptors | grep -q ":anon_inode:kvm-vcpu"
	refute grep -qE '/dev/kvm|kvm-vm' <<<"$(descriptors)"
}

@test "privileges: none; started by root, the tender is nobody" {
	guest_start setpriv --groups 4,5,6 "$HVT" --mem=16 "$GUESTS/bare.hvt"
	for set in CapInh CapPrm CapEff CapAmb; do
		equal "$set" 0000000000000000 "$(guest_status $set)"
	done
	equal "NoNewPrivs" 1 "$(guest_status NoNewPrivs)"
	equal "Seccomp" 2 "$(guest_status Seccomp)"
	equal "Uid" $'65534\t65534\t65534\t65534' "$(guest_status Uid)"
	equal "Groups" "" "$(guest_status Groups | tr -d ' ')"
	equal "threads" solo5-hvt "$(threads)"
}

@test "the I/O thread of the net ring is as unprivileged, and under the same filter" {
	network_make
	tap_make tap0 10.0.0.1
	guest_start "${IN[@]}" "$HVT" --mem=32 --net:service0=tap0 "$GUESTS/net.hvt" 1
	equal "threads" "solo5-hvt solo5-hvt" "$(threads)"
	equal "descriptors" 5 "$(descriptors | wc -l)"
	for task in "/proc/$GUEST_PID/task"/*; do
		grep -qx $'Seccomp:\t2' "$task/status"
		grep -qx $'Uid:\t65534\t65534\t65534\t65534' "$task/status"
		grep -qx $'CapEff:\t0000000000000000' "$task/status"
		grep -qx $'NoNewPrivs:\t1' "$task/status"
	done
	network_remove
}

@test "memory: the guest's is as large as --mem says, and nothing is both writable and executable" {
	guest_start "$HVT" --mem=16 "$GUESTS/bare.hvt"
	refute awk '$2 ~ /w/ && $2 ~ /x/ { found = 1 } END { exit !found }' "/proc/$GUEST_PID/maps"
	[ "$(awk '/^VmRSS/ { print $2 }' "/proc/$GUEST_PID/status")" -lt 16384 ]
}

@test "at most nine distinct host calls with all devices; of KVM no more than running the CPU" {
	policy=$("$TEND" inspect --policy --format json --guest hvt)
	[ "$(jq '[.calls[].call] | unique | length' <<<"$policy")" -le 9 ]
	equal "ioctl" "KVM_RUN KVM_GET_REGS" "$(jq -r '.calls[] | select(.call == "ioctl") | .args' <<<"$policy" |
		grep -oE 'KVM_RUN|KVM_GET_REGS' | xargs)"
}

@test "a tender that is installed set-user-ID runs nothing" {
	public_make
	cp "$HVT" "$PUBLIC/setuid"
	chmod 4755 "$PUBLIC/setuid"
	tender "${AS_USER[@]}" "$PUBLIC/setuid" --mem=16 "$PUBLIC/bare.spt"
	public_remove
	program=setuid refused "Must not be installed set-user-ID or with file capabilities"
}
