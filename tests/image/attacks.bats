#!/usr/bin/env bats
# tend build with archives and layouts of people who mean no good, or whose disk did not: nothing leads out of the
# image, and what is damaged is told.

load image.bash

setup_file() {
	archives_make
}

setup() {
	image_setup
}

teardown() {
	image_teardown
}

@test "attacks: paths that lead out are refused" {
	archive up
	refused_with "up.tar: a/../../../tmp/tend-image-escaped: a path that leads upwards" up.tar
	archive hardlink-up
	refused_with "hardlink-up.tar: ../../../../etc/passwd: a path that leads upwards" hardlink-up.tar
	archive layout-whiteout-up
	refused_as "layout-whiteout-up.tar: blobs/*: ..: a path that leads upwards" layout-whiteout-up.tar
	archive layout-path
	refused_with 'layout-path.tar: a descriptor without a SHA-256 digest: "sha256:../../../etc/passwd"' layout-path.tar
}

@test "attacks: links end inside" {
	local name
	for name in link-up link-absolute absolute; do
		archive $name
		build $name.tar
		[ ! -e /tmp/tend-image-escaped ]
		contents | grep -qxE './tmp/tend-image-escaped f .*'
	done
	archive hardlink-missing
	refused_with "hardlink-missing.tar: mine: a hard link to /etc/passwd, which is not there" hardlink-missing.tar
	archive layout-link
	refused_with "layout-link.tar: index.json is missing" --oci layout-link.tar
}

@test "attacks: trees that cannot be" {
	archive hardlink-directory
	refused_with "hardlink-directory.tar: d/d: a hard link to d, which is a directory" hardlink-directory.tar
	archive through-file
	refused_with "through-file.tar: f/g: something on the way to it is not a directory" through-file.tar
	archive link-loop
	refused_with "link-loop.tar: a/x: a: Too many levels of symbolic links" link-loop.tar
	archive link-empty
	refused_with "link-empty.tar: a: a symbolic link that is empty or too long" link-empty.tar
	archive long-name
	refused_with "long-name.tar: $(printf 'n%.0s' {1..40})...: a name longer than 255 bytes" long-name.tar
	archive deep
	refused_with "deep.tar: l3/x: directories more than 2048 deep" deep.tar
	archive device-number
	refused_with "device-number.tar: d: its device's numbers are none" device-number.tar
	archive owner
	refused_with "owner.tar: f: its owner's number is none" owner.tar
	archive layout-whiteout-nothing
	refused_as "layout-whiteout-nothing.tar: blobs/*: .wh.: a whiteout of nothing" layout-whiteout-nothing.tar
}

@test "attacks: what is cut short or damaged is refused" {
	local name
	for name in cut-file layout-cut; do
		archive $name
		refused_with "$name.tar: Truncated tar archive" $name.tar
	done
	archive cut-gzip
	refused_with "cut-gzip.tar: truncated gzip input" cut-gzip.tar
	archive text
	refused_with "text.tar: Unrecognized archive format" text.tar
	archive empty
	refused_with "empty.tar: empty" empty.tar
	archive layout-layer-cut
	refused_as "layout-layer-cut.tar: blobs/*: Truncated tar archive" layout-layer-cut.tar
	archive layout-gzip-cut
	refused_as "layout-gzip-cut.tar: blobs/*: truncated gzip input" layout-gzip-cut.tar
}

@test "attacks: digests are compared" {
	local name
	for name in layout-flipped layout-diff-id docker-config-damaged; do
		archive $name
		refused_as "$name.tar: * is damaged: its digest is sha256:*, not sha256:*" $name.tar
	done
	archive layout-layer-missing
	refused_as "layout-layer-missing.tar: blobs/sha256/* is missing" layout-layer-missing.tar
	for name in layout-counts layout-no-diff-ids; do
		archive $name
		refused_with "$name.tar: the configuration and the manifest do not agree on the layers" $name.tar
	done
}

@test "attacks: indexes and configurations that are none" {
	archive layout-arm
	refused_with "layout-arm.tar: it is for linux/arm64, not linux/amd64" layout-arm.tar
	archive layout-config
	refused_with "image configuration: Env: is not an array of strings" layout-config.tar
	archive layout-config-text
	refused_as "layout-config-text.tar: blobs/sha256/*: line 1: *" layout-config-text.tar
	archive layout-index-text
	refused_as "layout-index-text.tar: index.json: line 1: *" layout-index-text.tar
	archive layout-index-empty
	refused_with "layout-index-empty.tar: it holds no image for linux/amd64" layout-index-empty.tar
	archive layout-deep
	refused_with "layout-deep.tar: indexes more than 4 deep" layout-deep.tar
	archive docker-two
	refused_with "docker-two.tar: it holds 2 images: name the one you mean with --reference" docker-two.tar
	refused_with "docker-two.tar: it holds no image c:1" --reference c:1 docker-two.tar
	build --reference b:1 docker-two.tar
}

@test "attacks: files of zeroes and holes take no room" {
	archive zeroes
	archive sparse
	archive sparse-huge
	build zeroes.tar
	[ "$(stat -c %s image.tend)" -lt 1000000 ]
	build sparse.tar
	[ "$(stat -c %s image.tend)" -lt 10000000 ]
	[[ $(dump.erofs --path=/sparse image.tend) == *"Size: $((1 << 40)) "* ]]
	refused_with "what was unpacked: a file larger than 16 TiB" sparse-huge.tar
}

@test "attacks: names do not speak to the terminal" {
	python3 -c 'import tarfile, sys
archive = tarfile.open(fileobj=sys.stdout.buffer, mode="w|")
archive.addfile(tarfile.TarInfo("\033]0;title\007\n/../x"))' >names.tar
	refused_with 'names.tar: ?]0;title??/../x: a path that leads upwards' names.tar
}

# Builds NAME as nobody and as root alike: every kind of file, whoever builds.
@test "attacks: devices, owners and modes are kept as data, without root" {
	nobody_setup
	archive every-kind
	as_nobody ./tend build -q every-kind.tar -o out/image.tend
	"$TEND" build -q every-kind.tar -o image.tend
	cmp image.tend out/image.tend
	contents | tee listing
	grep -qx './dir d 1777 7:8' listing
	grep -qx './dir/large-id f 644 3000000000:4000000000' listing
	grep -qx './disk b 640 0:6' listing
	grep -qx './link l 777 0:0 dir/../dir/setuid' listing
	grep -qx './name f 755 1:2' listing
	grep -qaxF './näme f 644 0:0' listing
	# Where the other reader does not tell, a guest does.
	equal setuid "4755 2 1:2" "$("$TEND" run --root ./image.tend -- /busybox stat -c '%a %h %u:%g' /dir/setuid)"
	[[ $(dump.erofs --path=/capable image.tend) != *"Xattr size: 0"* ]]
	equal device 1:3 "$(stat -c %t:%T extracted/null)"
}

@test "attacks: programs are read by whoever packs them, never run or loaded" {
	"$BATS_TEST_DIRNAME/programs.py" "$DIR"
	printf '#!%s\n' "$DIR/evil" >script
	chmod 755 script
	for program in evil script; do
		build --program ./$program
		[ ! -e escaped ]
	done
	# Nor where none is built but to be run: the guest's own loader is what it harms then.
	timeout "$PATIENCE" "$TEND" run ./evil || true
	[ ! -e escaped ]
}

@test "attacks: programs choose no files of the caller's for their images" {
	"$BATS_TEST_DIRNAME/programs.py" "$DIR"
	refused_with "$DIR/loader: its loader is $DIR/secret, which is unknown here: build a root directory" ./loader
	refused_with "$DIR/two-loaders: neither a program for x86-64 nor a script" ./two-loaders
	local needs="which is not among the system's libraries: build a root directory"
	refused_with "$DIR/runpath: needs libsecret.so, $needs" ./runpath
	refused_with "$DIR/rpath: needs libsecret.so, $needs" ./rpath
	refused_with "$DIR/needed: needs $DIR/lib/libsecret.so, $needs" ./needed
	refused_with "$DIR/needed-up: needs ../..$DIR/lib/libsecret.so, $needs" ./needed-up
	build --program ./newline
	contents >/dev/null
	[ -e extracted/usr/lib/x86_64-linux-gnu/libc.so.6 ]
	equal "files of the caller's" "$DIR/newline" "$(cd extracted && find ".$DIR" -type f | sed 's/^.//')"
}
