#!/usr/bin/env bats
# What images are made of: layouts and archives as skopeo, umoci and buildah write them, tar archives, Debian packages,
# programs of this host.

load image.bash

setup_file() {
	archives_make
}

setup() {
	image_setup
	mkdir -p rootfs/bin rootfs/dir/sub
	cp /bin/busybox rootfs/bin/
	ln -s busybox rootfs/bin/sh
	echo a >rootfs/dir/a
	echo b >rootfs/dir/sub/b
	echo keep >rootfs/keep
	chmod -R u=rwX,go=rX rootfs
}

teardown() {
	image_teardown
}

# An OCI layout of three layers: files, an opaque directory over them, a whiteout.
layout_make() {
	mkdir up
	echo c >up/c
	umoci init --layout oci
	umoci new --image oci:v1
	umoci insert --image oci:v1 rootfs /
	umoci insert --opaque --image oci:v1 up /dir
	umoci insert --whiteout --image oci:v1 /keep
	umoci config --image oci:v1 --config.entrypoint /bin/sh --config.env A=B --config.user 1000:1000 \
		--config.workingdir /dir
}

layout_contains() {
	contains "./bin d 755 0:0" "./bin/busybox f 755 0:0" "./bin/sh l 777 0:0 busybox" "./dir d 755 0:0" \
		"./dir/c f 644 0:0"
}

@test "sources: an OCI layout, as umoci wrote it, and what it is in archives" {
	layout_make
	build oci
	layout_contains
	mv image.tend oci.tend
	# The configuration is kept as it is.
	equal "entrypoint" '["/bin/sh"]' "$("$TEND" image inspect ./oci.tend | jq -c .configuration.config.Entrypoint)"
	skopeo copy -q oci:oci:v1 oci-archive:archive.tar:v1
	build archive.tar
	cmp oci.tend image.tend
	build --reference v1 --oci - <archive.tar
	cmp oci.tend image.tend
	refused_with "oci: it holds no image v2 for linux/amd64" --reference v2 oci
	skopeo copy -q --dest-compress-format zstd oci:oci:v1 oci:zstd:v1
	file zstd/blobs/sha256/* | grep -q Zstandard
	build zstd
	layout_contains
	skopeo copy -q oci:oci:v1 docker-archive:docker.tar:some/name:v1
	build docker.tar
	layout_contains
	build --reference some/name:v1 --docker docker.tar
	layout_contains
}

@test "sources: an image of buildah's runs" {
	local buildah=(buildah --root "$DIR/storage" --runroot "$DIR/run" --storage-driver vfs) container
	container=$("${buildah[@]}" from scratch)
	"${buildah[@]}" copy -q "$container" rootfs /
	"${buildah[@]}" config --entrypoint '["/bin/sh", "-c"]' --cmd "'pwd; echo \$GREETING'" --env GREETING=hello \
		--workingdir /dir/sub "$container"
	"${buildah[@]}" commit -q "$container" oci:layout:latest
	"${buildah[@]}" rm "$container"
	build layout
	run --separate-stderr "$TEND" run ./image.tend
	equal output $'/dir/sub\nhello' "$output"
}

@test "sources: whiteouts hide former layers only" {
	archive layout-whiteouts
	build layout-whiteouts.tar
	contains "./d d 755 0:0" "./d/new f 644 0:0" "./e d 755 0:0" "./kept f 644 0:0"
	archive docker-link
	build docker-link.tar
	contains "./f f 644 0:0"
}

@test "sources: tar archives of a root, compressed or not, are the directory" {
	touch -d '2001-02-03 04:05:06.5 UTC' rootfs/keep
	ln rootfs/keep rootfs/again
	build rootfs
	mv image.tend directory.tend
	tar -C rootfs --format=posix --owner=0 --group=0 -cf root.tar .
	build --root root.tar
	cmp directory.tend image.tend
	for tool in gzip zstd xz bzip2; do
		$tool -k -c root.tar >root.packed
		build root.packed
		cmp directory.tend image.tend
	done
	build - <root.tar
	cmp directory.tend image.tend
}

@test "sources: a tree's owners are kept by root, and root's otherwise" {
	nobody_setup
	chown 1000:1001 rootfs/dir/a
	mknod rootfs/null c 1 3
	build --root rootfs
	contents | grep -qx './dir/a f 644 1000:1001'
	as_nobody ./tend build -q --root rootfs -o out/image.tend
	contents out/image.tend | grep -qx './dir/a f 644 0:0'
	contents out/image.tend | grep -qx './null c 644 0:0'
}

@test "sources: a program of this host with its libraries and packages" {
	local jq
	jq=$(command -v jq)
	build --program "$jq"
	mv image.tend first.tend
	build "$jq"
	cmp first.tend image.tend
	contents >/dev/null
	cmp extracted/usr/bin/jq /usr/bin/jq
	[ -e extracted/lib64/ld-linux-x86-64.so.2 ]
	[ -e extracted/usr/share/doc/jq/copyright ]
	refute grep -q ':[1-5][0-9][0-9][0-9]:' extracted/etc/passwd
	[ ! -e extracted/etc/shadow ]
	equal output '{"a":1}' "$(echo '{"a": 1}' | "$TEND" run ./image.tend -c .)"
	# The first run builds, later ones find what was built.
	equal output 2 "$(echo '{"a": 2}' | "$TEND" run "$jq" .a)"
	equal images 1 "$("$TEND" image ls -q | wc -l)"
	equal output 3 "$(echo '{"a": 3}' | "$TEND" run "$jq" .a)"
	equal images 1 "$("$TEND" image ls -q | wc -l)"
}

@test "sources: a script runs with its interpreter, and what is no program is refused" {
	printf '#!/bin/sh\necho "sh $*"\n' >script
	chmod 755 script
	equal output "sh 1 2" "$("$TEND" run ./script 1 2)"
	echo text >text
	chmod 755 text
	refused_with "$DIR/text: neither a program for x86-64 nor a script" --program text
	refused_with "none: No such file or directory" --program none
}

@test "sources: Debian packages, fetched by apt without root" {
	nobody_setup
	mkdir -m 700 nobody && chown "$NOBODY" nobody
	as_nobody env XDG_CACHE_HOME="$DIR/nobody" ./tend build -q --debian busybox-static,zstd -o out/image.tend
	contents out/image.tend >listing
	grep -qx './bin l 777 0:0 usr/bin' listing
	grep -qx './usr/bin/busybox f 755 0:0' listing
	grep -qx './etc/passwd f 644 0:0' listing
	"$TEND" run --root ./out/image.tend -- /bin/zstd --version | grep -q Zstandard
	XDG_CACHE_HOME=$DIR/nobody "$TEND" build -q --debian zstd,busybox-static -o image.tend
	contents >again
	cmp listing again
	refused_with "-x: no name of a package begins with a dash" --debian zstd,-x
	refused_with "no package is named" --debian ,
}

@test "sources: the same source gives the same bytes, whenever and wherever" {
	layout_make
	archive every-kind
	for source in oci rootfs every-kind.tar; do
		build "$source"
		mv image.tend first.tend
		(umask 077 && cd / && TZ=Asia/Tokyo LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=7 "$TEND" build -q "$DIR/$source" \
			-o "$DIR/image.tend")
		cmp first.tend image.tend
	done
}

@test "sources: long work shows on a terminal how far it is" {
	archive layout
	mkfifo fifo
	(head -c 1000 layout.tar && sleep 1.2 && tail -c +1001 layout.tar) >fifo &
	run script -qec "$TEND build -o image.tend --oci - <fifo" /dev/null
	equal status 0 "$status"
	[[ $output == *"reading -: 0 MiB"* ]]
	run script -qec "$TEND build -q -o image.tend --oci layout.tar" /dev/null
	equal output "" "$output"
}

# /opt is one of the directories whose libraries are taken: an own one, in a mount namespace.
@test "sources: libraries beside a program, those that these need, and others for better CPUs" {
	nobody_setup
	echo 'int inner(void) { return 3; }' >inner.c
	echo 'int inner(void); int outer(void) { return inner() + 4; }' >outer.c
	echo 'int outer(void); int main(void) { return outer(); }' >main.c
	cat >steps <<-'END'
		set -e
		mount -t tmpfs none /opt
		mkdir -p /opt/a/bin /opt/a/lib/inner /opt/a/lib/glibc-hwcaps/x86-64-v2
		gcc -shared -fPIC inner.c -o /opt/a/lib/inner/libinner.so
		gcc -shared -fPIC outer.c -o /opt/a/lib/libouter.so -L/opt/a/lib/inner -linner \
			-Wl,--enable-new-dtags,-rpath,'$ORIGIN/inner:$ORIGIN/../inner:$ORIGIN/../../inner'
		cp /opt/a/lib/libouter.so /opt/a/lib/glibc-hwcaps/x86-64-v2/
		for tags in enable disable; do
			gcc main.c -o /opt/a/bin/main -L/opt/a/lib -louter -Wl,-rpath-link,/opt/a/lib/inner \
				-Wl,--$tags-new-dtags,-rpath,'/nowhere:${ORIGIN}/../lib'
			"$TEND" build -q -o $tags.tend --program /opt/a/bin/main
		done
	END
	TEND=$TEND unshare --mount sh steps
	for tags in enable disable; do
		run "$TEND" run ./$tags.tend
		equal status 7 "$status"
		contents $tags.tend >/dev/null
		equal libraries "glibc-hwcaps/x86-64-v2/libouter.so inner/libinner.so libouter.so" \
			"$(cd extracted/opt/a/lib && find . -type f | sed 's/^..//' | sort | xargs)"
	done
}
