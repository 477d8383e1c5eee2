#!/usr/bin/env bats
# tend-cc and the pkg-config file: a unikernel in one command, or by hand.
load common

TEND_CC_COMMAND=$BIN/tend-cc

setup() {
	DIR=$BATS_TEST_TMPDIR/work
	mkdir "$DIR"
	cd "$DIR" || return
	cat >"$BATS_TEST_TMPDIR/hello.c" <<-'END'
		#include <stdbool.h>
		#include <solo5.h>
		int solo5_app_main(const struct solo5_start_info *info)
		{
			solo5_console_write("SUCCESS\n", info->heap_size ? 8 : 0);
			return SOLO5_EXIT_SUCCESS;
		}
	END
	HELLO=$BATS_TEST_TMPDIR/hello.c
}

cc_spt() {
	"$TEND_CC_COMMAND" --target spt "$@"
}

runs() {
	spt --mem=32 "$@"
	succeeds
}

@test "one source, one command, in an empty directory, nothing else left there" {
	run cc_spt "$HELLO" -o hello.spt
	exits_with 0
	equal "output" "" "$output"
	equal "files" hello.spt "$(ls -A)"
	runs hello.spt
}

@test "without -o, the compiler's usual a.out" {
	cc_spt "$HELLO"
	runs a.out
}

@test "-c, then a link" {
	cc_spt -c -O2 "$HELLO"
	equal "files" hello.o "$(ls -A)"
	cc_spt hello.o -o hello.spt
	runs hello.spt
}

@test "several sources and the program's own options" {
	printf '#include "solo5.h"\nint solo5_app_main(const struct solo5_start_info *i) { (void)i; return NUMBER + other(); }' >one.c
	printf 'int other(void) { return 4; }' >two.c
	echo 'int other(void);' >two.h
	cc_spt -DNUMBER=60 -include two.h -I. one.c two.c -o "with space.spt"
	spt --mem=32 "with space.spt"
	exits_with 64
}

@test "memcpy, memset, memmove and memcmp are there for what compilers make of loops" {
	cat >app.c <<-'END'
		#include <stddef.h>
		#include <solo5.h>
		void *memcpy(void *, const void *, size_t);
		void *memset(void *, int, size_t);
		void *memmove(void *, const void *, size_t);
		int memcmp(const void *, const void *, size_t);
		static char a[100], b[100];
		int solo5_app_main(const struct solo5_start_info *info)
		{
			memset(a, 7, sizeof(a));
			memcpy(b, a, info->heap_size ? sizeof(b) : 0);
			memmove(b + 1, b, 99);
			return memcmp(a, b, sizeof(a)) + b[99];
		}
	END
	cc_spt -O0 app.c -o app.spt
	spt --mem=32 app.spt
	exits_with 7
}

@test "a program's own memcpy takes the place of the one that is there" {
	cat >app.c <<-'END'
		#include <stddef.h>
		#include <solo5.h>
		void *memcpy(void *to, const void *from, size_t size) { (void)from; (void)size; *(char *)to = 42; return to; }
		void *memset(void *, int, size_t);
		int solo5_app_main(const struct solo5_start_info *info)
		{
			char a[8], b[8];
			memset(a, 7, sizeof(a));
			memcpy(b, a, info->heap_size ? sizeof(b) : 0);
			return b[0] + a[7];
		}
	END
	cc_spt -fno-builtin app.c -o app.spt
	spt --mem=32 app.spt
	exits_with 49
}

@test "--manifest: the devices it declares" {
	for option in "--manifest=$ROOT/tests/guests/net_2if.json" "--manifest $ROOT/tests/guests/net_2if.json"; do
		# shellcheck disable=SC2086 # words
		cc_spt $option "$HELLO" -o hello.spt
		equal "devices" "service0 service1" "$("$TEND" elf query-manifest hello.spt | jq -r '[.devices[].name] | join(" ")')"
	done
	equal "files" hello.spt "$(ls -A)"
}

@test "--manifest: what is wrong with it" {
	echo '{' >bad.json
	run --separate-stderr cc_spt --manifest bad.json "$HELLO" -o hello.spt
	[ "$status" -ne 0 ]
	[[ ${stderr_lines[0]} == "solo5-elftool: bad.json:"*"JSON parse error"* ]]
	refute [ -e hello.spt ]
	run --separate-stderr cc_spt --manifest missing.json "$HELLO" -o hello.spt
	[ "$status" -ne 0 ]
	equal "message" "solo5-elftool: missing.json: Could not open for reading: No such file or directory" "${stderr_lines[0]}"
	refute [ -e hello.spt ]
}

@test "without --manifest: no devices" {
	cc_spt "$HELLO" -o hello.spt
	"$TEND" elf query-manifest hello.spt | jq -e '.devices == []'
}

@test "--print: the flags, with which any compiler does the same" {
	cflags=$(cc_spt --print cflags)
	ldflags=$(cc_spt --print=ldflags)
	# shellcheck disable=SC2086
	cc $cflags -c "$HELLO" -o hello.o
	# shellcheck disable=SC2086
	cc hello.o -o hello.spt $ldflags
	runs hello.spt
}

@test "the pkg-config file: compile and link by hand" {
	export PKG_CONFIG_PATH=$BUILD/lib/pkgconfig
	equal "version" "$(cat "$ROOT/VERSION")" "$(pkg-config --modversion solo5-bindings-spt)"
	"$BIN/solo5-elftool" gen-manifest "$ROOT/tests/guests/block.json" manifest.c
	# shellcheck disable=SC2046
	cc $(pkg-config --cflags solo5-bindings-spt) "$HELLO" manifest.c -o hello.spt $(pkg-config --libs solo5-bindings-spt)
	truncate -s 512 image
	runs --block:storage=image hello.spt
	# shellcheck disable=SC2046
	cc $(pkg-config --cflags solo5-bindings-spt) "$HELLO" -o bare.spt $(pkg-config --libs solo5-bindings-spt)
	runs bare.spt
}

@test "clang and gcc, chosen by TEND_CC or CC" {
	for compiler in clang gcc; do
		run --separate-stderr env TEND_CC=$compiler "$TEND_CC_COMMAND" --target spt -O2 "$HELLO" -o hello.spt
		exits_with 0
		equal "warnings" "" "$stderr"
		runs hello.spt
		CC=$compiler cc_spt -g -S "$HELLO" -o - | grep -qi "$([ $compiler = clang ] && echo 'clang version' || echo 'GNU C\|GCC:')"
	done
	run --separate-stderr env TEND_CC=no-such-compiler "$TEND_CC_COMMAND" --target spt "$HELLO"
	exits_with 1
	equal "message" "tend-cc: no-such-compiler does not run; name the compiler in TEND_CC" "${stderr_lines[-1]}"
}

@test "the host's headers and libraries are out of reach" {
	printf '#include <stdio.h>\nint solo5_app_main(const void *i) { return !i; }\n' >app.c
	run cc_spt -c app.c
	[ "$status" -ne 0 ]
	printf 'int puts(const char *);\nint solo5_app_main(const void *i) { return puts(i); }\n' >app.c
	run cc_spt -fno-builtin app.c -o app.spt
	[ "$status" -ne 0 ]
	[[ $output == *"undefined reference to \`puts'"* ]]
}

@test "a program's own Tend note sets the size of its stack" {
	cat >app.c <<-'END'
		#include <stdint.h>
		#include <solo5.h>
		struct note { uint32_t namesz, descsz, type; char name[8]; uint32_t version; uint64_t stack_bytes; };
		const struct note __tend_note __attribute__((section(".note.tend"), aligned(8), used)) =
			{5, 12, 0x31444e54, "Tend", 1, STACK_BYTES};
		int solo5_app_main(const struct solo5_start_info *info)
		{
			char here;
			/* The stack's room: from behind the heap and the guard page to the end of memory, in KiB. */
			return (int)((((uintptr_t)&here | 4095) + 1 - (info->heap_start + info->heap_size + 4096)) >> 10);
		}
	END
	for kib in 64 128 200; do
		cc_spt "-DSTACK_BYTES=($kib << 10)" app.c -o app.spt
		spt --mem=32 app.spt
		exits_with "$kib"
	done
	cc_spt "-DSTACK_BYTES=4096" app.c -o app.spt
	spt --mem=32 app.spt
	exits_with 64
	for bytes in '(32 << 20)' '(1ull << 40)' '~0ull'; do
		cc_spt "-DSTACK_BYTES=$bytes" app.c -o app.spt
		spt --mem=32 app.spt
		refused_as "app.spt: 32 MiB of guest memory leave no room for a stack*"
	done
}

@test "a prefix with a blank in its name" {
	mkdir "$DIR/a b"
	cp -r "$BIN" "$BIN/../include" "$BIN/../lib" "$DIR/a b"
	"$DIR/a b/bin/tend-cc" --target spt "$HELLO" -o hello.spt
	tender "$SPT" --mem=16 hello.spt
	succeeds
}

@test "usage and errors" {
	run --separate-stderr "$TEND_CC_COMMAND"
	exits_with 1
	[[ ${stderr_lines[0]} == "usage: tend-cc --target spt|hvt "* ]]
	run --separate-stderr "$TEND_CC_COMMAND" --help
	exits_with 0
	[[ ${lines[0]} == "usage: tend-cc --target spt|hvt "* ]]
	program=tend-cc
	run --separate-stderr "$TEND_CC_COMMAND" "$HELLO"
	refused "--target (none): it must be spt or hvt"
	run --separate-stderr "$TEND_CC_COMMAND" --target xen "$HELLO"
	refused "--target xen: it must be spt or hvt"
	run --separate-stderr "$TEND_CC_COMMAND" "$HELLO" --target
	refused "--target needs a value"
	run --separate-stderr "$TEND_CC_COMMAND" --target spt --manifest
	refused "--manifest needs a value"
	run --separate-stderr "$TEND_CC_COMMAND" --target spt --print frobs
	refused "--print frobs: it must be cflags or ldflags"
}

@test "the compiler's errors and status come through" {
	echo 'nonsense' >bad.c
	run cc_spt bad.c -o bad.spt
	[ "$status" -ne 0 ]
	[[ $output == *bad.c* ]]
	refute [ -e bad.spt ]
	run cc_spt "$HELLO" "$HELLO" -o twice.spt
	[ "$status" -ne 0 ]
	run cc_spt missing.c
	[ "$status" -ne 0 ]
}
