#!/usr/bin/env bats
# tend image, the store behind it, and builds that are interrupted, that run at the same time, or that find no room.

load image.bash

setup_file() {
	archives_make
}

setup() {
	image_setup
	mkdir -p rootfs/bin
	cp /bin/busybox rootfs/bin/sh
	archive layout
}

teardown() {
	image_teardown
}

names() {
	"$TEND" image ls | awk 'NR > 1 { print $1 }' | xargs
}

@test "store: images have names, and are kept once" {
	equal nothing "" "$(names)"
	"$TEND" build -q -t shell rootfs
	"$TEND" build -q -t shell:2 --root rootfs
	equal names "shell shell:2" "$(names)"
	equal files 1 "$(find cache/tend/images -type f | wc -l)"
	# The identifier is the digest of the file.
	equal id "$(sha256sum cache/tend/images/*.tend | cut -d ' ' -f 1)" "$("$TEND" image ls -q | head -n 1)"
	equal output hello "$("$TEND" run --root shell -- /bin/sh -c 'echo hello')"
	"$TEND" image rm shell
	equal names "shell:2" "$(names)"
	equal files 1 "$(find cache/tend/images -type f | wc -l)"
	"$TEND" image rm "$("$TEND" image ls -q | cut -c 1-12)"
	equal names "" "$(names)"
	equal files 0 "$(find cache/tend/images -type f | wc -l)"
	run "$TEND" image rm shell
	equal status 1 "$status"
	equal output "tend: shell: no such image; tend image ls lists them" "$output"
}

@test "store: a name is moved to what is built anew" {
	"$TEND" build -q -t shell rootfs
	echo more >rootfs/more
	"$TEND" build -q -t shell rootfs
	equal names "shell <none>" "$(names)"
	equal freed "1" "$("$TEND" image prune | grep -c 'MiB freed')"
	equal names "shell" "$(names)"
	for name in -x a/b '' 'a b' ..; do
		run "$TEND" build -q "--tag=$name" rootfs
		equal "status of $name" 1 "$status"
	done
}

@test "store: inspect, export, import" {
	"$TEND" build -q -t one --config <(echo '{"config": {"Cmd": ["/bin/sh"]}}') rootfs
	equal command /bin/sh "$("$TEND" image inspect one | jq -r '.configuration.config.Cmd[0]')"
	"$TEND" image export one -o one.tend
	cmp one.tend cache/tend/images/*.tend
	equal command /bin/sh "$("$TEND" image inspect ./one.tend | jq -r '.configuration.config.Cmd[0]')"
	"$TEND" image rm one
	equal id "$(sha256sum one.tend | cut -d ' ' -f 1)" "$("$TEND" image import one.tend two)"
	equal names two "$(names)"
	head -c 100000 one.tend >short.tend
	run "$TEND" image import short.tend three
	equal output "tend: short.tend: damaged or cut short: build it again" "$output"
	cp one.tend bad.tend
	# The root's inode: the metadata begin at the block the superblock names.
	local meta
	meta=$(od -A n -t u4 -j $((1024 + 40)) -N 4 bad.tend)
	poke bad.tend $((meta * 4096 + 64 + 4)) ff ff
	run "$TEND" image import bad.tend three
	[[ $output == "tend: bad.tend: its file system is damaged"* ]]
	run "$TEND" image import layout.tar three
	equal status 1 "$status"
	equal names two "$(names)"
	equal files 1 "$(find cache/tend/images -type f | wc -l)"
}

@test "store: sources are built once, and again when they change; prune removes them" {
	local run=("$TEND" run --root ./rootfs -- /bin/sh -c 'echo ran')
	equal output ran "$("${run[@]}")"
	equal names "<source>" "$(names)"
	echo more >rootfs/more
	equal output ran "$("${run[@]}")"
	equal names "<source>" "$(names)"
	"$TEND" build -q -t kept rootfs
	"$TEND" image prune
	equal names kept "$(names)"
	equal output ran "$("${run[@]}")"
}

# shellcheck disable=SC2016 # the guest's shell expands it
@test "store: what uses an image keeps it" {
	"$TEND" run --root ./rootfs -- /bin/sh -c 'read line; cat /bin/sh | wc -c; echo "$line"' >out < <(
		sleep 1
		"$TEND" image prune >/dev/null
		echo go
	)
	equal output go "$(tail -n 1 out)"
}

@test "store: many build the same at once" {
	local pids=() pid
	for _ in 1 2 3 4; do
		"$TEND" build -q -o image.tend rootfs &
		pids+=($!)
		"$TEND" build -q -t name rootfs &
		pids+=($!)
		"$TEND" run --root ./rootfs -- /bin/sh -c 'exit 0' &
		pids+=($!)
		"$TEND" image prune >/dev/null &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	"$TEND" build -q -o again.tend rootfs
	cmp image.tend again.tend
	cmp image.tend "$(readlink -f cache/tend/names/name)"
	equal "files left" "" "$(find . -name '*.tmp' -o -name '*,*')"
}

@test "store: killed at any time, builds leave nothing broken" {
	local delay pid
	dd if=/dev/urandom of=rootfs/random bs=1M count=20 status=none
	for delay in 0.002 0.01 0.02 0.03 0.04 0.06 0.08 0.1 0.15; do
		setsid "$TEND" build -q -t name rootfs &
		pid=$!
		sleep "$delay"
		kill -KILL -- "-$pid" 2>/dev/null || true
		wait "$pid" || true
		for image in cache/tend/images/*.tend; do
			[ ! -e "$image" ] || equal "$image" "${image##*/}" "$(sha256sum "$image" | cut -d ' ' -f 1).tend"
		done
		[ ! -L cache/tend/names/name ] || "$TEND" image inspect name >/dev/null
	done
	"$TEND" build -q -t name rootfs
	"$TEND" image prune
	equal names name "$(names)"
	equal files 1 "$(find cache/tend/images -type f | wc -l)"
	equal "files left" "" "$(find cache -name '*.tmp' -o -name '*,*')"
}

@test "store: no room" {
	nobody_setup
	mkdir small
	mount -t tmpfs -o size=512k none small
	local status_build status_unpack status_store said
	said=$("$TEND" build -q -o small/image.tend rootfs 2>&1) && status_build=0 || status_build=$?
	tar -C rootfs -cf rootfs.tar .
	"$TEND" build -q -o small/image.tend rootfs.tar 2>unpack && status_unpack=0 || status_unpack=$?
	XDG_CACHE_HOME=$DIR/small "$TEND" build -q -t name rootfs 2>store && status_store=0 || status_store=$?
	find small -type f ! -name '*lock' >left
	umount small
	equal status "1 1 1" "$status_build $status_unpack $status_store"
	equal said "tend: small/image.tend: could not be written: No space left on device" "$said"
	equal unpack "tend: rootfs.tar: no room to unpack: No space left on device" "$(cat unpack)"
	[[ $(cat store) == *"No space left on device" ]]
	equal left "" "$(cat left)"
	run as_nobody ./tend build -q -o image.tend rootfs
	equal output "tend: image.tend: could not be created: Permission denied" "$output"
}

@test "store: no room for what is exported, imported, or of a running guest" {
	"$TEND" build -q -o one.tend rootfs
	"$TEND" image import one.tend one
	mkdir small
	mount -t tmpfs -o size=512k none small
	echo old >small/out.tend
	local status_export status_import status_run
	"$TEND" image export one -o small/out.tend 2>export && status_export=0 || status_export=$?
	XDG_CACHE_HOME=$DIR/small "$TEND" image import one.tend two 2>import && status_import=0 || status_import=$?
	dd if=/dev/zero of=small/filler bs=4k status=none 2>/dev/null || true
	XDG_STATE_HOME=$DIR/small "$TEND" run -d --name full one /bin/sh -c 'exit 0' 2>run && status_run=0 || status_run=$?
	# Room for the pid, and not for what the guest's front will say.
	truncate -s -4096 small/filler
	XDG_STATE_HOME=$DIR/small "$TEND" run -d --name full one /bin/sh -c 'exit 0' 2>again && status_run+=0 ||
		status_run+=$?
	cat small/out.tend >left
	find small -name '*.tend' ! -name out.tend >>left
	umount small
	equal status "1 1 11" "$status_export $status_import $status_run"
	equal left old "$(cat left)"
	for said in export import run again; do
		equal "lines of $said" 1 "$(wc -l <$said)"
		grep -q "No space left on device" $said || mismatch "$said" "No space left on device" "$(cat $said)"
	done
}

@test "store: two that build different things under one name, or into one file: it is one of them" {
	local pids=() pid i
	mkdir other
	cp -a rootfs/bin other/bin
	echo other >other/file
	"$TEND" build -q -o first rootfs
	"$TEND" build -q -o second other
	for i in 1 2 3; do
		for root in rootfs other; do
			"$TEND" build -q -t clash "$root" &
			pids+=($!)
			"$TEND" build -q -o clash.tend "$root" &
			pids+=($!)
		done
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	for image in clash.tend "$(readlink -f cache/tend/names/clash)"; do
		cmp -s "$image" first || cmp "$image" second
	done
	equal "files left" "" "$(find . -name '*.tmp' -o -name '*,*')"
}

@test "store: killed while it reads an archive or a program's packages, a build leaves nothing broken" {
	local delay pid
	mkdir places
	tar -C rootfs -cf rootfs.tar .
	for delay in 0.002 0.005 0.01 0.02 0.03 0.05 0.1; do
		for source in "--oci layout.tar" "--root rootfs.tar" "--program /usr/bin/openssl"; do
			# shellcheck disable=SC2086 # an option and its value
			TMPDIR=$DIR/places setsid "$TEND" build -q -t name $source &
			pid=$!
			sleep "$delay"
			kill -KILL -- "-$pid" 2>/dev/null || true
			wait "$pid" 2>/dev/null || true
			for image in cache/tend/images/*.tend; do
				[ ! -e "$image" ] || equal "$image" "${image##*/}" "$(sha256sum "$image" | cut -d ' ' -f 1).tend"
			done
		done
	done
	equal "files left" "" "$(find places -type f)"
	"$TEND" build -q -t name --root rootfs.tar
	equal output hello "$("$TEND" run --root name -- /bin/sh -c 'echo hello')"
	"$TEND" image prune
	equal "files left" "" "$(find cache -name '*.tmp' -o -name '*,*')"
}
