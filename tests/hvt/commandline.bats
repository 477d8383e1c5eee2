#!/usr/bin/env bats
# The command line of solo5-hvt and of tend run for .hvt files: what is not the same as with solo5-spt, and what must
# be.
load ../tender/common
load machine

usage() {
	"$BIN/$program" --help 2>&1
}

@test "--help and --version" {
	for name in solo5-hvt solo5-hvt-debug; do
		tender "$BIN/$name" --help
		exits_with 1
		[ "${stderr_lines[0]}" = "usage: $name [ OPTIONS ] [ -- ] KERNEL [ ARGS ]" ]
		for option in --help --version --mem= --no-net-ring --net: --net-mac: --block: --block-sector-size:; do
			grep -qe "$option" <<<"$stderr"
		done
		refute grep -q x-exec-heap <<<"$stderr"
		tender "$BIN/$name" --version
		exits_with 0
		equal "standard error" "$name tender, version $(cat "$ROOT/VERSION")"$'\n'"ABI version 2" "$stderr"
	done
	tender "$HVT_DEBUG" --help
	for option in --dumpcore= --gdb --gdb-port=; do
		grep -qe "$option" <<<"$stderr"
	done
}

@test "no KERNEL, and options that there are not" {
	hvt --mem=32
	refused_with_usage "Missing KERNEL operand"
	for option in --bogus --x-exec-heap --gdb --gdb-port=1234 --dumpcore=/tmp; do
		hvt "$option" "$GUESTS/hello.hvt"
		refused_with_usage "Invalid option: \`$option'"
	done
}

@test "memory is a multiple of 2 MiB: less is told, too little and too much are refused" {
	hvt --mem=33 "$GUESTS/hello.hvt"
	succeeds
	equal "standard error" "solo5-hvt: adjusting memory to 33554432 bytes" "$stderr"
	[[ $output == *"Memory map: 32 MB addressable"* ]]
	hvt --mem=1 "$GUESTS/hello.hvt"
	refused "--mem=1 is less than a virtual machine can have, 2 MiB"
	hvt --mem=4098 "$GUESTS/hello.hvt"
	refused "guest memory size 4297064448 bytes exceeds the max size 4294967296 bytes"
	hvt --mem=0 "$GUESTS/hello.hvt"
	refused "Malformed argument to --mem"
	hvt "$GUESTS/hello.hvt"
	[[ $output == *"Memory map: 512 MB addressable"* ]]
}

@test "executables of another target or ABI version" {
	hvt "$GUESTS/hello.spt"
	refused "$GUESTS/hello.spt: Executable is not for the solo5-hvt target"
	tender "$SPT" "$GUESTS/hello.hvt"
	program=solo5-spt refused "$GUESTS/hello.hvt: Executable is not for the solo5-spt target"
	for version in 01 03; do
		copy_of hello
		poke "$COPY" $(($(note_at "$COPY" ABI1 Solo5) + 24)) $version
		hvt "$COPY"
		refused "$COPY: Executable requests unsupported ABI version $((16#$version))"
	done
	hvt /bin/true
	refused_as "/bin/true: Invalid or unsupported executable: *"
	hvt /nowhere/x
	refused "/nowhere/x: Could not open: No such file or directory"
}

@test "devices that are not attached, or not declared" {
	hvt "$GUESTS/block.hvt"
	refused "Device 'storage' of type BLOCK_BASIC declared but not attached." \
		"All declared devices must be attached. See --help for syntax."
	hvt --net:service0=tap0 "$GUESTS/hello.hvt"
	refused "Resource not declared in manifest: 'service0'"
}

@test "a command line of 8191 characters arrives whole, one of 8192 is refused" {
	long=$(printf '%8191s' '' | tr ' ' x)
	machine hello "$long"
	exits_with 0
	equal "what the guest saw" "Command line is: '$long'" "${said[-2]}"
	machine hello "${long}x"
	refused "Guest command line too long (max=8191 characters)"
}

@test "SIGINT and SIGTERM end the tender with a message" {
	for signal in INT TERM; do
		# A program that is started in the background would ignore SIGINT.
		guest_start env --default-signal=INT "$HVT" --mem=16 "$GUESTS/bare.hvt"
		kill -"$signal" "$GUEST_PID"
		guest_wait
		exits_with 1
		equal "standard error" "solo5-hvt: Exiting on signal $(kill -l $signal)" "$stderr"
	done
}

@test "a guest that is stopped and continued goes on" {
	guest_start "$HVT" --mem=16 "$GUESTS/bare.hvt"
	kill -STOP "$GUEST_PID"
	kill -CONT "$GUEST_PID"
	sleep 0.1
	kill -0 "$GUEST_PID"
}

@test "tend run starts .hvt files, with the tender's options and the guest's arguments" {
	tender "$TEND" run --mem=16 -- "$GUESTS/hello.hvt" one "two three"
	succeeds
	equal "what the guest saw" "Command line is: 'one two three'" "${said[-2]}"
	[[ $output == *"Memory map: 16 MB addressable"* ]]
	tender "$TEND" run "$GUESTS/exit.hvt" 64
	exits_with 64
	tender "$TEND" run "$GUESTS/block.hvt"
	refused "Device 'storage' of type BLOCK_BASIC declared but not attached." \
		"All declared devices must be attached. See --help for syntax."
}

# without_kvm COMMAND...: in a /dev of its own, which has no /dev/kvm.
without_kvm() {
	tender unshare --mount sh -c 'mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && exec "$@"' sh "$@"
	program=${1##*/}
}

@test "a machine without /dev/kvm: one line" {
	without_kvm "$HVT" --mem=16 "$GUESTS/hello.hvt"
	refused_as "Could not open /dev/kvm: No such file or directory; this machine offers no virtualization*solo5-spt*"
	without_kvm "$TEND" run --mem=16 "$GUESTS/hello.hvt"
	refused_as "Could not open /dev/kvm: No such file or directory; *"
}

@test "a /dev/kvm that the user may not open, or that is none: one line" {
	public_make
	cp "$HVT" "$GUESTS/hello.hvt" "$PUBLIC"
	chmod 755 "$PUBLIC"/*
	# In mounts of its own: everybody else's /dev/kvm stays as it is.
	tender unshare --mount sh -c 'mount -t tmpfs none /dev && mknod -m 600 /dev/kvm c 10 232 && exec "$@"' sh \
		"${AS_USER[@]}" "$PUBLIC/solo5-hvt" --mem=16 "$PUBLIC/hello.hvt"
	program=solo5-hvt
	refused "Could not open /dev/kvm: Permission denied; become a member of the group that owns it (usually kvm)"
	tender unshare --mount sh -c 'mount -t tmpfs none /dev && mknod -m 666 /dev/kvm c 1 3 && exec "$@"' sh \
		"$HVT" --mem=16 "$GUESTS/hello.hvt"
	program=solo5-hvt
	refused "KVM: Could not ask for its version: Inappropriate ioctl for device"
	# Let in, a user without any privilege runs guests.
	tender unshare --mount sh -c 'mount -t tmpfs none /dev && mknod -m 666 /dev/kvm c 10 232 && exec "$@"' sh \
		"${AS_USER[@]}" "$PUBLIC/solo5-hvt" --mem=16 "$PUBLIC/hello.hvt"
	succeeds
}

teardown() {
	public_remove
	guest_stop
}

@test "tend-cc and pkg-config build .hvt files, with gcc and clang" {
	cd "$BATS_TEST_TMPDIR"
	for compiler in gcc clang; do
		TEND_CC=$compiler "$BIN/tend-cc" --target hvt -O2 -mgeneral-regs-only "$ROOT/tests/guests/exit.c" \
			-idirafter /usr/include -o exit.hvt
		hvt --mem=16 exit.hvt 7
		exits_with 7
	done
	export PKG_CONFIG_PATH=$BUILD/lib/pkgconfig
	# shellcheck disable=SC2046 # words
	cc $(pkg-config --cflags solo5-bindings-hvt) -O2 -mgeneral-regs-only "$ROOT/tests/guests/exit.c" -o by-hand.hvt \
		$(pkg-config --libs solo5-bindings-hvt)
	hvt --mem=16 by-hand.hvt 8
	exits_with 8
	equal "target" hvt "$("$TEND" elf query-abi by-hand.hvt | jq -r .target)"
}
