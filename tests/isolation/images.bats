#!/usr/bin/env bats
# Hostile image files with a living guest: the host side is not harmed, and the guest comes to an end.
load isolation

# A root with something of everything that the file system's reader knows.
odd_root() {
	local root=$1 i

	mkdir -p "$root"/{dev,proc,sys,tmp,etc,many,odd,deep/a/b/c/d/e/f}
	cp "$ISOLATION/root/walk" "$root"
	echo contents >"$root/etc/file"
	ln -s file "$root/etc/link"
	ln -s "$(printf 'x%.0s' {1..3000})" "$root/odd/long"
	ln "$root/etc/file" "$root/etc/hard"
	head -c 100000 /dev/urandom >"$root/odd/random"
	truncate -s 3M "$root/odd/sparse"
	: >"$root/odd/empty"
	mknod "$root/odd/device" c 1 3
	mkfifo "$root/odd/fifo"
	setfattr -n user.test -v value "$root/odd/empty"
	setfattr -n user.long -v "$(printf 'y%.0s' {1..2000})" "$root/odd/random"
	for i in {1..400}; do
		: >"$root/many/a-name-that-is-rather-long-so-that-the-directory-has-blocks-$i"
	done
}

@test "damaged images: the guest comes to an end, with one line at most, and the front lives" {
	odd_root "$BATS_TEST_TMPDIR/root"
	"$TEND" build --root "$BATS_TEST_TMPDIR/root" -o "$BATS_TEST_TMPDIR/image" >&2
	"${RUN[0]}" run --root="$BATS_TEST_TMPDIR/image" -- /walk | grep -q "looked at"
	python3 "$BATS_TEST_DIRNAME/damage.py" "${TEND_TEST_COUNT:-400}" "${TEND_TEST_SEED:-$((RANDOM))}" \
		"$BATS_TEST_TMPDIR/image" "${RUN[0]}" run --root="$BATS_TEST_TMPDIR/image" -- /walk
}
