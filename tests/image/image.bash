# What the tests of images share.
# shellcheck shell=bash disable=SC2154 # bats sets status, output, stderr
load ../tender/common.bash

NOBODY=65534

# A directory that everybody can go through, as bats's own is not; the store is in it.
image_setup() {
	DIR=$(mktemp -d /var/tmp/tend-image-XXXXXX)
	cd "$DIR" || return 1
	chmod 755 .
	export XDG_CACHE_HOME=$DIR/cache
	mkdir cache
}

image_teardown() {
	cd / && rm -rf "$DIR"
}

# In front of a command: as somebody who is not root. Programs that become others are copied to where he may read.
as_nobody() {
	setpriv --reuid "$NOBODY" --regid "$NOBODY" --clear-groups "$@"
}

nobody_setup() {
	[ "$(id -u)" -eq 0 ] || {
		echo "this test makes devices and unprivileged processes: run it as root" >&2
		return 1
	}
	cp "$TEND" "$BUILD/bin/tend-build" .
	mkdir out && chown "$NOBODY" out
}

# build ARGS...: quietly, into image.tend.
build() {
	"$TEND" build -q -o image.tend "$@"
}

# refused_with TEXT ARGS...: the build fails with exactly this line, and leaves nothing.
refused_with() {
	local text=$1
	shift
	rm -f image.tend
	run --separate-stderr timeout "$PATIENCE" "$TEND" build -q -o image.tend "$@"
	equal "what is said" "tend: $text" "$stderr"
	equal status 1 "$status"
	[ ! -e image.tend ]
	equal "files left" "" "$(find . -maxdepth 1 -name '*.tmp')"
}

# refused_as PATTERN ARGS...: likewise, with words of libraries in it.
refused_as() {
	local pattern=$1
	shift
	rm -f image.tend
	run --separate-stderr timeout "$PATIENCE" "$TEND" build -q -o image.tend "$@"
	# shellcheck disable=SC2053 # a pattern it is
	[[ $stderr == "tend: "$pattern ]] || mismatch "what is said" "$pattern" "$stderr"
	equal status 1 "$status"
	[ ! -e image.tend ]
}

# contents [IMAGE]: what is in it, by another reader than ours: a line for each file, with all that is kept of it.
# shellcheck disable=SC2120 # other files give it one
contents() {
	rm -rf extracted
	fsck.erofs --extract=extracted "${1:-image.tend}" >/dev/null &&
		(cd extracted && find . -mindepth 1 -printf '%p %y %m %U:%G %l\n' | sed 's/ $//' | sort)
}

# contains LINE...: exactly these, in order.
contains() {
	equal contents "$(printf '%s\n' "$@")" "$(contents image.tend)"
}

# In setup_file: all that archives.py makes, at once.
archives_make() {
	python3 "$BATS_TEST_DIRNAME/archives.py" "$BATS_FILE_TMPDIR"
}

# archive NAME: one of them, here.
archive() {
	cp "$BATS_FILE_TMPDIR/$1.tar" .
	chmod 644 "$1.tar"
}
