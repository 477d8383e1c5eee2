#!/usr/bin/env bats
# make install and uninstall: what is installed works from there and goes away again.
load common

# As somebody would call it by hand, whatever make started these tests.
project_make() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$ROOT" VARIANT="$(basename "$BUILD")" "$@"
}

setup_file() {
	export DEST=$BATS_FILE_TMPDIR/dest
	project_make install DESTDIR="$DEST" PREFIX=/usr
}

@test "what is installed" {
	for file in bin/tend bin/solo5-spt bin/solo5-hvt bin/solo5-hvt-debug bin/solo5-elftool bin/tend-cc \
		include/solo5/solo5.h lib/solo5/solo5_spt.lds \
		"lib/solo5/$(uname -m)/solo5_spt.o" lib/pkgconfig/solo5-bindings-spt.pc lib/solo5/solo5_hvt.lds \
		"lib/solo5/$(uname -m)/solo5_hvt.o" lib/pkgconfig/solo5-bindings-hvt.pc share/man/man1/solo5-hvt.1 \
		share/man/man1/tend.1 share/bash-completion/completions/tend share/zsh/site-functions/_tend \
		share/fish/vendor_completions.d/tend.fish; do
		[ -s "$DEST/usr/$file" ] || mismatch "not installed" "" "$file"
	done
	equal "files outside of PREFIX" "" "$(find "$DEST" -type f ! -path "$DEST/usr/*")"
}

@test "the installed compiler and the installed tender work together, without the build folder" {
	cd "$BATS_TEST_TMPDIR"
	printf '#include <solo5.h>\nint solo5_app_main(const struct solo5_start_info *i) { return i->cmdline[0]; }\n' >app.c
	"$DEST/usr/bin/tend-cc" --target spt --manifest "$ROOT/tests/guests/block.json" app.c -o app.spt
	truncate -s 512 image
	tender "$DEST/usr/bin/tend" run --mem=32 --block:storage=image app.spt A
	exits_with 65
	tender "$DEST/usr/bin/solo5-spt" --mem=32 --block:storage=image app.spt B
	exits_with 66
	"$DEST/usr/bin/solo5-elftool" query-abi app.spt | jq -e '.target == "spt"'
	refute grep -qF "$BUILD" <("$DEST/usr/bin/tend-cc" --target spt --print cflags --print ldflags)
}

@test "the installed pkg-config file works from there" {
	cd "$BATS_TEST_TMPDIR"
	export PKG_CONFIG_PATH=$DEST/usr/lib/pkgconfig
	printf '#include <solo5.h>\nint solo5_app_main(const struct solo5_start_info *i) { return i->cmdline[0]; }\n' >app.c
	# shellcheck disable=SC2046
	cc $(pkg-config --cflags solo5-bindings-spt) app.c -o app.spt $(pkg-config --libs solo5-bindings-spt)
	tender "$DEST/usr/bin/tend" run --mem=32 app.spt A
	exits_with 65
}

@test "installing into another PREFIX, and twice" {
	for _ in 1 2; do
		project_make install DESTDIR="$BATS_TEST_TMPDIR/dest" PREFIX=/opt/tend
	done
	tender "$BATS_TEST_TMPDIR/dest/opt/tend/bin/tend" run --mem=32 "$GUESTS/hello.spt"
	succeeds
}

@test "uninstall takes away everything that was installed and nothing else" {
	project_make install DESTDIR="$BATS_TEST_TMPDIR/dest" PREFIX=/usr
	echo mine >"$BATS_TEST_TMPDIR/dest/usr/bin/mine"
	project_make uninstall DESTDIR="$BATS_TEST_TMPDIR/dest" PREFIX=/usr
	equal "files left" "$BATS_TEST_TMPDIR/dest/usr/bin/mine" "$(find "$BATS_TEST_TMPDIR/dest" ! -type d)"
}
