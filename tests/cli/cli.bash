# What the tests of tend's Linux side share: a small root directory, and the check that nothing is left behind.
# shellcheck shell=bash disable=SC2034,SC2154 # the tests use the paths; common.bash sets TEND, PATIENCE
load ../tender/common

# PUBLIC: a place unprivileged users reach, with the product, a root directory of busybox, and a cache of images.
setup_file() {
	PUBLIC=$(mktemp -d)
	export PUBLIC XDG_CACHE_HOME=$PUBLIC/cache
	chmod 755 "$PUBLIC"
	mkdir -p "$PUBLIC/bin" "$PUBLIC/lib/tend" "$XDG_CACHE_HOME" "$PUBLIC/root"/{bin,dir,dev,proc,sys,tmp}
	cp "$BUILD"/bin/tend{,-linux,-build,-slirp} "$PUBLIC/bin"
	cp "$BUILD/lib/tend/kernel.elf" "$PUBLIC/lib/tend"
	cp "$(command -v busybox)" "$PUBLIC/root/bin"
	for applet in cat echo env false id ls pwd sh sleep stty true tty uname; do
		ln -s busybox "$PUBLIC/root/bin/$applet"
	done
	gcc -O1 -static "$BATS_TEST_DIRNAME/guest.c" -o "$PUBLIC/root/bin/guest"
	chmod -R a+rX "$PUBLIC"
	"$PUBLIC/bin/tend" build --root "$PUBLIC/root" -o "$PUBLIC/image"
}

teardown_file() {
	rm -rf "$PUBLIC"
}

setup() {
	TEND=$PUBLIC/bin/tend
	program=tend
	groups_before=$(dead_groups)
	cd "$BATS_TEST_TMPDIR" || return 1
}

teardown() {
	guest_stop
	nothing_left
}

# Control groups of guests whose front is no more.
dead_groups() {
	local group pid

	while read -r group; do
		pid=${group##*/tend-}
		[ -d "/proc/${pid%.*}" ] || echo "$group"
	done < <(find /sys/fs/cgroup -type d -name 'tend-*' 2>/dev/null | sort)
}

# No process, control group, mount, or half-written image.
nothing_left() {
	local i

	for ((i = 0; i < 100; i++)); do
		pgrep -f "^(tend|$PUBLIC)[^ ]* .*$PUBLIC" >/dev/null || break
		sleep 0.05
	done
	equal "processes left" "" "$(pgrep -af "^(tend|$PUBLIC)[^ ]* .*$PUBLIC")"
	equal "control groups left" "" "$(comm -13 <(echo "$groups_before") <(dead_groups))"
	equal "mounts left" "" "$(grep -F "$PUBLIC" /proc/self/mountinfo)"
	equal "files left" "" "$(find "$PUBLIC" -name '*.tmp')"
}

# tend ARGS...: sets status, output and stderr, as bats's run does; that one takes status 127 for a slip of the test's.
tend() {
	status=0
	output=$(timeout "$PATIENCE" "$TEND" "$@" 2>"$BATS_TEST_TMPDIR/stderr") || status=$?
	stderr=$(<"$BATS_TEST_TMPDIR/stderr")
}

# guest [OPTION...] -- PROGRAM ARGS...: in the root directory's image.
guest() {
	tend run --root "$PUBLIC/image" "$@"
}

# The same as somebody who is not root.
as_user() {
	run --separate-stderr timeout "$PATIENCE" "${AS_USER[@]}" "$@"
}

# as_both FUNCTION: what the function checks, as root and as a user; RUN runs tend.
as_both() {
	HOME_OF_USER=$BATS_TEST_TMPDIR/home
	mkdir -m 777 "$HOME_OF_USER"
	chmod 755 "$BATS_TEST_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	RUN=(tend)
	"$@"
	RUN=(as_user env "XDG_CACHE_HOME=$HOME_OF_USER" "XDG_STATE_HOME=$HOME_OF_USER" "$TEND")
	"$@"
}

image() {
	"${RUN[@]}" run "$@"
}

# succeeds_with OUTPUT
succeeds_with() {
	equal "standard error" "" "$stderr" && exits_with 0 && equal "standard output" "$1" "$output"
}

# refused_by_guest STATUS LINE: one line, from inside, where the image is looked at.
refused_by_guest() {
	equal "standard error" "tend: $2" "$stderr" && exits_with "$1" && equal "standard output" "" "$output"
}

# A root directory to be changed: ROOT.
root_copy() {
	cp -a "$PUBLIC/root" "$BATS_TEST_TMPDIR/root"
	ROOT=$BATS_TEST_TMPDIR/root
}
