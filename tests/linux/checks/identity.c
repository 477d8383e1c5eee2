/* Users, groups, capabilities, permissions, prctl. */
#include "matrix.h"

#include <linux/capability.h>
#include <sys/prctl.h>

/* Users in the order real, effective, saved. */
static void users_show(void)
{
	unsigned users[3], groups[3];
	QUIET(getresuid, &users[0], &users[1], &users[2]);
	QUIET(getresgid, &groups[0], &groups[1], &groups[2]);
	NOTE("users %u %u %u groups %u %u %u", users[0], users[1], users[2], groups[0], groups[1], groups[2]);
}

static void capabilities_show(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {{0}};
	long result = QUIET(capget, &header, data);
	NOTE("capget = %s effective %#x %#x permitted %#x inheritable %#x", result_name(result), data[0].effective,
	     data[1].effective, data[0].permitted, data[0].inheritable);
}

CHECK(ids_of_root, "getuid,geteuid,getgid,getegid,getresuid,getresgid,getgroups")
{
	unsigned groups[64];
	CALL(getuid);
	CALL(geteuid);
	CALL(getgid);
	CALL(getegid);
	users_show();
	CALL(getgroups, 0, NULL);
	CALL(getgroups, 64, groups);
	CALL(getgroups, -1, groups);
	FOR_ADDRESSES(getresuid, BAD, BAD, BAD);
	FOR_ADDRESSES(getresgid, BAD, BAD, BAD);
}

CHECK(groups, "setgroups,getgroups")
{
	unsigned groups[5] = {10, 20, 5, 20, 1}, read[8] = {0};
	CALL(setgroups, 5, groups);
	CALL(getgroups, 0, NULL);
	CALL(getgroups, 4, read);
	CALL(getgroups, 8, read);
	NOTE("%u %u %u %u %u", read[0], read[1], read[2], read[3], read[4]); /* sorted */
	FOR_ADDRESSES(getgroups, 8, BAD);
	FOR_ADDRESSES(setgroups, 2, BAD);
	CALL(setgroups, 65537, groups);
	CALL(setgroups, -1, groups);
	CALL(setgroups, 0, NULL);
	CALL(getgroups, 0, NULL);
}

CHECK(users_switch_and_return, "setresuid,setresgid,setreuid,setregid,setfsuid,setfsgid,setuid,setgid,capget,prctl")
{
	CALL(setresgid, -1, 100, -1);
	users_show();
	CALL(setresuid, -1, 1000, -1);
	users_show();
	capabilities_show(); /* effective ones are gone, permitted ones stay */
	CALL(prctl, PR_GET_DUMPABLE);
	CALL(setresuid, 5, -1, -1);
	CALL(setresuid, -1, 6, -1);
	CALL(setresgid, -1, 7, -1);
	CALL(setgroups, 0, NULL);
	CALL(setresuid, -1, 0, -1);
	capabilities_show();
	CALL(setregid, -1, 0);
	CALL(setreuid, -1, 1000);
	users_show();
	CALL(setreuid, -1, 0);
	CALL(setfsuid, 1000);
	CALL(setfsuid, -1);
	CALL(setfsuid, 0);
	CALL(setfsgid, 5);
	CALL(setfsgid, 0);
	users_show();
	CALL(setuid, -1);
	CALL(setgid, -1);
	CALL(setgid, 60);
	users_show(); /* all three, with the right to */
	CALL(setresgid, 0, 0, 0);
	CALL(setresuid, 0, 1000, 5);
	CALL(setuid, 7);
	CALL(setgid, 7);
	CALL(setuid, 5);
	users_show(); /* the effective one only, without */
	CALL(setuid, 0);
	users_show();
	CALL(setresuid, 0, 0, 0);
	CALL(setresgid, 0, 0, 0);
}

CHECK(capabilities, "capget,capset,prctl")
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2], changed[2];
	capabilities_show();
	CALL(capget, &header, data);
	memcpy(changed, data, sizeof data);
	changed[0].effective &= ~(1u << CAP_CHOWN);
	CALL(capset, &header, changed);
	file_make("a", "");
	CALL(chown, "a", 1, 1);
	CALL(capset, &header, data);
	CALL(chown, "a", 1, 1);
	changed[0].effective = data[0].effective | 1u << CAP_SYS_ADMIN;
	CALL(capset, &header, changed);
	changed[0].permitted = changed[0].effective;
	CALL(capset, &header, changed);
	header.version = 0;
	CALL(capget, &header, data);
	SHOW_HEX(header.version);
	header.version = 0;
	CALL(capget, &header, NULL);
	header = (struct __user_cap_header_struct){_LINUX_CAPABILITY_VERSION_3, 4000000};
	CALL(capget, &header, data);
	header.pid = -1;
	CALL(capget, &header, data);
	FOR_ADDRESSES(capget, BAD, data);
	for (int cap = 0; cap < 42; cap += 3)
		NOTE("bounding %d: %s", cap, result_name(QUIET(prctl, PR_CAPBSET_READ, cap, 0, 0, 0)));
	CALL(prctl, PR_CAPBSET_READ, 64, 0, 0, 0);
	CALL(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0);
}

CHECK(permissions_of_users, "setresuid,open,access,mkdir,unlink,chmod,chown,rename")
{
	CALL(chmod, ".", 0777);
	file_make("private", "x");
	CALL(chmod, "private", 0600);
	file_make("public", "x");
	CALL(mkdir, "closed", 0700);
	file_make("closed/inner", "x");
	CALL(mkdir, "sticky", 0755);
	CALL(chmod, "sticky", 01777);
	file_make("sticky/roots", "x");
	CALL(mkdir, "readonly", 0755);
	file_make("mine", "x");
	CALL(chown, "mine", 1000, 1000);
	CALL(chmod, "mine", 0);
	CALL(setresuid, -1, 1000, -1);
	CALL(open, "private", O_RDONLY);
	CALL(open, "public", O_RDONLY);
	CALL(open, "public", O_WRONLY);
	CALL(open, "public", O_WRONLY | O_TRUNC);
	CALL(open, "closed/inner", O_RDONLY);
	CALL(open, "closed", O_RDONLY);
	CALL(stat, "closed/inner", NULL);
	CALL(open, "mine", O_RDONLY);
	CALL(chmod, "mine", 0600);
	CALL(open, "mine", O_RDWR);
	CALL(chmod, "public", 0777);
	CALL(chown, "mine", 1001, -1);
	CALL(chown, "public", 1000, -1);
	CALL(unlink, "sticky/roots");
	CALL(rename, "sticky/roots", "taken");
	CALL(open, "sticky/own", O_CREAT | O_RDWR, 0644);
	CALL(unlink, "sticky/own");
	CALL(mkdir, "readonly/x", 0755);
	CALL(open, "readonly/x", O_CREAT | O_RDWR, 0644);
	CALL(access, "private", R_OK); /* by the real user, who is root */
	CALL(faccessat2, AT_FDCWD, "private", R_OK, AT_EACCESS);
	CALL(utimensat, AT_FDCWD, "public", NULL, 0);
	CALL(mknod, "device", S_IFCHR | 0644, 0x103);
	CALL(setresuid, -1, 0, -1);
	CALL(open, "private", O_RDONLY);
}

CHECK(permissions_of_groups, "setresuid,setresgid,setgroups,open,chown,chmod")
{
	const unsigned extra[] = {50};
	CALL(chmod, ".", 0755);
	file_make("group", "x");
	CALL(chown, "group", 0, 50);
	CALL(chmod, "group", 0640);
	file_make("excluded", "x");
	CALL(chown, "excluded", 1000, 50);
	CALL(chmod, "excluded", 0067);
	CALL(setgroups, 1, extra);
	CALL(setresgid, -1, 60, -1);
	CALL(setresuid, -1, 1000, -1);
	CALL(open, "group", O_RDONLY);
	CALL(open, "group", O_WRONLY);
	CALL(open, "excluded", O_RDONLY); /* the owner's bits count, not the others' */
	CALL(chown, "excluded", -1, 50);
	CALL(chown, "excluded", -1, 70);
	CALL(chmod, "excluded", 02755);
	CALL(setresuid, -1, 0, -1);
	CALL(setresgid, -1, 0, -1);
	CALL(setgroups, 0, NULL);
}

CHECK(prctl_options, "prctl")
{
	char name[16] = "";
	long value = -1;
	CALL(prctl, PR_SET_NAME, "a name that is too long");
	CALL(prctl, PR_GET_NAME, name);
	SHOW_TEXT(name, 16);
	CALL(prctl, PR_SET_NAME, "conform");
	FOR_ADDRESSES(prctl, PR_GET_NAME, BAD);
	CALL(prctl, PR_GET_DUMPABLE);
	CALL(prctl, PR_SET_DUMPABLE, 0);
	CALL(prctl, PR_GET_DUMPABLE);
	CALL(prctl, PR_SET_DUMPABLE, 2);
	CALL(prctl, PR_SET_DUMPABLE, 1);
	CALL(prctl, PR_GET_PDEATHSIG, &value);
	CALL(prctl, PR_SET_PDEATHSIG, 15);
	CALL(prctl, PR_GET_PDEATHSIG, &value);
	SHOW((int)value);
	CALL(prctl, PR_SET_PDEATHSIG, 100);
	CALL(prctl, PR_SET_PDEATHSIG, 0);
	CALL(prctl, PR_GET_KEEPCAPS);
	CALL(prctl, PR_SET_KEEPCAPS, 1);
	CALL(prctl, PR_GET_KEEPCAPS);
	CALL(prctl, PR_SET_KEEPCAPS, 2);
	CALL(prctl, PR_SET_KEEPCAPS, 0);
	CALL(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	CALL(prctl, PR_GET_SECUREBITS);
	CALL(prctl, PR_GET_TIMERSLACK);
	CALL(prctl, PR_GET_CHILD_SUBREAPER, &value);
	CALL(prctl, PR_GET_THP_DISABLE, 0, 0, 0, 0);
	CALL(prctl, PR_SET_THP_DISABLE, 0, 1, 0, 0);
	CALL(prctl, PR_SET_MM, 99, 0, 0, 0);
	CALL(prctl, 9999);
	CALL(prctl, -1);
}
