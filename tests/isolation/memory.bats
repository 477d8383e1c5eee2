#!/usr/bin/env bats
# Guests that take as much as they get: they stay inside their limits, and nobody else is harmed.
load isolation

# The least memory that the host had available while the command ran, below what it had before, in MiB: sets USED.
measured() {
	local before now low pid

	before=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
	low=$before
	timeout "$PATIENCE" "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null 3>&- 4>&- &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		now=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
		low=$((now < low ? now : low))
		sleep 0.01
	done
	status=0
	wait $pid || status=$?
	output=$(cat "$BATS_TEST_TMPDIR/out")
	stderr=$(cat "$BATS_TEST_TMPDIR/err")
	USED=$(((before - low) / 1024))
}

@test "a memory bomb of any kind is killed inside its limit, alone, and named" {
	"${RUN[@]}" -- /bomb waiting >/dev/null 2>&1 3>&- 4>&- &
	bystander=$!
	for kind in anonymous file pipes sparse shared raw processes; do
		measured "${RUN[@]}" --mem=64 -- /bomb $kind
		echo "$kind: $USED MiB of the host's memory"
		exits_with 137
		equal "standard error" "tend: guest process killed: the guest used all of its memory (--mem=64)" "$stderr"
		# What else runs on this machine needs some too; without a limit it would be all there is.
		((USED < 512))
		kill -0 "$bystander"
	done
	kill -KILL "$bystander"
}

@test "mappings without end are refused as Linux refuses them" {
	measured "${RUN[@]}" --mem=64 -- /bomb mappings
	exits_with 0
	[[ $output == "refused after "* ]]
	((USED < 512))
}

@test "processes past the library: no more than the limit, then refused" {
	for who in root user; do
		as=()
		[ $who = root ] || as=("${AS_USER[@]}")
		measured "${as[@]}" "${RUN[@]}" --mem=4096 -- /bomb processes
		exits_with 0
		[[ $output =~ ^"refused after "([0-9]+)$ ]]
		((BASH_REMATCH[1] > 3000 && BASH_REMATCH[1] < 4096))
	done
}

@test "without a control group: a process gets no more private memory than the arena is large, the family no more files" {
	measured "${AS_USER[@]}" "${RUN[@]}" --mem=64 -- /bomb anonymous
	exits_with 0
	equal "chunks of 16 MiB" 255 "${output##* }"
	measured "${AS_USER[@]}" "${RUN[@]}" --mem=64 -- /bomb file
	exits_with 0
	((${output##* } < 4096))
	# Page tables are bounded by user memory's size alone.
	measured "${AS_USER[@]}" "${RUN[@]}" --mem=64 -- /bomb sparse
	exits_with 0
	echo "$USED MiB of page tables"
	((USED < 3072))
}
