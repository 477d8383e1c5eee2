#!/usr/bin/env bats
# What tend run cannot run: one line that says what, where and how to mend it; nothing is left behind.
load cli

# on_mount OPTIONS COMMAND...: in the test's directory, which is a file system of its own for that time.
on_mount() {
	local options=$1

	shift
	# shellcheck disable=SC2016 # the inner shell's
	run --separate-stderr unshare --mount bash -c \
		'mount -t tmpfs -o "$1" none "$2" && cd "$2" && shift 2 && exec "$@"' - "$options" "$BATS_TEST_TMPDIR" "$@"
}

@test "errors: options" {
	for value in x 0 -1 99999999 12k ""; do
		guest --mem "$value" -- true
		refused "--mem=$value: not a number of MiB from 1 to 1048576"
	done
	guest --policy lax -- true
	refused "--policy=lax: not one of strict, standard"
	guest -w here -- true
	refused "--workdir=here: not an absolute path"
	guest -u root -- true
	refused "user root: the image's /etc/passwd has no such name"
	guest -e =x -- true
	refused "-e =x: it must be VAR=VALUE or VAR"
	guest --hostname "" -- true
	refused "--hostname=: not 1 to 64 characters"
	guest --nonsense -- true
	refused "--nonsense: no such option; --help lists those of tend run"
	guest -e
	refused "-e: its value is missing: VAR[=VALUE]"
	guest --read-only=yes -- true
	refused "--read-only=yes: no value goes with --read-only"
	guest -ix -- true
	refused "-x: no such option; --help lists those of tend run"
	guest --
	exits_with 1
	[[ $stderr == "tend: usage: tend run "* ]]
}

@test "errors: the root is missing, no directory, no image" {
	tend run --root "$PUBLIC/nowhere" -- true
	refused "$PUBLIC/nowhere: No such file or directory"
	tend run --root "$PUBLIC/image/x" -- true
	refused "$PUBLIC/image/x: Not a directory"
	tend run --root /dev/null -- true
	refused "/dev/null: neither a directory nor a regular file"
	tend run --root "" -- true
	refused ": No such file or directory"
}

@test "errors: the root cannot be read" {
	cp "$PUBLIC/image" "$PUBLIC/secret"
	chmod 600 "$PUBLIC/secret"
	mkdir -m 777 "$PUBLIC/home"
	as_user env XDG_CACHE_HOME="$PUBLIC/home" "$TEND" run --root "$PUBLIC/secret" -- true
	refused "$PUBLIC/secret: Permission denied"
	rm "$PUBLIC/secret"
	mkdir -m 700 "$PUBLIC/closed"
	as_user env XDG_CACHE_HOME="$PUBLIC/home" "$TEND" run --root "$PUBLIC/closed" -- true
	refused "$PUBLIC/closed: Permission denied"
	chmod 755 "$PUBLIC/closed" && echo secret >"$PUBLIC/closed/file" && chmod 600 "$PUBLIC/closed/file"
	as_user env XDG_CACHE_HOME="$PUBLIC/home" "$TEND" run --root "$PUBLIC/closed" -- true
	refused "$PUBLIC/closed/file: could not be read: Permission denied"
	equal "images" "" "$(find "$PUBLIC/home" -name '*.tend')"
	rm -r "$PUBLIC/closed" "$PUBLIC/home"
}

@test "errors: no place for the image" {
	run --separate-stderr env -u XDG_CACHE_HOME -u HOME "$TEND" run --root "$PUBLIC/root" -- true
	refused "no place for images: set XDG_CACHE_HOME or HOME to a directory"
	run --separate-stderr env XDG_CACHE_HOME=/dev/null "$TEND" run --root "$PUBLIC/root" -- true
	refused "/dev/null/tend: could not be created: Not a directory"
	on_mount size=1m env XDG_CACHE_HOME="$BATS_TEST_TMPDIR" "$TEND" run --root "$PUBLIC/root" -- true
	refused_as "$BATS_TEST_TMPDIR/tend/*: could not be written: No space left on device"
}

@test "errors: a truncated image" {
	size=$(stat -c %s "$PUBLIC/image")
	for bytes in 0 1 7 8 50; do
		head -c "$bytes" "$PUBLIC/image" >cut
		tend run --root cut -- true
		refused_as "cut: *"
	done
	for bytes in 4096 100000 $((size - 4096)); do
		head -c "$bytes" "$PUBLIC/image" >cut
		tend run --root cut -- true
		refused "cut: damaged or cut short: build it again"
	done
}

@test "errors: a damaged image" {
	local offset

	# The file system's superblock: its magic number, its root directory.
	for offset in 1024 1038; do
		cp "$PUBLIC/image" bad
		poke bad $offset ff ff ff ff
		tend run --root bad -- true
		exits_with 125
		[[ $stderr == "tend: the image is damaged; build it again, or remove it from the cache (~/.cache/tend): "E* ]]
	done
	# Anywhere: it runs (programs whose bytes changed may well crash) or says why not, and the library kernel lives.
	for offset in 1030 1040 1060 1152 1170 1200 1300 1400 1600 1900 2500 3000 4100 4200 5000 8192 8200; do
		cp "$PUBLIC/image" bad
		poke bad $offset 7f 80 ff 55
		run timeout "$PATIENCE" "$TEND" run --root bad -- sh -c 'ls -l /bin /; cat /bin/guest >/dev/null'
		[ "$status" -ne 124 ] || mismatch "at $offset" "an end" "$output"
		refute grep -qE "killed by|bug|Lost the guest|service process" <<<"$output"
	done
}

@test "errors: an image on a noexec mount" {
	on_mount noexec bash -c 'cp "$1" image && exec "$2" run --root image -- true' - "$PUBLIC/image" "$TEND"
	refused_as "image: Its file system is mounted noexec, so that programs in it cannot run; copy it to another"
}

@test "errors: no user namespaces" {
	# Inside a user namespace, without the privilege for another pid namespace, and no further user namespaces allowed.
	as_user unshare --user --map-root-user bash -c \
		'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-sys_admin "$@"' - \
		"$TEND" run --root "$PUBLIC/image" -- true
	refused "Linux guests need a private user and pid namespace, and the host refuses: No space left on device;\
 raise the sysctls user.max_user_namespaces and user.max_pid_namespaces"
}

@test "errors: the program is missing, or no program" {
	guest -- missing
	refused_by_guest 127 "missing: no such program in the image's PATH"
	guest -- /bin/missing
	refused_by_guest 127 "/bin/missing: no such program in the image"
	guest -- bin/true/x
	refused_by_guest 127 "bin/true/x: no such program in the image"
	guest -- /dir
	refused_by_guest 126 "/dir: a directory, not a program"
	guest -w /nowhere -- true
	refused_by_guest 125 "--workdir=/nowhere: no such directory in the image"
	guest -w /bin/true -- true
	refused_by_guest 125 "--workdir=/bin/true: not a directory in the image"
}

@test "errors: files that cannot be executed" {
	root_copy
	cd "$ROOT/bin"
	echo "echo text" >text
	printf '#!/missing/sh\n' >script
	: >empty
	head -c 100 busybox >short
	cp busybox machine
	poke machine 18 f3 00
	gcc "$BATS_TEST_DIRNAME/guest.c" -o dynamic
	aarch64-linux-gnu-gcc -static "$BATS_TEST_DIRNAME/guest.c" -o foreign
	chmod 755 text script empty short machine
	echo "echo plain" >plain
	cd - >/dev/null
	local image=$BATS_TEST_TMPDIR/image
	local none="neither an x86-64 ELF program nor a script that begins with #! and its interpreter"
	"$TEND" build --root "$ROOT" -o "$image" >/dev/null
	in_image() {
		tend run --root "$image" -- "$@"
	}
	in_image text
	refused_by_guest 126 "/bin/text: $none"
	in_image empty
	refused_by_guest 126 "/bin/empty: $none"
	in_image script
	refused_by_guest 127 "/bin/script: its interpreter /missing/sh is not in the image"
	in_image dynamic
	refused_by_guest 127 "/bin/dynamic: its interpreter /lib64/ld-linux-x86-64.so.2 is not in the image"
	in_image short
	refused_by_guest 126 "/bin/short: a damaged or unsupported ELF program"
	in_image machine
	refused_by_guest 126 "/bin/machine: a program for RISC-V, and guests are x86-64: use packages of amd64"
	in_image /bin/foreign
	refused_by_guest 126 "/bin/foreign: a program for AArch64, and guests are x86-64: use packages of amd64"
	in_image plain
	refused_by_guest 126 "/bin/plain: not executable by this user (mode 0644): chmod +x in the root directory"
}

@test "errors: tend without its other files" {
	mkdir bin
	cp "$TEND" "$PUBLIC/bin/tend-build" bin
	run --separate-stderr bin/tend run --root "$PUBLIC/image" -- true
	refused "$PWD/bin/tend-linux: No such file or directory; build or install the tender beside tend"
	cp "$PUBLIC/bin/tend-linux" bin
	run --separate-stderr bin/tend run --root "$PUBLIC/image" -- true
	refused_as "$PWD/*kernel.elf: Could not open: No such file or directory"
}
