#!/usr/bin/env bats
# tend run with Linux programs: options, standard descriptors, how programs end.
load cli

@test "run: a directory, built once, or its image" {
	tend run --root "$PUBLIC/root" -- echo one two
	succeeds_with "one two"
	[ "$(find "$XDG_CACHE_HOME/tend" -name '*.tend' | wc -l)" = 1 ]
	before=$(stat -c %i "$XDG_CACHE_HOME"/tend/images/*)
	tend run --root="$PUBLIC/root" echo again
	succeeds_with again
	equal "the image" "$before" "$(stat -c %i "$XDG_CACHE_HOME"/tend/images/*)"
	guest -- echo one two
	succeeds_with "one two"
	cd "$PUBLIC"
	tend run --root image echo relative
	succeeds_with relative
}

@test "run: a directory that changes gets another image, and loses the old one" {
	root_copy
	tend run --root "$ROOT" -- cat /file
	exits_with 1
	echo new >"$ROOT/file"
	tend run --root "$ROOT" -- cat /file
	succeeds_with new
	echo newer >"$ROOT/file"
	tend run --root "$ROOT" -- cat /file
	succeeds_with newer
	key=$(basename "$(find "$XDG_CACHE_HOME/tend" -name '*.lock' -newer "$ROOT/bin/guest" | tail -n 1)" .lock)
	[ "$(find "$XDG_CACHE_HOME/tend/sources" -name "$key-*" | wc -l)" = 1 ]
}

@test "run: -e sets, hands on and leaves out variables" {
	TERM=vt100 GIVEN=here tend run --root "$PUBLIC/image" -e A=1 -e B= --env GIVEN -e MISSING -e A=2 -e "C=x y=z" -- env
	exits_with 0
	equal "environment" "$(printf '%s\n' A=2 B= "C=x y=z" GIVEN=here HOME=/root \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=vt100)" "$(sort <<<"$output")"
	guest -e PATH=/dir -- env
	refused_by_guest 127 "env: no such program in the image's PATH"
}

@test "run: a root directory without /dev, /proc and /sys" {
	mkdir -p root/bin
	cp "$PUBLIC/root/bin/busybox" root/bin
	tend run --root root -- busybox sh -c 'echo >/dev/null && [ -e /proc/self/exe ] && [ -d /sys/devices ] && ls /'
	exits_with 0
	[[ $output == *bin*dev*proc*sys* ]]
}

@test "run: -w, -u, --hostname, --mem" {
	guest -w /dir -- pwd
	succeeds_with /dir
	guest --workdir=/bin -- sh -c 'pwd'
	succeeds_with /bin
	guest -u 5:6 -- id
	succeeds_with "uid=5 gid=6"
	guest -u 7 -- sh -c 'echo >/bin/new'
	exits_with 1
	guest --hostname box -- uname -n
	succeeds_with box
	guest --mem 64 -- \
		sh -c 'while read -r name value unit; do [ $name = MemTotal: ] && echo $value; done </proc/meminfo; true'
	succeeds_with 65536
}

@test "run: what is written stays in the guest" {
	guest -- \
		sh -c 'echo x >/bin/new && echo changed >/bin/guest && read -r a </bin/guest && echo $a && cd /dir && echo y >z'
	succeeds_with changed
	guest -- ls /dir
	succeeds_with ""
	[ ! -e "$PUBLIC/root/bin/new" ]
	cmp "$PUBLIC/image" <("$TEND" build --root "$PUBLIC/root" -o again >/dev/null && cat again)
}

@test "run: --policy strict has one thread, standard has processes" {
	guest --policy strict -- sh -c 'echo one'
	succeeds_with one
	guest --policy strict -- sh -c 'ls / ; echo $?'
	[[ $stderr == *"can't fork"* ]]
	guest --policy standard -- sh -c 'echo one | cat; ls -d /dir; echo $?'
	succeeds_with $'one\n/dir\n0'
}

@test "run: the exit status is the program's, or says which signal ended it" {
	for code in 0 1 42 255; do
		guest -- sh -c "exit $code"
		exits_with $code
		equal "standard error" "" "$stderr"
	done
	for signal in TERM KILL HUP ABRT; do
		guest -- sh -c "kill -$signal \$\$"
		exits_with $((128 + $(kill -l $signal)))
		equal "standard error" "" "$stderr"
	done
	guest -- guest crash
	exits_with 139
}

@test "run: standard descriptors are files" {
	printf 'one\ntwo\n' >in
	"$TEND" run --root "$PUBLIC/image" -- sh -c 'cat; echo err >&2' <in >out 2>err
	equal "standard output" "$(cat in)" "$(cat out)"
	equal "standard error" err "$(cat err)"
	"$TEND" run --root "$PUBLIC/image" -- sh -c 'read -r x; echo $x' <in >>out
	equal "appended" $'one\ntwo\none' "$(cat out)"
	# What the guest leaves of it is left for who comes next.
	{ "$TEND" run --root "$PUBLIC/image" -- sh -c 'read -r x; echo $x' && cat; } <in >out
	equal "the rest" $'one\ntwo' "$(cat out)"
}

@test "run: standard descriptors are pipes" {
	equal "through" 200000 "$(head -c 200000 /dev/zero | "$TEND" run --root "$PUBLIC/image" -- cat | wc -c)"
	equal "both" $'out\nerr' "$("$TEND" run --root "$PUBLIC/image" -- sh -c 'echo out; echo err >&2' 2>&1 | cat)"
	# A reader that goes away ends the writer.
	"$TEND" run --root "$PUBLIC/image" -- busybox yes | head -n 1 >out
	status=("${PIPESTATUS[@]}")
	equal "status" "141 0" "${status[*]}"
	equal "read" y "$(cat out)"
	# One that never comes lets it wait, and its end is seen.
	equal "no input" "" "$("$TEND" run --root "$PUBLIC/image" -- cat </dev/null)"
	exec 9<&0
	run bash -c '"$1" run --root "$2" -- cat <&- ' - "$TEND" "$PUBLIC/image"
	exits_with 1
}

@test "run: standard descriptors are a terminal" {
	typist() {
		run "$BATS_TEST_DIRNAME/typist.py" "$@"
	}
	typist none none "$TEND" run --root "$PUBLIC/image" -- sh -c 'stty size; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && tty'
	equal "size" "33 99" "${lines[0]}"
	[[ ${lines[1]} == /dev/* ]]
	exits_with 0
	typist READY 'typed\n' "$TEND" run --root "$PUBLIC/image" -- sh -c 'echo READY; read -r x; echo "<$x>"'
	[[ $output == *"<typed>"* ]]
	typist READY '\x04' "$TEND" run --root "$PUBLIC/image" -- sh -c 'echo READY; cat; echo end'
	[[ $output == *end* ]]
	typist READY '\x03' "$TEND" run --root "$PUBLIC/image" -- sh -c 'echo READY; exec sleep 60'
	exits_with 130
	typist READY '\x03' "$TEND" run --root "$PUBLIC/image" -- sh -c 'trap "echo caught; exit 9" INT; echo READY; read -r x'
	exits_with 9
	[[ $output == *caught* ]]
	typist READY 'secret\n' "$TEND" run --root "$PUBLIC/image" -- \
		sh -c 'stty -echo; sleep 0.3; echo READY; read -r x; stty echo; echo ${#x}'
	[[ $output != *secret* && $output == *6* ]]
}

@test "run: signals of the front are the guest's" {
	guest_start "$TEND" run --root "$PUBLIC/image" -- sh -c 'trap "echo got; exit 5" TERM; echo READY; while :; do :; done'
	kill -TERM "$GUEST_PID"
	guest_wait
	exits_with 5
	equal "output" $'READY\ngot' "$output"
	guest_start "$TEND" run --root "$PUBLIC/image" -- sh -c 'echo READY; exec sleep 60'
	kill -HUP "$GUEST_PID"
	guest_wait
	exits_with 129
	guest_start "$TEND" run --root "$PUBLIC/image" -- sh -c 'echo READY; exec sleep 60'
	kill -KILL "$GUEST_PID"
	guest_wait
	exits_with 137
	# The killed front could not remove its control group: the next one does.
	guest -- true
}

@test "run: somebody who is not root" {
	as_user "$TEND" run --root "$PUBLIC/image" -- id
	succeeds_with "uid=0 gid=0"
	mkdir "$BATS_TEST_TMPDIR/home" && chmod 777 "$BATS_TEST_TMPDIR/home" "$BATS_TEST_TMPDIR"
	chmod 755 "$(dirname "$BATS_TEST_TMPDIR")" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	as_user env XDG_CACHE_HOME="$BATS_TEST_TMPDIR/home" "$TEND" run --root "$PUBLIC/root" -- \
		sh -c 'echo x >/new && cat /new'
	succeeds_with x
}
