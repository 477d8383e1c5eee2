# What the isolation tests share: images with the hostile guests, and the observer.
# shellcheck shell=bash disable=SC2034,SC2154 # the tests use the paths; common.bash sets BUILD, BIN, TEND, PATIENCE
load ../tender/common

ISOLATION=$BUILD/tests/isolation
OBSERVE=$ISOLATION/observe

# A directory that unprivileged users reach, with everything that runs the guests' image.
image_make() {
	PUBLIC=$(mktemp -d)
	chmod 755 "$PUBLIC"
	mkdir -p "$PUBLIC/bin" "$PUBLIC/lib/tend"
	cp "$TEND" "$BIN/tend-linux" "$PUBLIC/bin"
	cp "$BUILD/lib/tend/kernel.elf" "$PUBLIC/lib/tend"
	"$TEND" build --root "$ISOLATION/root" -o "$PUBLIC/image" >&2
	chmod -R a+rX "$PUBLIC"
	RUN=("$PUBLIC/bin/tend" run --root="$PUBLIC/image")
	export PUBLIC
}

setup_file() {
	image_make
}

setup() {
	RUN=("$PUBLIC/bin/tend" run --root="$PUBLIC/image")
}

teardown_file() {
	public_remove
}

# observed [OPTION...] -- COMMAND...: holds the guest's host calls against the table; sets output, FINDINGS.
observed() {
	FINDINGS=$BATS_TEST_TMPDIR/findings
	"$OBSERVE" "$@" </dev/null >"$FINDINGS" 2>"$BATS_TEST_TMPDIR/errors" || true
}

# finding KEY: the number behind it in what the observer found; a guest's own output may be around it.
finding() {
	grep -a "^$1 [0-9]*\$" "$FINDINGS" | tail -n 1 | grep -oE '[0-9]+$'
}

# nothing_outside: every call was in the table, and there were calls.
nothing_outside() {
	if [[ $(finding outside) != 0 || $(finding made) -eq 0 ]]; then
		grep -aoE 'outside(:.*| [0-9]+$)' "$FINDINGS" | head -n 20 | cut -c 1-300 >&2
		return 1
	fi
}

# The exit status of the observed guest.
ending() {
	grep -aoE '^status [0-9]+' "$FINDINGS" | tail -n 1 | cut -d ' ' -f 2
}
