/* What /proc/self/cgroup says about where a guest's control group can be made. */
#include "tender/linux/cgroup.h"
#include "tests/unit/unit.h"

static void test_places(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		bool found;
		bool is_unified;
		const char *memory;
		const char *pids;
	} cases[] = {
		{"version 2", "0::/user.slice/a.scope\n", true, true, "/user.slice/a.scope", ""},
		{"version 2, at the root", "0::/\n", true, true, "/", ""},
		{"version 1", "9:name=systemd:/\n8:pids:/p\n4:memory:/m/n\n0::/u\n", true, false, "/m/n", "/p"},
		{"several controllers in one", "3:cpu,memory,io:/x\n2:rdma,pids:/y\n", true, false, "/x", "/y"},
		{"names that only begin so", "3:memoryx:/x\n2:xmemory:/y\n1:name=memory:/z\n", false, false, "", ""},
		{"version 1 without memory, and version 2", "2:pids:/p\n0::/u\n", true, true, "/u", "/p"},
		{"a colon in the path", "4:memory:/a:b\n", true, false, "/a:b", ""},
		{"no newline at the end", "4:memory:/a", true, false, "/a", ""},
		{"nothing", "", false, false, "", ""},
		{"nonsense", "memory\n::::\n:\n", true, true, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct cgroup_place place;

		if (cgroup_place_read(cases[i].text, &place) != cases[i].found)
			fail_msg("%s: found or not", cases[i].what);
		if (!cases[i].found)
			continue;
		if (place.is_unified != cases[i].is_unified || strcmp(place.memory, cases[i].memory) != 0 ||
		    strcmp(place.pids, cases[i].pids) != 0)
			fail_msg("%s: %d \"%s\" \"%s\"", cases[i].what, place.is_unified, place.memory, place.pids);
	}
}

/* A path without room is left out rather than cut: a part of it would be another group. */
static void test_long_path(void **state)
{
	char text[CGROUP_PATH_MAX + 32] = "4:memory:/";
	size_t head = strlen("4:memory:");
	struct cgroup_place place;

	(void)state;
	memset(text + head + 1, 'x', CGROUP_PATH_MAX - 2);
	assert_true(cgroup_place_read(text, &place));
	assert_int_equal(strlen(place.memory), CGROUP_PATH_MAX - 1);
	text[head + CGROUP_PATH_MAX - 1] = 'x';
	assert_true(cgroup_place_read(text, &place));
	assert_string_equal(place.memory, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_long_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
