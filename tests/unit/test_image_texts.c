/* The texts that image sources are made of: configurations, accounts, what dpkg and apt print. */
#include <stdio.h>
#include <stdlib.h>

#include "image/accounts.h"
#include "image/apt.h"
#include "image/config.h"
#include "image/interpreter.h"
#include "image/packages.h"
#include "image/program_accounts.h"
#include "tests/unit/unit.h"

static void list_expect(const char *what, char *const *list, const char *wanted)
{
	char text[400] = "";

	for (; *list; list++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s|", *list);
	if (strcmp(text, wanted) != 0)
		fail_msg("%s: %s instead of %s", what, text, wanted);
}

static void configurations_are_read(void **state)
{
	static const char text[] =
		"{\"architecture\": \"amd64\", \"config\": {\"Entrypoint\": [\"/bin/x\", \"-y\"], \"Cmd\": null,"
		" \"Env\": [\"A=1\", \"=no\", \"B=2\", \"A=3\", \"none\"], \"User\": \"redis:7\", \"WorkingDir\": \"/data\","
		" \"ExposedPorts\": {\"6379/tcp\": {}, \"53/udp\": {}, \"80\": {}}, \"Volumes\": {\"/data\": {}},"
		" \"StopSignal\": \"SIGINT\", \"Labels\": {\"b\": \"2\", \"a\": \"1\"}, \"Other\": [1]}}";
	struct image_config config;
	struct error error = {0};

	(void)state;
	success_expect("config", image_config_parse(text, strlen(text), &config, &error), &error);
	list_expect("entrypoint", config.entrypoint, "/bin/x|-y|");
	list_expect("cmd", config.cmd, "");
	list_expect("env", config.env, "A=3|B=2|");
	list_expect("ports", config.exposed_ports, "53/udp|6379/tcp|80/tcp|");
	list_expect("volumes", config.volumes, "/data|");
	list_expect("labels", config.labels, "a=1|b=2|");
	assert_string_equal(config.user, "redis:7");
	assert_string_equal(config.workdir, "/data");
	assert_string_equal(config.stop_signal, "SIGINT");
	image_config_free(&config);
	success_expect("none", image_config_parse("{}", 2, &config, &error), &error);
	list_expect("no entrypoint", config.entrypoint, "");
	assert_string_equal(config.user, "");
	image_config_free(&config);
}

static void accounts_are_found(void **state)
{
	static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\nbroken:x:1\n10:x:7:8::/seven:\nx:x:10:11::/ten:";
	static const char group[] = "root:x:0:\nredis:x:99:a,b\n";
	const struct accounts_text users = {passwd, sizeof(passwd) - 1}, groups = {group, sizeof(group) - 1};
	struct account account;
	uint32_t gid;

	(void)state;
	assert_true(accounts_user(users, "root", 4, &account));
	assert_int_equal(account.id, 0);
	/* A name that looks like a number is a name first. */
	assert_true(accounts_user(users, "10", 2, &account));
	assert_int_equal(account.id, 7);
	assert_int_equal(account.group, 8);
	assert_true(accounts_user(users, "x", 1, &account));
	assert_int_equal(account.id, 10);
	assert_int_equal(account.home_length, 4);
	assert_memory_equal(account.home, "/ten", 4);
	assert_false(accounts_user(users, "broken", 6, &account));
	assert_false(accounts_user(users, "roo", 3, &account));
	assert_true(accounts_group(groups, "redis", 5, &gid));
	assert_int_equal(gid, 99);
	assert_false(accounts_number("4294967295", 10, &gid));
	assert_false(accounts_number("", 0, &gid));
	assert_false(accounts_number("-1", 2, &gid));
}

static void people_are_left_out(void **state)
{
	char text[] = "root:x:0:0::/:\nann:x:1000:1000::/home/ann:\nnobody:x:65534:1::/:\nodd\nredis:x:999:2::/:";

	(void)state;
	text[program_accounts_keep(text, strlen(text))] = '\0';
	assert_string_equal(text, "root:x:0:0::/:\nnobody:x:65534:1::/:\nredis:x:999:2::/:");
}

static void wanted_expect(const struct packages *packages, const char *wanted)
{
	char text[200] = "";

	for (uint32_t i = 0; i < packages->count; i++) {
		if (packages->all[i].wanted)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", packages->all[i].name);
	}
	assert_string_equal(text, wanted);
}

static void packages_want_what_they_depend_on(void **state)
{
	char text[] =
		"a\tinstalled\t\tlibc6 (>= 2), none | b:any, v\nb\tinstalled\t\ta\nlibc6:amd64\tinstalled\t\t, \n"
		"gone\tconfig-files\t\t\nr\tinstalled\tv (= 1), w\t\nx\tinstalled\t\t\nx-minimal\tinstalled\t\tb\n"
		"short\tinstalled\n";
	char owners[] = "diversion by a from: /x\nx-minimal, gone: /usr/bin/x\n: /y\n";
	struct packages packages;
	struct error error = {0};

	(void)state;
	success_expect("packages", packages_parse(&packages, text, &error), &error);
	assert_int_equal(packages.count, 6);
	packages_want(&packages, "none");
	wanted_expect(&packages, "");
	packages_want(&packages, "a");
	wanted_expect(&packages, "a b libc6:amd64 r ");
	packages_owners_parse(&packages, owners);
	wanted_expect(&packages, "a b libc6:amd64 r x x-minimal ");
	packages_free(&packages);
}

static void files_of_apt_are_named(void **state)
{
	static const char text[] =
		"Reading...\n'http://x/a_1%3a2.deb' a_1%3a2.deb 10 SHA256:00\n'broken\n'u' b.deb 1 \n";
	struct error error = {0};
	uint32_t count;
	char **files;

	(void)state;
	success_expect("files", apt_files_parse(text, &files, &count, &error), &error);
	assert_int_equal(count, 2);
	assert_string_equal(files[0], "a_1%3a2.deb");
	assert_string_equal(files[1], "b.deb");
	for (uint32_t i = 0; i < count; i++)
		free(files[i]);
	free(files);
	error_expect("up", apt_files_parse("'u' ../x 1 \n", &files, &count, &error), &error,
		     "apt-get named a file that is none: 'u' ../x 1 ");
	free(files);
}

static void interpreters_are_found(void **state)
{
	static const struct {
		const char *text;
		bool is_good;
		const char *path;
		const char *command;
	} cases[] = {
		{"#!/bin/sh\n", true, "/bin/sh", ""},
		{"#! /usr/bin/env  python3 -x\n", true, "/usr/bin/env", "python3"},
		{"#!/usr/bin/env -S x\n", true, "/usr/bin/env", ""},
		{"#!/bin/sh", true, "/bin/sh", ""},
		{"#!sh\n", false, "", ""},
		{"#!\n", false, "", ""},
		{"text", false, "", ""},
		{"\177ELF", false, "", ""},
	};
	struct interpreter interpreter;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		if (interpreter_parse(cases[i].text, strlen(cases[i].text), &interpreter) != cases[i].is_good)
			fail_msg("%s", cases[i].text);
		if (cases[i].is_good) {
			assert_string_equal(interpreter.path, cases[i].path);
			assert_string_equal(interpreter.command, cases[i].command);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations_are_read), cmocka_unit_test(accounts_are_found),
		cmocka_unit_test(people_are_left_out),     cmocka_unit_test(packages_want_what_they_depend_on),
		cmocka_unit_test(files_of_apt_are_named),  cmocka_unit_test(interpreters_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
