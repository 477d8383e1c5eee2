# What the tests of virtual machines share, behind tests/tender/common.bash.
# shellcheck shell=bash disable=SC2034,SC2154 # bats sets status, output, stderr; the tests use the paths

HVT=$BIN/solo5-hvt
HVT_DEBUG=$BIN/solo5-hvt-debug
GUEST_SUFFIX=hvt

# hvt ARGS...: the tender itself.
hvt() {
	tender "$HVT" "$@"
}

# machine NAME ARGS...: the tender with a test unikernel.
machine() {
	local name=$1
	shift
	hvt --mem=32 "$GUESTS/$name.hvt" "$@"
}

# A software KVM interprets the guest's privileged code and has no vector instructions.
kvm_is_software() {
	[ -e /sys/module/kvm_pvm ]
}

# traps NAME: the guest ended itself, with a line that says what the CPU refused.
traps() {
	exits_with 255 && grep -q "^Solo5: trap: type=$1 " <<<"$output" && refute grep -q FAILURE <<<"$output"
}

# faults: the tender ended the guest, because the host's protection of its memory did not allow what it did.
faults() {
	exits_with 1 && [[ $stderr =~ ^"$program: KVM: host/guest translation fault: rip=0x"[0-9a-f]+$ ]] &&
		refute grep -q FAILURE <<<"$output"
}

# ends_with_error LINE: status 1 and this line, whatever the guest said before.
ends_with_error() {
	equal "standard error" "$program: $1" "$stderr" && exits_with 1 && refute grep -qE 'FAILURE|SUCCESS' <<<"$output"
}
