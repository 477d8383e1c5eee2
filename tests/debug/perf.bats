#!/usr/bin/env bats
# tend perf: records name the ELF files in an image. What perf records is taken from here, as not every machine lets
# perf record: tests/perf does.
load debug

@test "mappings of an image get the names of its files, all else stays" {
	"$BATS_TEST_DIRNAME/record.py" make "$PUBLIC/image" "$PUBLIC/root/usr/bin/target" >raw
	tend perf name raw named
	exits_with 0
	run "$BATS_TEST_DIRNAME/record.py" show named
	equal "record" "$(
		cat <<-END
			comm: as it was
			mapping: $BATS_TEST_TMPDIR/named.files/usr/bin/target at 0x1000
			mapping: $PUBLIC/image at 0x0
			mapping: /nowhere at 0x5000
			sample id: 77
			feature: as it was
		END
	)" "$output"
	cmp named.files/usr/bin/target "$PUBLIC/root/usr/bin/target"
}

@test "records that are none, or damaged" {
	"$BATS_TEST_DIRNAME/record.py" make "$PUBLIC/image" "$PUBLIC/root/usr/bin/target" >raw
	: >empty
	head -c 150 raw >short
	head -c 104 /dev/zero >zeroes
	tend perf name missing out
	refused "missing: No such file or directory"
	for file in short zeroes; do
		tend perf name $file out
		refused_as "perf's record is *"
	done
	tend perf name empty out
	refused_as "empty: *"
	tend perf
	exits_with 1
}

@test "copies of files do not go through a directory that somebody else made" {
	"$BATS_TEST_DIRNAME/record.py" make "$PUBLIC/image" "$PUBLIC/root/usr/bin/target" >raw
	mkdir -p shared/named.files victim
	ln -s "$PWD/victim" shared/named.files/usr
	chmod 1777 shared victim
	chmod 644 raw
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$TEND" perf name raw shared/named
	equal status 1 "$status"
	equal "what is said" "tend: $PWD/shared/named.files: File exists" "$output"
	equal "files made" "" "$(ls victim)"
	# One's own of a former record is replaced.
	tend perf name raw named
	exits_with 0
	tend perf name raw named
	exits_with 0
}

@test "running guests are given by name, all of their processes" {
	export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	"$BATS_TEST_DIRNAME/record.py" make "$PUBLIC/image" "$PUBLIC/root/usr/bin/target" >raw
	mkdir bin
	# Not every machine lets perf record: one that writes down what it is asked for.
	cat >bin/perf <<-'END'
		#!/bin/sh
		echo "$*" >asked
		cp raw "$3"
	END
	chmod 755 bin/perf
	PATH=$PWD/bin:$PATH
	tend run -d --name profiled "$PUBLIC/image" /usr/bin/target threads
	GUEST_PID=$("$TEND" ps | awk '$1 == "profiled" { print $2 }')
	members=$(pgrep -d, -P "$(pgrep -P "$GUEST_PID")")
	for option in "-p profiled" "--pid profiled" "--pid=profiled"; do
		# shellcheck disable=SC2086 # one word, or two
		tend perf record -o out -F 99 $option
		exits_with 0
		grep -qE -- "-F 99 --?p(id)?[ =]$members$" asked || mismatch "$option" "$members" "$(cat asked)"
	done
	tend perf record -p "$$,profiled" --call-graph fp
	grep -qE -- "-p $$,$members --call-graph fp$" asked || mismatch "both" "$$,$members" "$(cat asked)"
	rm asked
	tend perf record -p nobody.example
	refused "nobody.example: no guest has this name or host name; give the pid of tend or of a guest process"
	[ ! -e asked ]
	tend stop -t 0 profiled
	tend rm profiled
}
