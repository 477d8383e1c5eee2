#!/usr/bin/env bats
# What comes from the table of commands: help, completion, man pages; and tend doctor.
load cli

names() {
	"$TEND" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'
}

@test "commands: help of all and of each" {
	[ "$(names | wc -l)" -ge 10 ]
	for name in $(names); do
		tend "$name" --help
		[ "$name" = elf ] || [[ $output == "usage: tend $name "* ]]
		[ "$name" = elf ] || exits_with 0
		tend help "$name"
		exits_with 0
		[[ $output == "usage: tend $name "* ]]
		# No line is wider than a terminal of 120.
		equal "wide lines of $name" "" "$(awk 'length > 120' <<<"$output")"
	done
	tend doctor extra
	refused "usage: tend doctor "
}

@test "commands: the man page has every command and every option" {
	local page=$ROOT/docs/man/tend.1

	for name in $(names); do
		grep -qE "^\.(It )?Cm .*\b$name\b" "$page" || mismatch "tend.1" "$name" ""
		for option in $("$TEND" help "$name" | grep -oE '^ +(-., )?--[a-z-]+' | sed 's/.*--//' | grep -v '^help$'); do
			grep -qF -- "Fl \\-$option" "$page" || grep -qF -- ", \\-$option" "$page" ||
				mismatch "tend.1" "--$option" "of $name"
		done
	done
}

@test "commands: bash completes commands, options and files" {
	# complete WORDS...: what is offered for the last one
	cat >complete.sh <<-'END'
		source <("$TEND" completion bash)
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_tend
		printf '%s\n' "${COMPREPLY[@]}"
	END
	export TEND
	touch file-of-mine
	equal "commands" run "$(bash complete.sh tend ru)"
	equal "options" $'--env\n--env-file' "$(bash complete.sh tend run --env | sort)"
	equal "files" file-of-mine "$(bash complete.sh tend run file-of)"
	# Behind an option with a value, options are no use.
	equal "a value" "" "$(bash complete.sh tend run --name --na)"
	for name in $(names); do
		bash complete.sh tend "$name" -- | grep -qx -- --help
	done
}

@test "commands: zsh and fish get scripts of their own" {
	tend completion zsh
	exits_with 0
	[[ $output == "#compdef tend"* && $output == *"'--env-file=["* ]]
	tend completion fish
	exits_with 0
	grep -q "^complete -c tend -n '__fish_seen_subcommand_from run' -l env-file -r -d " <<<"$output"
	tend completion tcsh
	refused "usage: tend completion bash|zsh|fish"
}

@test "doctor: root, a user, and what is missing" {
	tend doctor
	exits_with 0
	grep -qE "^less +files of tend +$PUBLIC/bin/solo5-spt: No such file" <<<"$output"
	cp "$SPT" "$PUBLIC/bin"
	tend doctor
	for check in kernel seccomp fsgsbase addresses namespaces "files of tend"; do
		grep -qE "^ok +$check " <<<"$output" || mismatch "doctor" "ok $check" "$output"
	done
	as_user env XDG_CACHE_HOME="$PUBLIC/cache" "$TEND" doctor
	exits_with 0
	grep -qE "^less +memory limits +--mem is accounting only" <<<"$output"
	grep -q "place for images" <<<"$output"
	# Inside a user namespace in which no further ones are allowed.
	as_user unshare --user --map-root-user bash -c \
		'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-sys_admin "$@"' - "$TEND" doctor
	exits_with 1
	grep -qE "^no +namespaces" <<<"$output"
	grep -q "raise the sysctls user.max_user_namespaces" <<<"$output"
	mkdir bin && cp "$TEND" bin
	run --separate-stderr bin/tend doctor
	exits_with 1
	grep -qE "^no +files of tend +$PWD/bin/tend-linux: No such file or directory" <<<"$output"
	run --separate-stderr bash -c 'ulimit -v 4000000; exec "$1" doctor' - "$TEND"
	exits_with 1
	grep -qE "^no +addresses" <<<"$output"
}
