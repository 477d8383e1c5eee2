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
