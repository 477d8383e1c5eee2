#!/usr/bin/env bats
# What a running guest has and has not, looked at from the host through /proc.
load common

setup_file() {
	public_make
	export PUBLIC
}

teardown_file() {
	public_remove
}

bare() {
	guest_start "$SPT" --mem=16 "$GUESTS/bare.spt" "$@"
}

# The guest's mappings as: first address, address behind, protection, name.
maps() {
	sed -E 's/^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ */\1 \2 \3 /' "/proc/$GUEST_PID/maps"
}

# The descriptors of the guest, on one line.
descriptors() {
	ls -v "/proc/$GUEST_PID/fd" | paste -sd ' '
}

# memory_is_alone MAYBE...: nothing is mapped but guest memory of 16 MiB and the named mappings of the host kernel.
memory_is_alone() {
	local start end name

	while read -r start end _ name; do
		[ $((16#$start)) -ge $((0x10000)) ] && [ $((16#$end)) -le $((16 << 20)) ] && continue
		case " $* " in
		*" $name "*) ;;
		*) mismatch "a mapping outside of guest memory" "$*" "$start-$end $name" || return ;;
		esac
	done < <(maps)
}

@test "memory: the guest's own, the vDSO, and nothing of the tender" {
	bare
	memory_is_alone "[vvar]" "[vvar_vclock]" "[vdso]" "[vsyscall]"
	maps | grep -q '\[vdso\]'
	refute grep -q solo5-spt "/proc/$GUEST_PID/maps"
}

@test "memory: not even the vDSO for a guest without Tend's note" {
	foreign_copy_of bare
	guest_start "$SPT" --mem=16 "$COPY"
	memory_is_alone "[vsyscall]"
}

@test "memory: nothing is both writable and executable" {
	bare
	maps | grep -q ' r-xp'
	refute awk '$3 ~ /w/ && $3 ~ /x/ { found = 1 } END { exit !found }' <(maps)
}

# mapping_at ADDRESS: the protection of the mapping that holds it, "none" if there is none.
mapping_at() {
	local start end protection

	while read -r start end protection _; do
		if (($1 >= 16#$start && $1 < 16#$end)); then
			echo "$protection"
			return
		fi
	done < <(maps)
	echo none
}

@test "memory: code cannot be written to, nor the tender's last instructions" {
	bare
	equal "the image's first page" r-xp "$(mapping_at $((0x100000)))"
	equal "guest memory's first page" r-xp "$(mapping_at $((0x10000)))"
}

@test "memory: no personality of the caller changes that" {
	guest_start setarch --read-implies-exec "$SPT" --mem=16 "$GUESTS/bare.spt"
	refute awk '$3 ~ /w/ && $3 ~ /x/ { found = 1 } END { exit !found }' <(maps)
	# Linux 6.10 and later seal page 0, so that nothing can run there; before, it is unmapped.
	tender setarch --mmap-page-zero "$SPT" --mem=16 "$GUESTS/zeropage.spt"
	[[ $status -eq 139 || ($status -eq 1 && $stderr == "solo5-spt: Page 0 is mapped"*) ]]
	refute grep -q survived <<<"$output"
}

@test "memory: nothing below 64 KiB, nothing under the stack" {
	bare
	equal "address 0" none "$(mapping_at 0)"
	equal "the last address below guest memory" none "$(mapping_at $((0xffff)))"
	# The stack is a quarter of memory.
	equal "the stack" rw-p "$(mapping_at $((0xc00000)))"
	[[ $(mapping_at $((0xbff000))) =~ ^(none|---p)$ ]]
	equal "the heap" rw-p "$(mapping_at $((0xbfefff)))"
}

@test "memory: no file is mapped but the unikernel, and that never writable or shared" {
	bare
	awk -v kernel="$GUESTS/bare.spt" '$5 != 0 && ($6 != kernel || $2 ~ /w|s/) { print; found = 1 } END { exit found }' \
		"/proc/$GUEST_PID/maps"
}

@test "memory: nothing of the environment or of the tender's stack is left to read" {
	export TEND_TEST_SECRET=xyzzy-secret-4711
	bare
	equal "environment" "" "$(tr '\0' ' ' <"/proc/$GUEST_PID/environ")"
	while read -r start end protection name; do
		[[ $protection == r* && $name != "[v"* ]] || continue
		dd if="/proc/$GUEST_PID/mem" bs=4096 skip=$((16#$start / 4096)) count=$(((16#$end - 16#$start) / 4096)) \
			status=none
	done < <(maps) >"$BATS_TEST_TMPDIR/memory"
	grep -qa WAITING "$BATS_TEST_TMPDIR/memory"
	refute grep -qa xyzzy-secret-4711 "$BATS_TEST_TMPDIR/memory"
}

@test "descriptors: only standard output" {
	bare
	equal "descriptors" 1 "$(descriptors)"
	equal "standard output" "$GUEST_OUT" "$(readlink "/proc/$GUEST_PID/fd/1")"
}

@test "descriptors: those inherited are gone, whatever their numbers" {
	exec 5</dev/null 9>>"$BATS_TEST_TMPDIR/nine" 200</etc/passwd 63<"$BATS_TEST_TMPDIR"
	bare
	exec 5<&- 9<&- 200<&- 63<&-
	equal "descriptors" 1 "$(descriptors)"
}

@test "descriptors: the poll set and its timer too, for a guest without Tend's note" {
	foreign_copy_of bare
	guest_start "$SPT" --mem=16 "$COPY"
	[ "$(descriptors | wc -w)" -eq 3 ]
	for fd in $(descriptors); do
		case $fd:$(readlink "/proc/$GUEST_PID/fd/$fd") in
		1:"$GUEST_OUT" | *:"anon_inode:[eventpoll]" | *:"anon_inode:[timerfd]") ;;
		*) mismatch "a descriptor" "none but the console, epoll and the timer" "$fd" ;;
		esac
	done
}

@test "descriptors: none is taken for the console where standard ones were closed at the start" {
	for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
		rm -f "$BATS_TEST_TMPDIR/image"
		truncate -s 1M "$BATS_TEST_TMPDIR/image"
		run bash -c '"$0" --mem=32 --block:storage="$2" "$1" --solo5:debug '"$closed" \
			"$SPT" "$GUESTS/block.spt" "$BATS_TEST_TMPDIR/image"
		exits_with 0
		refute grep -qaE 'SUCCESS|Solo5' "$BATS_TEST_TMPDIR/image"
	done
}

@test "descriptors: a closed standard output becomes /dev/null" {
	bash -c 'exec "$0" --mem=16 "$1" >&- 3>&- 4>&-' "$SPT" "$GUESTS/bare.spt" &
	GUEST_PID=$!
	for ((i = 0; i < PATIENCE * 50; i++)); do
		[ "$(guest_status Seccomp)" = 2 ] && break
		sleep 0.02
	done
	equal "descriptors" 1 "$(descriptors)"
	equal "standard output" /dev/null "$(readlink "/proc/$GUEST_PID/fd/1")"
}

# Of any guest, however it was started.
is_unprivileged() {
	for set in CapInh CapPrm CapEff CapAmb; do
		equal "$set" 0000000000000000 "$(guest_status $set)"
	done
	equal "NoNewPrivs" 1 "$(guest_status NoNewPrivs)"
	equal "Seccomp" 2 "$(guest_status Seccomp)"
}

@test "privileges: none; started by root, the guest is nobody, in no group" {
	guest_start setpriv --groups 4,5,6 "$SPT" --mem=16 "$GUESTS/bare.spt"
	is_unprivileged
	equal "Uid" $'65534\t65534\t65534\t65534' "$(guest_status Uid)"
	equal "Gid" $'65534\t65534\t65534\t65534' "$(guest_status Gid)"
	equal "Groups" "" "$(guest_status Groups | tr -d ' ')"
}

@test "privileges: capabilities that were to be inherited are dropped" {
	guest_start setpriv --inh-caps=+net_raw,+sys_admin --ambient-caps=+net_raw,+sys_admin \
		"$SPT" --mem=16 "$GUESTS/bare.spt"
	is_unprivileged
}

@test "privileges: a user who is not root starts guests, which stay that user" {
	guest_start "${AS_USER[@]}" "$PUBLIC/solo5-spt" --mem=16 "$PUBLIC/bare.spt"
	is_unprivileged
	equal "Uid" $'12345\t12345\t12345\t12345' "$(guest_status Uid)"
	equal "descriptors" 1 "$(descriptors)"
	memory_is_alone "[vvar]" "[vvar_vclock]" "[vdso]" "[vsyscall]"
	equal "environment" "" "$(tr '\0' ' ' <"/proc/$GUEST_PID/environ")"
}

@test "privileges: a tender that is installed set-user-ID runs nothing" {
	cp "$SPT" "$PUBLIC/setuid"
	chmod 4755 "$PUBLIC/setuid"
	tender "${AS_USER[@]}" "$PUBLIC/setuid" --mem=16 "$PUBLIC/bare.spt"
	program=setuid refused "Must not be installed set-user-ID or with file capabilities"
}

@test "privileges: the host's root is not hidden by a user namespace that maps only root" {
	tender unshare --user --map-root-user "$SPT" --mem=16 "$GUESTS/bare.spt"
	program=solo5-spt refused_as "Could not give up uid 0: *"
}

@test "privileges: in a user namespace that maps only its root" {
	guest_start "${AS_USER[@]}" unshare --user --map-root-user "$PUBLIC/solo5-spt" --mem=16 "$PUBLIC/bare.spt"
	is_unprivileged
	equal "Uid" $'12345\t12345\t12345\t12345' "$(guest_status Uid)"
}

@test "ps and /proc/PID/cmdline show the arguments" {
	bare one "two three"
	equal "cmdline" "$SPT|--mem=16|$GUESTS/bare.spt|one|two three|" "$(tr '\0' '|' <"/proc/$GUEST_PID/cmdline")"
	equal "ps" "$SPT --mem=16 $GUESTS/bare.spt one two three" "$(ps -ww -o args= -p "$GUEST_PID")"
	equal "name" solo5-spt "$(guest_status Name)"
}

@test "core dumps are off, but for those who ask" {
	guest_start prlimit --core=0:unlimited "$SPT" --mem=16 "$GUESTS/bare.spt"
	equal "limit" 1 "$(awk '/^Max core file size/ { print $5 }' "/proc/$GUEST_PID/limits")"
	guest_stop
	guest_start prlimit --core=unlimited "$SPT" --mem=16 "$GUESTS/bare.spt"
	equal "limit" unlimited "$(awk '/^Max core file size/ { print $5 }' "/proc/$GUEST_PID/limits")"
}

@test "one process, one thread, no child" {
	bare
	equal "threads" 1 "$(guest_status Threads)"
	equal "children" "" "$(cat "/proc/$GUEST_PID/task/$GUEST_PID/children")"
}

@test "at most nine distinct host calls with all devices, six without" {
	for kind in solo5 tend; do
		policy=$("$TEND" inspect --policy --format json --guest "$kind")
		[ "$(jq '[.calls[].call] | unique | length' <<<"$policy")" -le 9 ]
		[ "$(jq '[.calls[] | select(.feature == "core" or .feature == "console") | .call] | unique | length' \
			<<<"$policy")" -le 6 ]
		[ "$(jq '.calls | length' <<<"$policy")" -ge 6 ]
	done
}

@test "a guest stops at once when it is told to" {
	bare
	kill -TERM "$GUEST_PID"
	guest_wait
	exits_with 143
}
