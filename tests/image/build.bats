#!/usr/bin/env bats
# tend build, end to end: what it prints, whose the files are, and what is left behind when it cannot go on.

load image.bash

setup() {
	image_setup
	mkdir root
	echo hello >root/file
	cp /lib/x86_64-linux-gnu/libc.so.6 root/
}

teardown() {
	image_teardown
}

@test "build: an image is made and what it holds is told" {
	run --separate-stderr "$TEND" build --root root -o image.tend
	equal status 0 "$status"
	# shellcheck disable=SC2154 # bats sets it
	equal stderr "" "$stderr"
	[[ $output =~ ^image.tend:\ [0-9]+\ bytes,.*1\ of\ 1\ ELF\ files,\ 525\ system\ call\ sites\ patched,\ 1\ left ]]
	equal magic TENDIMG "$(head -c 7 image.tend)"
	fsck.erofs image.tend
}

@test "build: the configuration is kept as it is" {
	echo '{"config": {"Cmd": ["/file"]}}' >config.json
	"$TEND" build --root root -o image.tend --config config.json
	grep -aqF '{"config": {"Cmd": ["/file"]}}' image.tend
	echo '{"config": {"Cmd": "/file"}}' >wrong.json
	run "$TEND" build --root root -o image.tend --config wrong.json
	equal output "tend: image configuration: Cmd: is not an array of strings" "$output"
	run "$TEND" build --root root -o image.tend --config none.json
	equal status 1 "$status"
	equal output "tend: none.json: No such file or directory" "$output"
}

@test "build: the usage is shown for a command line that is none" {
	for arguments in "" "--root root" "-o x" "--root root -o x y" "-o x -t y root" "--root root --oci x -o y"; do
		# shellcheck disable=SC2086 # words
		run "$TEND" build $arguments
		equal status 1 "$status"
		equal output "tend: usage: tend build [OPTIONS] [SOURCE] -o FILE|-t NAME" "$output"
	done
}

@test "build: owners and times are the tree's" {
	nobody_setup
	chown 1000:1001 root/file
	touch -d '2001-02-03 04:05:06 UTC' root/file
	"$TEND" build --root root -o image.tend
	TZ=UTC run dump.erofs --path=/file image.tend
	[[ $output == *"Uid: 1000   Gid: 1001"* && $output == *"2001-02-03 04:05:06"* ]]
}

@test "build: an unprivileged user's tree is root's" {
	nobody_setup
	as_nobody ./tend build --root root -o out/image.tend
	run dump.erofs --path=/file out/image.tend
	[[ $output == *"Uid: 0   Gid: 0"* ]]
}

@test "build: a file that cannot be read is named" {
	nobody_setup
	mkdir root/dir
	echo secret >root/dir/secret && chmod 600 root/dir/secret
	run as_nobody ./tend build --root root -o out/image.tend
	equal status 1 "$status"
	equal output "tend: root/dir/secret: could not be read: Permission denied" "$output"
	equal left "" "$(ls -A out)"
}

@test "build: a full file system is told and left as it was" {
	nobody_setup
	mkdir small
	mount -t tmpfs -o size=256k none small
	echo old >small/image.tend
	run "$TEND" build --root root -o small/image.tend
	local left content
	left=$(ls -A small)
	content=$(cat small/image.tend)
	umount small
	equal status 1 "$status"
	equal output "tend: small/image.tend: could not be written: No space left on device" "$output"
	equal left image.tend "$left"
	equal content old "$content"
}

@test "build: killed at any time, it leaves the old image or the new one" {
	mkdir out
	"$TEND" build --root root -o out/image.tend
	cp out/image.tend old
	echo changed >root/file
	"$TEND" build --root root -o new
	for delay in 0.001 0.004 0.01 0.02 0.03 0.04 0.05 0.06 0.08; do
		timeout -s KILL "$delay" "$TEND" build --root root -o out/image.tend >/dev/null 2>&1 || true
		cmp -s out/image.tend old || cmp out/image.tend new
	done
}
