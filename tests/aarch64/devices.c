/* Block devices: files in the machine's memory. */
#include "init.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DISK "/disk"
#define DISK_BYTES (1 << 19)
#define DEVICES_MAX 63

static struct process process;

static void file_make(const char *path, off_t size)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, size) < 0)
		panic(path);
	close(fd);
}

static off_t file_bytes(const char *path)
{
	struct stat status;

	return stat(path, &status) < 0 ? -1 : status.st_size;
}

static void block_test(const char *name, const char *guest, const char *sector_size_option)
{
	const char *argv[] = {TENDER, "--block:storage=" DISK, sector_size_option, guest, NULL};
	int status;

	file_make(DISK, DISK_BYTES);
	status = process_run(&process, argv);
	tap_result(status == EXITED(0) && strstr(process.output, "SUCCESS\n") && file_bytes(DISK) == DISK_BYTES, name,
		   process.output);
}

static void beyond_test(const char *name, const char *guest)
{
	const char *argv[] = {TENDER, "--block:storage=" DISK, guest, NULL};
	int status;

	file_make(DISK, DISK_BYTES);
	status = process_run(&process, argv);
	tap_result(status == KILLED(SIGSYS) && !strstr(process.output, "FAILURE") && file_bytes(DISK) == DISK_BYTES,
		   name, process.output);
}

static void max_devices_test(void)
{
	static char options[DEVICES_MAX][48];
	const char *argv[ARGUMENTS_MAX] = {TENDER};
	int status;

	for (int i = 0; i < DEVICES_MAX; i++) {
		char path[16];

		snprintf(path, sizeof(path), DISK "%d", i);
		snprintf(options[i], sizeof(options[i]), "--block:storage%d=%s", i, path);
		file_make(path, 4096);
		argv[1 + i] = options[i];
	}
	argv[1 + DEVICES_MAX] = GUEST("max_devices");
	status = process_run(&process, argv);
	tap_result(status == EXITED(0) && strstr(process.output, "SUCCESS\n"), "max_devices", process.output);
}

void test_devices(void)
{
	block_test("block, sectors of 512 bytes", GUEST("block"), "--block-sector-size:storage=512");
	block_test("block, sectors of 4096 bytes", GUEST("block"), "--block-sector-size:storage=4096");
	block_test("solo5 block", SOLO5_GUEST("block"), "--block-sector-size:storage=512");
	beyond_test("block_beyond", GUEST("block_beyond"));
	beyond_test("solo5 block_beyond", SOLO5_GUEST("block_beyond"));
	max_devices_test();
}
