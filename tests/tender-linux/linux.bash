# What the tests of tend-linux share: the tender with the stub kernel and an image of nothing but its header.
# shellcheck shell=bash disable=SC2034,SC2154 # the tests use the paths; common.bash sets BUILD, BIN, PATIENCE
load ../tender/common

LINUX=$BIN/tend-linux
STUB=$BUILD/tests/kernel-stub.elf

# little_endian BYTES NUMBER: as escapes for printf %b.
little_endian() {
	local i

	for ((i = 0; i < $1; i++)); do
		printf '\\x%02x' $((($2 >> (8 * i)) & 255))
	done
}

# image_make FILE: an image (abi/image.h) of two pages.
image_make() {
	local zero size

	zero=$(little_endian 8 0)
	size=$(little_endian 8 8192)
	printf '%b' "TENDIMG\\0$(little_endian 4 1)$(little_endian 4 0)$size$size$size$zero$size$zero$size$zero" >"$1"
	truncate -s 8192 "$1"
}

# A directory that unprivileged users reach, with tender, stub and image.
public_make() {
	PUBLIC=$(mktemp -d)
	chmod 755 "$PUBLIC"
	cp "$LINUX" "$STUB" "$PUBLIC"
	image_make "$PUBLIC/image"
	chmod -R a+rX "$PUBLIC"
	export PUBLIC
}

setup_file() {
	public_make
}

teardown_file() {
	public_remove
}

# linux [OPTION...] -- PROGRAM ARGS...: sets status, output and stderr.
linux() {
	program=tend
	run --separate-stderr timeout "$PATIENCE" "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" \
		--image="$PUBLIC/image" "$@"
}

# The same as somebody who is not root.
linux_user() {
	program=tend
	run --separate-stderr timeout "$PATIENCE" "${AS_USER[@]}" "$PUBLIC/tend-linux" \
		--kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" "$@"
}

# linux_start ARGS...: in the background until the stub says READY. GUEST_PID is the front, INIT, APPLICATION and
# SERVICE are the others.
linux_start() {
	guest_start "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" "$@"
	family_find
}

linux_user_start() {
	guest_start "${AS_USER[@]}" "$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" "$@"
	family_find
}

# The service process is started first, but the application may be ready before it is locked down.
family_find() {
	local i

	INIT=$(pgrep -P "$GUEST_PID")
	for ((i = 0; i < PATIENCE * 50; i++)); do
		SERVICE=$(pgrep -P "$INIT" | sed -n 1p)
		APPLICATION=$(pgrep -P "$INIT" | sed -n 2p)
		[ -n "$APPLICATION" ] && [ "$(status_of "$SERVICE" Seccomp)" = 2 ] && return
		sleep 0.02
	done
	echo "the guest has no service process" >&2
	return 1
}

# status_of PID FIELD: of /proc/PID/status
status_of() {
	awk -F '\t' -v field="$2:" '$1 == field { sub("^[^\t]*\t", ""); print }' "/proc/$1/status"
}

# gone PID...: none of them is a live process any more, or becomes so.
gone() {
	local i pid state

	for pid in "$@"; do
		for ((i = 0; i < PATIENCE * 50; i++)); do
			state=$(awk '/^State/ { print $2 }' "/proc/$pid/status" 2>/dev/null) || true
			[[ -z $state || $state == Z ]] && break
			sleep 0.02
		done
		[[ -z $state || $state == Z ]] || mismatch "process $pid" "gone" "$state" || return
	done
}

# The control groups of guests whose front has one of the pids, or of all.
groups_of() {
	find /sys/fs/cgroup -type d -name "tend-$1.*" 2>/dev/null
}

# groups_left: those whose front is gone. Other guests of this machine come and go.
groups_left() {
	local group front

	for group in $(groups_of '*'); do
		front=${group##*/tend-}
		# In this order: a front removes its groups before it ends.
		[ -e "/proc/${front%%.*}" ] || [ ! -d "$group" ] || echo "$group"
	done | sort
}

# waits_for COMMAND...: until it succeeds.
waits_for() {
	local i

	for ((i = 0; i < PATIENCE * 50; i++)); do
		"$@" && return
		sleep 0.02
	done
	mismatch "a condition" "$*" "not within $PATIENCE s"
}
