/* /proc and /dev: what programs read there can be parsed, and agrees with what calls say. */
#include "matrix.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static char text[1 << 18];

/* The whole file, in pieces; its length or a negative errno. */
static long file_read(const char *path)
{
	long fd = QUIET(open, path, O_RDONLY);
	if (fd < 0) {
		NOTE("%s: %s", path, result_name(fd));
		return fd;
	}
	long length = 0, count;
	while ((count = QUIET(read, fd, text + length, 1000)) > 0 && length < (long)sizeof text - 2000)
		length += count;
	text[length] = '\0';
	QUIET(close, fd);
	return count < 0 ? count : length;
}

/* The value behind "key:" at the start of a line of `text`, or NULL. */
static const char *field_find(const char *key)
{
	size_t length = strlen(key);
	for (const char *line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
		if (strncmp(line, key, length) == 0 && line[length] == ':')
			return line + length + 1 + strspn(line + length + 1, "\t ");
	return NULL;
}

CHECK(proc_self_status, "open,read")
{
	static const char *const plain[] = {"Name",   "State",  "Uid",    "Gid",    "Threads",    "CapPrm",
					    "CapEff", "CapBnd", "CapInh", "CapAmb", "NoNewPrivs", "Umask"};
	REQUIRE(file_read("/proc/self/status") > 0);
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		const char *value = field_find(plain[i]);
		NOTE("%s: %.*s", plain[i], value ? (int)strcspn(value, "\n") : 7, value ? value : "missing");
	}
	EXPECT(field_find("Pid") && atoi(field_find("Pid")) == getpid());
	EXPECT(field_find("PPid") && atoi(field_find("PPid")) == getppid());
	EXPECT(field_find("Tgid") && atoi(field_find("Tgid")) == getpid());
	EXPECT(field_find("VmRSS") && atol(field_find("VmRSS")) > 0);
	EXPECT(field_find("VmSize") && atol(field_find("VmSize")) >= atol(field_find("VmRSS")));
	EXPECT(field_find("FDSize") && atol(field_find("FDSize")) >= 3);
	EXPECT(field_find("SigCgt") && field_find("SigIgn") && field_find("SigBlk") && field_find("Cpus_allowed_list"));
}

CHECK(proc_self_stat, "open,read")
{
	REQUIRE(file_read("/proc/self/stat") > 0);
	char *close = strrchr(text, ')');
	REQUIRE(close);
	EXPECT(atoi(text) == getpid());
	SHOW_TEXT(strchr(text, '('), close - strchr(text, '(') + 3);
	int fields = 2;
	for (char *at = strtok(close + 2, " \n"); at; at = strtok(NULL, " \n")) {
		fields++;
		if (fields == 4)
			EXPECT(atoi(at) == getppid());
		if (fields == 5)
			EXPECT(atoi(at) == getpgid(0));
		if (fields == 20)
			SHOW(atoi(at)); /* threads */
	}
	SHOW(fields);
	REQUIRE(file_read("/proc/self/statm") > 0);
	long pages[7], count = sscanf(text, "%ld %ld %ld %ld %ld %ld %ld", &pages[0], &pages[1], &pages[2], &pages[3],
				      &pages[4], &pages[5], &pages[6]);
	SHOW(count);
	EXPECT(pages[0] >= pages[1] && pages[1] > 0);
}

CHECK(proc_self_names, "readlink,open,read")
{
	char bytes[4096], target[4096];
	long length = QUIET(readlink, "/proc/self/exe", bytes, sizeof bytes - 1);
	REQUIRE(length > 0);
	bytes[length] = '\0';
	const char *name = strrchr(bytes, '/');
	SHOW_TEXT(name, strlen(name));
	struct stat by_link, by_name;
	EXPECT(stat("/proc/self/exe", &by_link) == 0 && stat(bytes, &by_name) == 0);
	EXPECT(by_link.st_ino == by_name.st_ino && by_link.st_dev == by_name.st_dev);
	length = QUIET(readlink, "/proc/self/cwd", target, sizeof target - 1);
	EXPECT(length > 0 && strncmp(target, work_directory(), length) == 0);
	SHOW_TEXT(target, CALL(readlink, "/proc/self/root", target, sizeof target));
	length = QUIET(readlink, "/proc/self", target, sizeof target - 1);
	target[length > 0 ? length : 0] = '\0';
	EXPECT(atoi(target) == getpid());
	EXPECT(file_read("/proc/self/cmdline") > 0 && strcmp(strrchr(text, '/') + 1, "conform") == 0);
	EXPECT(file_read("/proc/self/comm") > 0);
	SHOW_TEXT(text, strlen(text));
	EXPECT(file_read("/proc/self/environ") >= 0);
	long fd = CALL(open, "/proc/self/exe", O_RDONLY);
	CALL(read, fd, bytes, 4);
	SHOW_TEXT(bytes, 4);
	CALL(open, "/proc/self/exe", O_RDWR);
}

CHECK(proc_self_maps, "open,read,mmap")
{
	char line_flags[5];
	unsigned long start, end, offset, last = 0, inode;
	unsigned major, minor;
	bool ordered = true, parsed = true;
	file_make("mapped", "0123456789");
	long fd = CALL(open, "mapped", O_RDONLY);
	/* Where each is, the lines' order, is the check's choice. */
	char *memory = MAP(NULL, 5 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(memory);
	char *file = MAP(memory + 4 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
	REQUIRE(file && CALL(mprotect, memory, 3 * PAGE, PROT_READ | PROT_WRITE) == 0);
	QUIET(mprotect, memory + PAGE, PAGE, PROT_NONE);
	REQUIRE(file_read("/proc/self/maps") > 0);
	bool stack = strstr(text, "[stack]"), heap = strstr(text, "[heap]"), libc = strstr(text, "libc.so.6");
	NOTE("stack %d heap %d libc %d", stack, heap, libc);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		parsed &= sscanf(line, "%lx-%lx %4s %lx %x:%x %lu", &start, &end, line_flags, &offset, &major, &minor,
				 &inode) == 7;
		ordered &= start >= last && end > start;
		last = end;
		if (start <= (uintptr_t)file && (uintptr_t)file < end)
			NOTE("file: %s offset %lx %s", line_flags, offset, strrchr(line, '/'));
		if (start <= (uintptr_t)memory && (uintptr_t)memory < end)
			NOTE("first page: %s", line_flags);
		if (start <= (uintptr_t)memory + PAGE && (uintptr_t)memory + PAGE < end)
			NOTE("second page: %s, %ld pages", line_flags, (end - start) / PAGE);
		if (start <= (uintptr_t)&line && (uintptr_t)&line < end)
			NOTE("stack: %s %s", line_flags, strrchr(line, ' ') + 1);
	}
	EXPECT(parsed);
	EXPECT(ordered);
}

CHECK(proc_self_fd, "open,readlink,getdents64,pipe2")
{
	char target[4096];
	int ends[2];
	struct stat status;
	file_make("a", "content");
	long fd = CALL(open, "a", O_RDWR);
	long length = QUIET(readlink, "/proc/self/fd/3", target, sizeof target);
	EXPECT(length == (long)strlen(work_directory()) + 2 && memcmp(target + length - 2, "/a", 2) == 0);
	CALL(lseek, fd, 3, SEEK_SET);
	long again = CALL(open, "/proc/self/fd/3", O_RDONLY); /* a new description */
	SHOW_TEXT(target, CALL(read, again, target, 16));
	CALL(unlink, "a");
	length = QUIET(readlink, "/proc/self/fd/3", target, sizeof target);
	EXPECT(length > 10 && memcmp(target + length - 10, " (deleted)", 10) == 0);
	CALL(open, "/proc/self/fd/3", O_RDONLY);
	CALL(pipe2, ends, 0);
	length = QUIET(readlink, "/proc/self/fd/6", target, sizeof target);
	SHOW_TEXT(target, length > 6 ? 6 : length);
	CALL(eventfd2, 0, 0);
	SHOW_TEXT(target, CALL(readlink, "/proc/self/fd/8", target, sizeof target));
	CALL(readlink, "/proc/self/fd/77", target, sizeof target);
	CALL(lstat, "/proc/self/fd/3", &status);
	SHOW_OCTAL(status.st_mode);
	CALL(lstat, "/proc/self/fd/4", &status);
	SHOW_OCTAL(status.st_mode);
	long directory = CALL(open, "/proc/self/fd", O_RDONLY | O_DIRECTORY);
	long count = 0, bytes;
	while ((bytes = QUIET(getdents64, directory, text, 4096)) > 0)
		for (long at = 0; at < bytes; at += *(unsigned short *)(text + at + 16))
			count += isdigit(text[at + 19]) != 0;
	SHOW(count);
	REQUIRE(file_read("/proc/self/fdinfo/3") > 0);
	SHOW(atoi(field_find("pos")));
	SHOW_TEXT(field_find("flags"), 7);
}

CHECK(proc_mounts, "open,read")
{
	REQUIRE(file_read("/proc/mounts") > 0);
	int lines = 0, fields = 0, root = 0, proc = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char source[512], place[512], type[128], options[2048];
		int dump, pass;
		fields += sscanf(line, "%511s %511s %127s %2047s %d %d", source, place, type, options, &dump, &pass) ==
			  6;
		root |= strcmp(place, "/") == 0;
		proc |= strcmp(place, "/proc") == 0 && strcmp(type, "proc") == 0;
		lines++;
	}
	EXPECT(lines == fields && lines > 0);
	EXPECT(root && proc);
	EXPECT(file_read("/proc/self/mountinfo") > 0);
}

CHECK(proc_memory_and_cpus, "open,read,sysinfo,sched_getaffinity")
{
	struct sysinfo info;
	unsigned long mask[16] = {0};
	REQUIRE(file_read("/proc/meminfo") > 0);
	static const char *const keys[] = {"MemTotal", "MemFree",   "MemAvailable", "Buffers",
					   "Cached",   "SwapTotal", "SwapFree",     "Shmem"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		NOTE("%s: %s", keys[i],
		     field_find(keys[i]) && strstr(field_find(keys[i]), " kB") ? "there" : "missing");
	long total = atol(field_find("MemTotal"));
	EXPECT(total > 0 && atol(field_find("MemFree")) <= total);
	CALL(sysinfo, &info);
	EXPECT((long)(info.totalram * info.mem_unit / 1024) == total);
	REQUIRE(file_read("/proc/cpuinfo") > 0);
	long processors = 0;
	for (const char *at = text; (at = strstr(at, "processor\t")); at++)
		processors++;
	EXPECT(processors >= 1 && strstr(text, "flags\t") && strstr(text, "model name\t"));
	long bytes = QUIET(sched_getaffinity, 0, sizeof mask, mask);
	EXPECT(bytes > 0 && __builtin_popcountl(mask[0]) <= processors);
}

CHECK(proc_system_files, "open,read")
{
	struct utsname names;
	double up, idle, loads[3];
	long running, all, last;
	EXPECT(file_read("/proc/uptime") > 0 && sscanf(text, "%lf %lf", &up, &idle) == 2 && up > 0);
	EXPECT(file_read("/proc/loadavg") > 0 &&
	       sscanf(text, "%lf %lf %lf %ld/%ld %ld", &loads[0], &loads[1], &loads[2], &running, &all, &last) == 6);
	EXPECT(file_read("/proc/version") > 0 && strncmp(text, "Linux version ", 14) == 0);
	EXPECT(file_read("/proc/stat") > 0 && strncmp(text, "cpu ", 4) == 0 && strstr(text, "\nbtime "));
	EXPECT(file_read("/proc/filesystems") > 0 && strstr(text, "proc"));
	uname(&names);
	EXPECT(file_read("/proc/sys/kernel/osrelease") > 0 && strncmp(text, names.release, strlen(names.release)) == 0);
	EXPECT(file_read("/proc/sys/kernel/hostname") > 0 &&
	       strncmp(text, names.nodename, strlen(names.nodename)) == 0);
	EXPECT(file_read("/proc/sys/kernel/pid_max") > 0 && atol(text) >= 32768);
	EXPECT(file_read("/proc/sys/vm/overcommit_memory") > 0 && atol(text) <= 2);
	EXPECT(file_read("/proc/sys/vm/max_map_count") > 0 && atol(text) >= 65530);
	EXPECT(file_read("/proc/sys/fs/pipe-max-size") > 0 && atol(text) == 1048576);
	EXPECT(file_read("/proc/sys/kernel/random/boot_id") == 37);
	EXPECT(file_read("/proc/self/limits") > 0 && strstr(text, "Max open files"));
	EXPECT(file_read("/sys/devices/system/cpu/online") > 0 && text[0] == '0');
	EXPECT(file_read("/sys/kernel/mm/transparent_hugepage/enabled") > 0 && strchr(text, '['));
}

CHECK(proc_errors, "open,stat,unlink,mkdir,rename,read")
{
	struct stat status;
	char bytes[16];
	CALL(open, "/proc/missing", O_RDONLY);
	CALL(open, "/proc/4000000/stat", O_RDONLY);
	CALL(open, "/proc/0/stat", O_RDONLY);
	CALL(open, "/proc/01/stat", O_RDONLY);
	CALL(open, "/proc/missing", O_RDWR | O_CREAT, 0644);
	CALL(open, "/proc/self/stat/", O_RDONLY);
	CALL(open, "/proc/self/missing", O_RDONLY);
	CALL(open, "/proc/self", O_RDONLY | O_NOFOLLOW);
	CALL(unlink, "/proc/uptime");
	CALL(mkdir, "/proc/self/x", 0755);
	CALL(rename, "/proc/uptime", "/proc/x");
	CALL(stat, "/proc/self/stat", &status);
	SHOW(status.st_size);
	SHOW_OCTAL(status.st_mode);
	CALL(stat, "/proc/self", &status);
	SHOW_OCTAL(status.st_mode);
	CALL(lstat, "/proc/self", &status);
	SHOW_OCTAL(status.st_mode);
	long fd = CALL(open, "/proc/self/comm", O_RDONLY);
	CALL(pread64, fd, bytes, 3, 2);
	SHOW_TEXT(bytes, 3);
	CALL(lseek, fd, 4, SEEK_SET);
	SHOW_TEXT(bytes, CALL(read, fd, bytes, 3));
	CALL(lseek, fd, 100, SEEK_SET);
	CALL(read, fd, bytes, 3);
	CALL(lseek, fd, 0, SEEK_END);
}
