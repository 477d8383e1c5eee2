#!/usr/bin/env bats
# What cannot run is refused in one line that says why; exit status 1, nothing started.
load linux

tend_linux() {
	program=tend
	run --separate-stderr timeout "$PATIENCE" "$PUBLIC/tend-linux" "$@"
}

# with_kernel FILE, with_image FILE
with_kernel() {
	tend_linux --kernel="$1" --image="$PUBLIC/image" -- /hello
}

with_image() {
	tend_linux --kernel="$PUBLIC/kernel-stub.elf" --image="$1" -- /hello
}

usage_text() {
	"$PUBLIC/tend-linux" --help 2>&1
}

refused_with_usage_text() {
	equal "standard error" "$(printf 'tend: %s\n' "$1" && usage_text)" "$stderr" && exits_with 1
}

@test "options: what is missing or unknown, with the usage text" {
	tend_linux
	refused_with_usage_text "Missing --kernel=FILE"
	tend_linux --kernel=x
	refused_with_usage_text "Missing --image=FILE"
	tend_linux --kernel=x --image=y
	refused_with_usage_text "Missing -- PROGRAM"
	tend_linux --kernel=x --image=y --
	refused_with_usage_text "Missing -- PROGRAM"
	tend_linux --kernel=x --image=y --nut=z -- /hello
	refused_with_usage_text "Invalid option: \`--nut=z'"
	tend_linux --kernel=x --image=y /hello
	refused_with_usage_text "Invalid option: \`/hello'"
	tend_linux --version
	exits_with 0
}

@test "options: values that make no sense" {
	linux --mem=0 -- /hello
	refused "--mem=0: not a number of MiB from 1 to 1048576"
	linux --mem=12k -- /hello
	refused "--mem=12k: not a number of MiB from 1 to 1048576"
	linux --policy=lax -- /hello
	refused "--policy=lax: not one of strict, standard"
	linux --workdir=here -- /hello
	refused "--workdir=here: not an absolute path"
	linux --env=A -- /hello
	refused "--env=A: not of the form VAR=VALUE"
	linux --user=root -- /hello
	refused "--user=root: not of the form UID[:GID], in numbers"
	linux --hostname= -- /hello
	refused "--hostname=: not 1 to 64 characters"
	linux --trace=-1 -- /hello
	refused "--trace=-1: not a file descriptor's number"
}

@test "files that are not there, not readable, or no files" {
	with_kernel "$PUBLIC/nowhere"
	refused "$PUBLIC/nowhere: Could not open: No such file or directory"
	with_image "$PUBLIC/nowhere"
	refused "$PUBLIC/nowhere: Could not open: No such file or directory"
	with_kernel "$PUBLIC"
	refused "$PUBLIC: Not a file"
	with_image "$PUBLIC"
	refused "$PUBLIC: Not a file"
	cp "$PUBLIC/image" "$PUBLIC/secret"
	chmod 600 "$PUBLIC/secret"
	linux_user --image="$PUBLIC/secret" -- /hello
	refused "$PUBLIC/secret: Could not open: Permission denied"
}

@test "kernels that are none, foreign, or damaged" {
	with_kernel "$PUBLIC/image"
	refused "$PUBLIC/image: Invalid or unsupported executable: not an ELF file"
	with_kernel /bin/true
	refused_as "/bin/true: Not a library kernel: phdr* asks for a dynamic linker"
	with_kernel "$LINUX"
	refused "$LINUX: Invalid or unsupported executable: ELF type 2 instead of 3"
	for bytes in 0 63 100 4096 5000; do
		head -c "$bytes" "$STUB" >"$BATS_TEST_TMPDIR/kernel"
		with_kernel "$BATS_TEST_TMPDIR/kernel"
		refused_as "$BATS_TEST_TMPDIR/kernel: *"
	done
	cp "$STUB" "$BATS_TEST_TMPDIR/kernel"
	poke "$BATS_TEST_TMPDIR/kernel" 4096 00
	with_kernel "$BATS_TEST_TMPDIR/kernel"
	refused "$BATS_TEST_TMPDIR/kernel: Not a library kernel: its first segment does not begin with TDKERNL1"
}

@test "images that are none, foreign, or damaged" {
	with_image "$STUB"
	refused "$STUB: Not an image"
	: >"$BATS_TEST_TMPDIR/image"
	with_image "$BATS_TEST_TMPDIR/image"
	refused "$BATS_TEST_TMPDIR/image: Not an image: shorter than an image's header"
	head -c 4096 "$PUBLIC/image" >"$BATS_TEST_TMPDIR/image"
	with_image "$BATS_TEST_TMPDIR/image"
	refused "$BATS_TEST_TMPDIR/image: Damaged image: truncated, or its header contradicts itself"
	cp "$PUBLIC/image" "$BATS_TEST_TMPDIR/image"
	poke "$BATS_TEST_TMPDIR/image" 8 02
	with_image "$BATS_TEST_TMPDIR/image"
	refused "$BATS_TEST_TMPDIR/image: Image of version 2, this tender knows 1; build it again"
}

@test "a noexec mount" {
	mkdir "$BATS_TEST_TMPDIR/noexec"
	mount -t tmpfs -o noexec tmpfs "$BATS_TEST_TMPDIR/noexec"
	cp "$STUB" "$PUBLIC/image" "$BATS_TEST_TMPDIR/noexec"
	with_image "$BATS_TEST_TMPDIR/noexec/image"
	umount_later=$stderr
	refused "$BATS_TEST_TMPDIR/noexec/image: Its file system is mounted noexec, so that programs in it cannot run; copy it to another"
	with_kernel "$BATS_TEST_TMPDIR/noexec/kernel-stub.elf"
	umount "$BATS_TEST_TMPDIR/noexec"
	refused "$BATS_TEST_TMPDIR/noexec/kernel-stub.elf: Its file system is mounted noexec, so that programs in it cannot run; copy it to another"
	[ -n "$umount_later" ]
}

@test "namespaces that the host refuses" {
	program=tend
	# Inside a user namespace without the privilege for another pid namespace, and no further user namespaces
	# allowed.
	run --separate-stderr "${AS_USER[@]}" unshare --user --map-root-user bash -c \
		'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-sys_admin "$@"' - \
		"$PUBLIC/tend-linux" --kernel="$PUBLIC/kernel-stub.elf" --image="$PUBLIC/image" -- /hello
	stderr=$(grep -v 'accounting only' <<<"$stderr")
	refused "Linux guests need a private user and pid namespace, and the host refuses: No space left on device; raise the sysctls user.max_user_namespaces and user.max_pid_namespaces"
}

@test "after a refusal no control group is left" {
	before=$(groups_left) # by others
	linux --mem=1 -- /report "$(head -c 100000 /dev/zero | tr '\0' x)" >/dev/null
	with_image "$STUB"
	equal "groups" "" "$(comm -13 <(echo "$before") <(groups_left))"
}
