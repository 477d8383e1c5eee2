#!/usr/bin/env bats
# docs/tour.md: every command prints what the page says. One test for each section; what is run is what is installed.
bats_require_minimum_version 1.5.0

PROJECT=$BATS_TEST_DIRNAME/../..
PAGE=$PROJECT/docs/tour.md

setup_file() {
	local build=${TEND_BUILD:-$PROJECT/build/release}

	PLACE=$(mktemp -d)
	export PLACE XDG_CACHE_HOME=$PLACE/cache XDG_STATE_HOME=$PLACE/state
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$PROJECT" VARIANT="$(basename "$build")" install \
		DESTDIR="$PLACE" PREFIX=/usr
	export PATH=$PLACE/usr/bin:$PATH
}

teardown_file() {
	local name

	for name in $(tend ps -q); do
		tend stop -t 0 "$name"
	done
	rm -rf "$PLACE"
}

section() {
	cd "$BATS_TEST_TMPDIR" || return 1
	"$BATS_TEST_DIRNAME/page.py" "$PAGE" "$1" >&2
}

@test "tour: the page has the sections that are tested here" {
	diff <("$BATS_TEST_DIRNAME/page.py" "$PAGE") <(sed -n 's/^\tsection "\(.*\)"$/\1/p' "$BATS_TEST_FILENAME") >&2
}

@test "tour: this machine" {
	section "What this machine can do"
}

@test "tour: a program of this host" {
	section "A program of this host"
}

@test "tour: a program of this host, for somebody who is not root" {
	local home=$BATS_TEST_TMPDIR/home

	mkdir "$home" && chown 12345:12345 "$home"
	chmod 755 "$PLACE" "$BATS_RUN_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")" "$BATS_TEST_TMPDIR"
	cp "$PAGE" "$BATS_TEST_DIRNAME/page.py" "$BATS_TEST_TMPDIR"
	cd "$home" || return 1
	env XDG_CACHE_HOME="$home" XDG_STATE_HOME="$home" setpriv --reuid=12345 --regid=12345 --clear-groups \
		--inh-caps=-all "$BATS_TEST_TMPDIR/page.py" "$BATS_TEST_TMPDIR/tour.md" "A program of this host" >&2
}

@test "tour: trace, stat and policy" {
	section "What it costs, and what it does"
}

@test "tour: nginx" {
	section "nginx, from Debian's archive"
}

@test "tour: node" {
	section "node, with its threads"
}

@test "tour: postgres" {
	section "postgres, with its processes"
}

@test "tour: buildah" {
	section "An image made with buildah"
}

@test "tour: a unikernel" {
	section "A unikernel"
}

@test "tour: gdb" {
	section "A debugger on a guest that runs"
}

@test "tour: the end" {
	section "Tidying up"
}
