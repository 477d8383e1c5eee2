/* The command line of tend-linux. */
#include "tender/linux/options.h"
#include "tests/unit/unit.h"

#define ARGUMENTS_MAX 13

static int parse(const char *const *arguments, struct linux_options *options, struct error *error)
{
	char *argv[ARGUMENTS_MAX + 1] = {(char[]){"tend-linux"}};
	int argc = 1;

	memset(error, 0, sizeof(*error));
	for (; arguments[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)arguments[argc - 1];
	return linux_options_parse(argc, argv, options, error);
}

static void test_defaults(void **state)
{
	const char *const arguments[] = {"--kernel=k", "--image=i", "--", "/bin/sh", "--", "--mem=7", NULL};
	struct linux_options options;
	struct error error;

	(void)state;
	success_expect("defaults", parse(arguments, &options, &error), &error);
	assert_string_equal(options.kernel, "k");
	assert_string_equal(options.image, "i");
	assert_string_equal(options.directory, "/");
	assert_string_equal(options.hostname, "tend");
	assert_int_equal(options.mem_bytes, 512u << 20);
	assert_int_equal(options.policy, KERNEL_POLICY_STANDARD);
	assert_int_equal(options.user_id, 0);
	assert_int_equal(options.group_id, 0);
	assert_int_equal(options.image_fd, -1);
	assert_int_equal(options.trace_fd, -1);
	assert_int_equal(options.stat_fd, -1);
	assert_int_equal(options.stop_timeout_s, 0);
	assert_int_equal(options.status_fd, -1);
	assert_int_equal(options.mount_count, 0);
	assert_false(options.is_read_only);
	assert_false(options.has_terminal);
	assert_false(options.has_all_namespaces);
	assert_int_equal(options.program, 4);
	assert_int_equal(options.environment_count, 0);
}

static void test_all(void **state)
{
	const char *const arguments[] = {"--kernel=k",
					 "--image=i",
					 "--mem=1048576",
					 "--policy=strict",
					 "--workdir=/",
					 "--env=A=1",
					 "--env=B=",
					 "--user=4294967294",
					 "--hostname=h",
					 "--stat=0",
					 "--stop-timeout=7",
					 "--",
					 "p",
					 NULL};
	struct linux_options options;
	struct error error;

	(void)state;
	success_expect("all", parse(arguments, &options, &error), &error);
	assert_int_equal(options.mem_bytes, 1ull << 40);
	assert_int_equal(options.policy, KERNEL_POLICY_STRICT);
	assert_int_equal(options.user_id, 4294967294u);
	assert_int_equal(options.group_id, 4294967294u);
	assert_int_equal(options.environment_count, 2);
	assert_int_equal(options.stat_fd, 0);
	assert_int_equal(options.stop_timeout_s, 7);
	assert_string_equal(linux_options_variable("--env=A=1"), "A=1");
	assert_null(linux_options_variable("--environment"));
}

static void test_image_descriptor(void **state)
{
	const char *const nameless[] = {"--kernel=k", "--image-fd=7", "--", "p", NULL};
	const char *const named[] = {"--kernel=k", "--image-fd=7", "--image=i", "--", "p", NULL};
	struct linux_options options;
	struct error error;

	(void)state;
	success_expect("nameless", parse(nameless, &options, &error), &error);
	assert_int_equal(options.image_fd, 7);
	assert_string_equal(options.image, "--image-fd");
	success_expect("named", parse(named, &options, &error), &error);
	assert_int_equal(options.image_fd, 7);
	assert_string_equal(options.image, "i");
}

static void test_mounts(void **state)
{
	const char *const arguments[] = {"--kernel=k",
					 "--image=i",
					 "--tmpfs=0:1777:/tmp",
					 "--tmpfs=9223372036854775807:0:/a:b",
					 "--volume=0:dir:/d",
					 "--volume=2147483647:file:/f",
					 "--read-only",
					 "--tty",
					 "--ns=all",
					 "--status-fd=5",
					 "--",
					 "p",
					 NULL};
	struct linux_options options;
	struct error error;

	(void)state;
	success_expect("mounts", parse(arguments, &options, &error), &error);
	assert_int_equal(options.mount_count, 4);
	assert_int_equal(options.mounts[0].kind, KERNEL_MOUNT_TMPFS);
	assert_int_equal(options.mounts[0].mode, 01777);
	assert_int_equal(options.mounts[0].bytes, 0);
	assert_string_equal(options.mounts[0].path, "/tmp");
	assert_int_equal(options.mounts[1].bytes, INT64_MAX);
	assert_string_equal(options.mounts[1].path, "/a:b");
	assert_int_equal(options.mounts[2].kind, KERNEL_MOUNT_VOLUME);
	assert_int_equal(options.mounts[2].fd, 0);
	assert_int_equal(options.mounts[3].kind, KERNEL_MOUNT_FILE);
	assert_int_equal(options.mounts[3].fd, 2147483647);
	assert_string_equal(options.mounts[3].path, "/f");
	assert_true(options.is_read_only);
	assert_true(options.has_terminal);
	assert_true(options.has_all_namespaces);
	assert_int_equal(options.status_fd, 5);
}

static void test_too_many_mounts(void **state)
{
	char *argv[KERNEL_MOUNTS_MAX + 7] = {(char[]){"tend-linux"}, (char[]){"--kernel=k"}, (char[]){"--image=i"}};
	struct linux_options options;
	struct error error = {0};
	char mount[] = "--tmpfs=0:0:/t";
	int argc = 3;

	(void)state;
	while (argc < KERNEL_MOUNTS_MAX + 3)
		argv[argc++] = mount;
	argv[argc] = (char[]){"--"};
	argv[argc + 1] = (char[]){"p"};
	success_expect("as many as there may be", linux_options_parse(argc + 2, argv, &options, &error), &error);
	argv[argc++] = mount;
	argv[argc] = (char[]){"--"};
	argv[argc + 1] = (char[]){"p"};
	error_expect("one more", linux_options_parse(argc + 2, argv, &options, &error), &error,
		     "--tmpfs: /t: at most 16 mounts, --tmpfs and -v together");
}

static void test_bad_values(void **state)
{
	static const char *const bad[][2] = {
		{"--mem=", "--mem=: not a number of MiB from 1 to 1048576"},
		{"--mem=1048577", "--mem=1048577: not a number of MiB from 1 to 1048576"},
		{"--mem=18446744073709551617", "--mem=18446744073709551617: not a number of MiB from 1 to 1048576"},
		{"--policy=", "--policy=: not one of strict, standard"},
		{"--workdir=", "--workdir=: not an absolute path"},
		{"--env==x", "--env==x: not of the form VAR=VALUE"},
		{"--env=", "--env=: not of the form VAR=VALUE"},
		{"--user=", "--user=: not of the form UID[:GID], in numbers"},
		{"--user=1:", "--user=1:: not of the form UID[:GID], in numbers"},
		{"--user=1:2:3", "--user=1:2:3: not of the form UID[:GID], in numbers"},
		{"--user=:1", "--user=:1: not of the form UID[:GID], in numbers"},
		{"--user=4294967295", "--user=4294967295: not of the form UID[:GID], in numbers"},
		{"--user=1:99999999999999999999",
		 "--user=1:99999999999999999999: not of the form UID[:GID], in numbers"},
		{"--user=-1", "--user=-1: not of the form UID[:GID], in numbers"},
		{"--trace=2147483648", "--trace=2147483648: not a file descriptor's number"},
		{"--image-fd=-1", "--image-fd=-1: not a file descriptor's number"},
		{"--stop-timeout=0", "--stop-timeout=0: not a number of seconds from 1 to 1000000"},
		{"--stat=", "--stat=: not a file descriptor's number"},
		{"--status-fd=x", "--status-fd=x: not a file descriptor's number"},
		{"--ns=", "--ns=: not one of pid, all"},
		{"--ns=alle", "--ns=alle: not one of pid, all"},
		{"--read-only=1", "--read-only=1: it takes no value"},
		{"--tty=1", "--tty=1: it takes no value"},
		{"--tmpfs=", "--tmpfs=: not of the form BYTES:MODE:PATH"},
		{"--tmpfs=1:8:/x", "--tmpfs=1:8:/x: not of the form BYTES:MODE:PATH"},
		{"--tmpfs=1:10000:/x", "--tmpfs=1:10000:/x: not of the form BYTES:MODE:PATH"},
		{"--tmpfs=9223372036854775808:0:/x",
		 "--tmpfs=9223372036854775808:0:/x: not of the form BYTES:MODE:PATH"},
		{"--tmpfs=99999999999999999999:0:/x",
		 "--tmpfs=99999999999999999999:0:/x: not of the form BYTES:MODE:PATH"},
		{"--tmpfs=:0:/x", "--tmpfs=:0:/x: not of the form BYTES:MODE:PATH"},
		{"--tmpfs=0:0:x", "--tmpfs: x: not an absolute path"},
		{"--volume=1:/x", "--volume=1:/x: not of the form FD:dir|file:PATH"},
		{"--volume=1:dir:", "--volume: : not an absolute path"},
		{"--volume=2147483648:dir:/x", "--volume=2147483648:dir:/x: not of the form FD:dir|file:PATH"},
	};
	struct linux_options options;
	struct error error;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
		const char *const arguments[] = {"--kernel=k", "--image=i", bad[i][0], "--", "p", NULL};

		error_expect(bad[i][0], parse(arguments, &options, &error), &error, bad[i][1]);
	}
}

static void test_usage_covers_every_option(void **state)
{
	size_t lines = 0;

	(void)state;
	while (linux_options_usage_line(lines))
		assert_memory_equal(linux_options_usage_line(lines++), "    --", 6);
	assert_int_equal(lines, 27);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_image_descriptor),
		cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_too_many_mounts),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_usage_covers_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
