#!/usr/bin/env bats
# tend run's options for Linux programs, each as root and as somebody who is not.
load cli

# A root directory whose image says what to start, and who: CONFIGURED.
setup_file_more() {
	cp -a "$PUBLIC/root" "$PUBLIC/configured.root"
	mkdir -p "$PUBLIC/configured.root"/{etc,home/app,srv}
	printf '%s\n' root:x:0:0::/root:/bin/sh app:x:1000:1001::/home/app:/bin/sh >"$PUBLIC/configured.root/etc/passwd"
	printf '%s\n' root:x:0: app:x:1001: other:x:1002:app >"$PUBLIC/configured.root/etc/group"
	cat >"$PUBLIC/config.json" <<-END
		{"config": {"Entrypoint": ["/bin/echo", "entry"], "Cmd": ["cmd", "two words"], "Env": ["A=image", "B=image"],
		"User": "app", "WorkingDir": "/srv"}}
	END
	"$PUBLIC/bin/tend" build --root "$PUBLIC/configured.root" --config "$PUBLIC/config.json" -o "$PUBLIC/configured"
	chmod 644 "$PUBLIC/configured"
	mkdir -p "$PUBLIC/volume/sub"
	echo data >"$PUBLIC/volume/file"
	cp "$PUBLIC/root/bin/guest" "$PUBLIC/volume/sub/guest"
	chmod -R a+rX "$PUBLIC/volume"
}

setup() {
	[ -e "$PUBLIC/configured" ] || setup_file_more
	export XDG_STATE_HOME=$PUBLIC/state
	TEND=$PUBLIC/bin/tend
	program=tend
	groups_before=$(dead_groups)
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "options: the image's entrypoint, command and what takes their place" {
	check() {
		image "$PUBLIC/configured"
		succeeds_with "entry cmd two words"
		image "$PUBLIC/configured" other "words here"
		succeeds_with "entry other words here"
		image --entrypoint /bin/pwd "$PUBLIC/configured"
		succeeds_with /srv
		image --entrypoint echo "$PUBLIC/configured" -n a
		succeeds_with a
		image --entrypoint '["/bin/echo", "x y", "z"]' "$PUBLIC/configured" 1
		succeeds_with "x y z 1"
		image --entrypoint "" "$PUBLIC/configured" echo plain
		succeeds_with plain
		image --root "$PUBLIC/configured" echo without
		succeeds_with without
		image --entrypoint '["a"' "$PUBLIC/configured"
		refused_as "--entrypoint ?\"a\": not a JSON array: *"
		image --entrypoint '[1]' "$PUBLIC/configured"
		refused '--entrypoint [1]: word 1 is not a string'
		image --entrypoint "" "$PUBLIC/configured"
		refused "$PUBLIC/configured: no program given, and the image names none"
		image "$PUBLIC/image"
		refused "$PUBLIC/image: no program given, and the image names none"
	}
	as_both check
}

@test "options: the image's environment, user and directory, and what takes their place" {
	check() {
		image -e B=mine -e C=3 --entrypoint sh "$PUBLIC/configured" -c 'echo $A $B $C $HOME $PWD; id'
		succeeds_with $'image mine 3 /home/app /srv\nuid=1000(app) gid=1001(app)'
		image -w /home -u 0 -e HOME=/h --entrypoint sh "$PUBLIC/configured" -c 'echo $HOME $PWD; id -u; id -g'
		succeeds_with $'/h /home\n0\n0'
		image -u app:other --entrypoint id "$PUBLIC/configured" -g
		succeeds_with 1002
		image --user 1000:5 --entrypoint id "$PUBLIC/configured" -g
		succeeds_with 5
		image -u nobody "$PUBLIC/configured"
		refused_as "user nobody: *"
		image -u app:nobody "$PUBLIC/configured"
		refused_as "*nobody*"
		image --workdir=/nowhere "$PUBLIC/configured"
		refused_by_guest 125 "--workdir=/nowhere: no such directory in the image"
	}
	as_both check
}

@test "options: --env-file" {
	printf '%s\n' '# comment' '' 'A=from file' '  B=2' GIVEN MISSING 'C=x=y' >variables
	printf 'D=1\r\n' >>variables
	chmod 644 variables
	export GIVEN=here
	check() {
		image --env-file variables -e B=3 --env-file=variables -e A=last "$PUBLIC/image" \
			sh -c 'echo "$A|$B|$C|$D|$GIVEN|${MISSING-none}"'
		succeeds_with "last|2|x=y|1|here|none"
		image --env-file missing "$PUBLIC/image" true
		refused "--env-file missing: No such file or directory"
		image --env-file bad "$PUBLIC/image" true
		refused "bad:2: it must be VAR=VALUE or VAR"
		image --env-file . "$PUBLIC/image" true
		refused "--env-file .: could not be read"
	}
	printf 'A=1\n=2\n' >bad
	chmod 644 bad
	as_both check
}

@test "options: --tmpfs" {
	check() {
		image --tmpfs /bin/../x "$PUBLIC/image" true
		image --tmpfs /new/deep --tmpfs "/small/:size=64k,mode=700,nosuid" "$PUBLIC/image" sh -c \
			'echo x >/new/deep/f && cat /new/deep/f; busybox stat -c %a /new/deep /small
			busybox dd if=/dev/zero of=/small/f bs=1k count=65 2>/dev/null || echo full; busybox wc -c </small/f'
		succeeds_with $'x\n1777\n700\nfull\n65536'
		image -u 5 --tmpfs /top/secret:mode=755 "$PUBLIC/image" sh -c 'echo x >/top/secret/f || echo denied; ls -d /top'
		equal "output" $'denied\n/top' "$output"
		for option in x "" / //; do
			image --tmpfs "$option" "$PUBLIC/image" true
			refused "--tmpfs $option: it must be an absolute path, and not /"
		done
		for option in size=1x size= mode=9 mode=17777 size=99999999999999999999 sized=1 size=8g,; do
			image --tmpfs "/x:$option" "$PUBLIC/image" true
			[ "$option" = size=8g, ] || refused "--tmpfs /x:$option: behind the colon there may be size=N[k|m|g] and mode=OCTAL"
		done
		image --tmpfs /bin/sh "$PUBLIC/image" true
		refused_by_guest 125 "--tmpfs /bin/sh: could not be mounted there: ENOTDIR"
		image --tmpfs /x --tmpfs /x/ "$PUBLIC/image" true
		refused "/x: something is mounted there already: -v and --tmpfs may name a place once"
	}
	as_both check
}

@test "options: --read-only" {
	check() {
		image --read-only "$PUBLIC/image" sh -c \
			'for place in /f /bin/guest /dir/f /tmp/f /run/f /var/tmp/f /dev/shm/f; do
				{ echo x >$place; } 2>/dev/null && echo $place; done; busybox mkdir /d 2>/dev/null || echo no; ls /dir'
		succeeds_with $'/tmp/f\n/run/f\n/var/tmp/f\n/dev/shm/f\nno'
		image --read-only --tmpfs /tmp:mode=700 --tmpfs /deep/er "$PUBLIC/image" sh -c \
			'busybox stat -c %a /tmp; echo x >/deep/er/f && cat /deep/er/f; busybox grep -c " / overlay ro" /proc/mounts'
		succeeds_with $'700\nx\n1'
	}
	as_both check
}

@test "options: -v shows a directory as it is at the start, read-only" {
	check() {
		image -v "$PUBLIC/volume:/v/deep:ro" "$PUBLIC/image" sh -c \
			'cat /v/deep/file; ls /v/deep; { echo x >/v/deep/file; } 2>/dev/null || echo read-only; /v/deep/sub/guest calls; echo $?'
		succeeds_with $'data\nfile\nsub\nread-only\n3'
		image -v "$PUBLIC/volume:/bin/../v:ro" "$PUBLIC/image" cat /v/file
		succeeds_with data
		# Over what the image has, and one in another, whatever their order.
		image -v "$PUBLIC/volume/sub:/dir/sub:ro" -v "$PUBLIC/volume:/dir:ro" --tmpfs /dir/sub/x "$PUBLIC/image" \
			ls /dir /dir/sub
		exits_with 125
		image -v "$PUBLIC/volume/sub:/dir/sub:ro" -v "$PUBLIC/volume:/dir:ro" "$PUBLIC/image" ls /dir /dir/sub
		succeeds_with $'/dir:\nfile\nsub\n\n/dir/sub:\nguest'
		image -v "$PUBLIC/volume:/x" "$PUBLIC/image" true
		refused "-v $PUBLIC/volume:/x: it must end in :ro: files are packed when the guest starts, and what it writes does not come back"
		image -v "$PUBLIC/volume:x:ro" "$PUBLIC/image" true
		refused "-v $PUBLIC/volume:x:ro: it must be PATH:/PATH:ro, the second one not /"
		image -v "$PUBLIC/none:/x:ro" "$PUBLIC/image" true
		refused "-v $PUBLIC/none: No such file or directory"
		image -v "$PUBLIC/volume:/bin/sh:ro" "$PUBLIC/image" true
		refused_by_guest 125 "-v /bin/sh: could not be mounted there: ENOTDIR"
	}
	as_both check
	echo changed >"$PUBLIC/volume/file"
	RUN=(tend)
	image -v "$PUBLIC/volume:/v:ro" "$PUBLIC/image" cat /v/file
	echo data >"$PUBLIC/volume/file"
	succeeds_with changed
}

@test "options: -v shows a file, on a file of the image or a new one" {
	check() {
		image -v "$PUBLIC/volume/file:/bin/guest:ro" -v "$PUBLIC/volume/file:/new/place:ro" "$PUBLIC/image" cat /bin/guest /new/place
		succeeds_with $'data\ndata'
		image -v "$PUBLIC/volume/sub/guest:/g:ro" "$PUBLIC/image" /g calls
		exits_with 3
		image -v "$PUBLIC/volume/file:/dir:ro" "$PUBLIC/image" true
		refused_by_guest 125 "-v /dir: could not be mounted there: EISDIR"
	}
	as_both check
}

@test "options: as many volumes as there may be, and one more" {
	local options=() i

	for ((i = 0; i < 16; i++)); do
		mkdir "v$i" && echo "$i" >"v$i/f"
		options+=(-v "$PWD/v$i:/v$i:ro")
	done
	RUN=(tend)
	image "${options[@]}" "$PUBLIC/image" sh -c 'cat /v*/f'
	succeeds_with "$(printf '%s\n' 0 1 10 11 12 13 14 15 2 3 4 5 6 7 8 9)"
	image "${options[@]}" --tmpfs /one "$PUBLIC/image" true
	refused_as "--volume: /v9: at most 16 mounts, --tmpfs and -v together"
}

@test "options: --ns all" {
	local namespaces='ipc mnt net uts cgroup'

	check() {
		image --ns all "$PUBLIC/image" sh -c 'echo one | cat; uname -n; ls /dir'
		succeeds_with $'one\ntend'
		image --ns pid "$PUBLIC/image" true
		succeeds_with ""
		image --ns some "$PUBLIC/image" true
		refused "--ns=some: not one of pid, all"
	}
	as_both check
	# As the host sees it: others than ours, and a root with nothing in it.
	guest_start "$TEND" run --ns all "$PUBLIC/image" sh -c 'echo READY; exec sleep 60'
	local init member
	init=$(pgrep -P "$GUEST_PID")
	for member in "$init" $(pgrep -P "$init"); do
		for namespace in $namespaces; do
			refute equal "$namespace" "$(readlink "/proc/self/ns/$namespace")" "$(readlink "/proc/$member/ns/$namespace")" 2>/dev/null
		done
		equal "its root" "" "$(ls -A "/proc/$member/root/")"
	done
	kill -TERM "$GUEST_PID"
	guest_wait
}

@test "options: -t insists on a terminal, -i is taken" {
	check() {
		image -t "$PUBLIC/image" true
		refused "-t: neither standard input nor output is a terminal"
		image -it "$PUBLIC/image" true
		refused "-t: neither standard input nor output is a terminal"
		image -td "$PUBLIC/image" true
		refused "-t: a guest in the background has no terminal"
		image -i --rm "$PUBLIC/image" cat </dev/null
		succeeds_with ""
	}
	as_both check
	run "$BATS_TEST_DIRNAME/typist.py" READY 'typed\n' "$TEND" run -it --rm "$PUBLIC/image" \
		sh -c 'echo READY; read -r x; echo "<$x>"; [ -t 0 ] && [ -t 1 ]'
	exits_with 0
	[[ $output == *"<typed>"* ]]
}

@test "options: forms of writing them" {
	RUN=(tend)
	image -eA=1 -e=B=2 --env=C=3 --env D=4 -w=/dir "$PUBLIC/image" sh -c 'echo $A $B $C $D $PWD'
	succeeds_with "1 2 3 4 /dir"
	image --mem=64 -h box -- "$PUBLIC/image" uname -n
	succeeds_with box
	image "$PUBLIC/image" echo -e A=1 --help --
	succeeds_with "A=1 --help --"
	image --help
	exits_with 0
	grep -q '^usage: tend run ' <<<"$output"
}

@test "options: an image by another path, in another place, without rights" {
	check() {
		image ./image echo relative
		succeeds_with relative
		image "$PUBLIC/link" echo linked
		succeeds_with linked
		image "$PUBLIC/nowhere" true
		refused_as "$PUBLIC/nowhere: No such file or directory*"
		image "$PUBLIC/config.json" true
		refused_as "$PUBLIC/config.json: *"
	}
	cp "$PUBLIC/image" image
	chmod 644 image
	ln -sf image "$PUBLIC/link"
	as_both check
}
