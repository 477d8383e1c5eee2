/*
 * Random system calls on files: see file_operations.h. Few names and descriptors, so that calls meet each other's
 * work.
 */
#define _GNU_SOURCE
#include "file_operations.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#define DESCRIPTORS 12

static unsigned any(unsigned count)
{
	return (unsigned)rand() % count;
}

/* One in so many. */
static bool seldom(unsigned count)
{
	return any(count) == 0;
}

#define PICK(array) ((array)[any(sizeof(array) / sizeof((array)[0]))])

static const char *random_path(char *out)
{
	static const char *const names[] = {"a", "b", "c", "d", "a", "b", ".", ".."};
	unsigned depth = 1 + any(3);

	out[0] = '\0';
	if (seldom(60))
		return out;
	if (seldom(12))
		strcat(out, seldom(4) ? "//" : "/");
	for (unsigned i = 0; i < depth; i++) {
		if (i)
			strcat(out, seldom(10) ? "//" : "/");
		if (seldom(150))
			memset(out + strlen(out), 'x', 256 + any(2)), out[strlen(out)] = '\0';
		else
			strcat(out, PICK(names));
	}
	if (seldom(12))
		strcat(out, "/");
	return out;
}

static void clear_path(char *out)
{
	memset(out, 0, 600);
}

static long path(struct operation *o)
{
	clear_path(o->path);
	return (long)random_path(o->path);
}

static long other_path(struct operation *o)
{
	clear_path(o->other_path);
	return (long)random_path(o->other_path);
}

static long descriptor(void)
{
	return seldom(40) ? -1 : (long)(3 + any(DESCRIPTORS));
}

static long directory_descriptor(void)
{
	return seldom(3) ? descriptor() : AT_FDCWD;
}

static long mode(void)
{
	static const long modes[] = {0777, 0644, 0700, 0, 0555, 0111, 04755, 02755, 02770, 01777, 06711, 02644};

	return PICK(modes);
}

static long open_flags(void)
{
	static const long access[] = {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR, O_ACCMODE};
	static const long more[] = {O_CREAT,    O_CREAT, O_CREAT | O_EXCL, O_TRUNC,   O_APPEND,  O_DIRECTORY,
				    O_NOFOLLOW, O_PATH,  O_TMPFILE,        O_CLOEXEC, O_NOATIME, O_CREAT | O_TRUNC};
	long flags = PICK(access) | O_NONBLOCK;

	for (unsigned i = any(3); i > 0; i--)
		flags |= PICK(more);
	return flags;
}

static long owner(void)
{
	static const long owners[] = {-1, 0, 1000, 1001};

	return PICK(owners);
}

static long offset(void)
{
	static const long offsets[] = {0, 1, 10, 100, 4095, 4096, 5000, 9000, -1, INT64_MAX};

	return seldom(20) ? offsets[8 + any(2)] : offsets[any(8)];
}

static const char *attribute_name(void)
{
	static const char *const names[] = {
		"user.a", "user.b", "user.", "trusted.a", "security.a", "security.capability", "system.x", "none", ""};

	return PICK(names);
}

static const char data[10000] = "Some data.";

/* Sets what the kind of call needs. The arguments' order is the call's. */
#define CALL(call, ...)                                                                                                \
	do {                                                                                                           \
		o->name = #call;                                                                                       \
		o->number = SYS_##call;                                                                                \
		long given[6] = {__VA_ARGS__};                                                                         \
		memcpy(o->arguments, given, sizeof(given));                                                            \
	} while (0)
#define OUTPUT(argument, kind) (o->output_argument = (argument), o->output = (kind))

static void make_descriptor_call(struct operation *o)
{
	static const long commands[] = {F_GETFL, F_SETFL, F_GETFD, F_SETFD, F_DUPFD, F_DUPFD_CLOEXEC, F_GETOWN, 99};
	/* No SEEK_DATA: Linux's tmpfs calls pages that were allocated and never written holes. */
	static const long whences[] = {SEEK_SET, SEEK_CUR, SEEK_END, SEEK_END, SEEK_HOLE + 1, 7};
	long bytes = (long)any(2) * (long)any(6000), command = PICK(commands);
	/* A FIFO without O_NONBLOCK would be waited for in vain. */
	long kept = command == F_SETFL ? O_NONBLOCK : 0;

	switch (any(18)) {
	case 0:
		CALL(close, descriptor());
		break;
	case 1:
		CALL(read, descriptor(), 0, bytes);
		OUTPUT(1, OUTPUT_BYTES_READ);
		break;
	case 2:
		CALL(write, descriptor(), (long)data, bytes);
		break;
	case 3:
		CALL(pread64, descriptor(), 0, bytes, offset());
		OUTPUT(1, OUTPUT_BYTES_READ);
		break;
	case 4:
		CALL(pwrite64, descriptor(), (long)data, bytes, offset());
		break;
	case 5:
		CALL(lseek, descriptor(), seldom(3) ? offset() : -(long)any(50), PICK(whences));
		break;
	case 6:
		CALL(fstat, descriptor());
		OUTPUT(1, OUTPUT_STAT);
		break;
	case 7:
		CALL(dup, descriptor());
		break;
	case 8:
		CALL(dup2, descriptor(), descriptor());
		break;
	case 9:
		CALL(dup3, descriptor(), descriptor(), seldom(2) ? O_CLOEXEC : 0);
		break;
	case 10:
		CALL(fcntl, descriptor(), command, (3 + (long)any(DESCRIPTORS)) | kept);
		break;
	case 11:
		CALL(ftruncate, descriptor(), offset());
		break;
	case 12:
		CALL(fchmod, descriptor(), mode());
		break;
	case 13:
		CALL(fchown, descriptor(), owner(), owner());
		break;
	case 14:
		CALL(fchdir, descriptor());
		break;
	case 15:
		CALL(getdents64, descriptor(), 0, OUTPUT_BYTES);
		OUTPUT(1, OUTPUT_ENTRIES);
		break;
	case 16:
		CALL(close, descriptor());
		break;
	case 17:
		CALL(fallocate, descriptor(), seldom(2), offset(), offset());
		break;
	}
}

static void make_name_call(struct operation *o)
{
	static const long kinds[] = {S_IFREG, S_IFIFO, S_IFSOCK, 0, S_IFDIR, S_IFLNK, 0170000};
	static const long rename_flags[] = {0, 1, 2, 2, 3, 8};
	static const long link_flags[] = {0, AT_SYMLINK_FOLLOW, AT_SYMLINK_FOLLOW, 1};

	switch (any(16)) {
	case 0:
	case 1:
		CALL(mkdirat, directory_descriptor(), path(o), mode());
		break;
	case 2:
		CALL(rmdir, path(o));
		break;
	case 3:
		CALL(unlink, path(o));
		break;
	case 4:
		CALL(unlinkat, directory_descriptor(), path(o), seldom(2) ? AT_REMOVEDIR : seldom(9));
		break;
	case 5:
		CALL(link, path(o), other_path(o));
		break;
	case 6:
		CALL(linkat, directory_descriptor(), path(o), AT_FDCWD, other_path(o), PICK(link_flags));
		break;
	case 7:
	case 8:
		CALL(symlink, path(o), other_path(o));
		break;
	case 9:
		CALL(readlink, path(o), 0, seldom(9) ? any(3) : 100);
		OUTPUT(1, OUTPUT_BYTES_READ);
		break;
	case 10:
	case 11:
		CALL(rename, path(o), other_path(o));
		break;
	case 12:
		CALL(renameat2, AT_FDCWD, path(o), AT_FDCWD, other_path(o), PICK(rename_flags));
		break;
	case 13:
		CALL(mknod, path(o), PICK(kinds) | mode(), 0);
		break;
	case 14:
		CALL(chdir, path(o));
		break;
	case 15:
		CALL(getcwd, 0, seldom(5) ? any(20) : 4096);
		OUTPUT(0, OUTPUT_BYTES_READ);
		break;
	}
}

/* openat2's structure in words. */
static long open_how(struct operation *o)
{
	o->words[0] = open_flags();
	o->words[1] = o->words[0] & O_CREAT ? mode() : 0;
	/* NO_SYMLINKS, BENEATH, IN_ROOT. Linux takes each absolute link for a way out with NO_XDEV. */
	o->words[2] = any(32) & 0x1c;
	return (long)o->words;
}

static void make_path_call(struct operation *o)
{
	static const long at_flags[] = {0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, 4};
	static const long times[] = {0, 1000, (1l << 30) - 1, (1l << 30) - 2, 1l << 30};

	switch (any(15)) {
	case 0:
	case 1:
	case 2:
	case 3:
		CALL(openat, directory_descriptor(), path(o), open_flags(), mode());
		break;
	case 4:
		CALL(openat2, directory_descriptor(), path(o), open_how(o), 24);
		break;
	case 5:
		CALL(newfstatat, directory_descriptor(), path(o), 0, PICK(at_flags));
		OUTPUT(2, OUTPUT_STAT);
		break;
	case 6:
		CALL(lstat, path(o));
		OUTPUT(1, OUTPUT_STAT);
		break;
	case 7:
		CALL(faccessat2, AT_FDCWD, path(o), any(9), seldom(2) ? AT_EACCESS : 0);
		break;
	case 8:
		CALL(truncate, path(o), offset());
		break;
	case 9:
		CALL(chmod, path(o), mode());
		break;
	case 10:
		CALL(fchownat, directory_descriptor(), path(o), owner(), owner(), PICK(at_flags));
		break;
	case 11:
		for (int i = 0; i < 4; i++)
			o->words[i] = i % 2 ? PICK(times) : (long)any(1000);
		CALL(utimensat, directory_descriptor(), path(o), seldom(3) ? 0 : (long)o->words, PICK(at_flags));
		break;
	case 12:
		CALL(lsetxattr, path(o), (long)attribute_name(), (long)data, any(20), any(4));
		break;
	case 13:
		CALL(getxattr, path(o), (long)attribute_name(), 0, seldom(3) ? 0 : any(30));
		OUTPUT(2, OUTPUT_BYTES_READ);
		break;
	case 14:
		CALL(removexattr, path(o), (long)attribute_name());
		break;
	}
}

static void describe(struct operation *o)
{
	int length = snprintf(o->description, sizeof(o->description), "%s(", o->name);

	for (int i = 0; i < 6; i++) {
		bool text = o->arguments[i] == (long)o->path || o->arguments[i] == (long)o->other_path;

		if (text)
			length += snprintf(o->description + length, 40, "\"%.30s\", ", (char *)o->arguments[i]);
		else
			length += snprintf(o->description + length, 40, "%#lx, ", o->arguments[i]);
	}
	snprintf(o->description + length, 100, ") words %#lx %#lx %#lx", o->words[0], o->words[1], o->words[2]);
}

void operation_make(struct operation *o)
{
	memset(o, 0, sizeof(*o));
	o->output_argument = -1;
	switch (any(3)) {
	case 0:
		make_descriptor_call(o);
		break;
	case 1:
		make_name_call(o);
		break;
	case 2:
		make_path_call(o);
		break;
	}
	describe(o);
}
