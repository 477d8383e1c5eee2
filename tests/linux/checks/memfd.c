/* memfd_create and seals. */
#include "matrix.h"

#include <sys/mman.h>

CHECK(memfd_basics, "memfd_create,fcntl,ftruncate")
{
	char name[260], bytes[64];
	struct stat status;
	long fd = CALL(memfd_create, "name", MFD_CLOEXEC);
	CALL(fcntl, fd, F_GETFD);
	CALL(fcntl, fd, F_GETFL);
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
	CALL(fcntl, fd, F_GET_SEALS);
	CALL(fcntl, fd, F_ADD_SEALS, F_SEAL_WRITE);
	CALL(ftruncate, fd, 100);
	CALL(write, fd, "abc", 3);
	SHOW_TEXT(bytes, CALL(readlink, "/proc/self/fd/3", bytes, sizeof bytes));
	long again = CALL(open, "/proc/self/fd/3", O_RDONLY);
	CALL(read, again, bytes, 3);
	SHOW_TEXT(bytes, 3);
	CALL(memfd_create, "name", 0x100);
	memset(name, 'n', sizeof name);
	name[249] = '\0';
	CALL(memfd_create, name, 0);
	name[249] = 'n';
	name[250] = '\0';
	CALL(memfd_create, name, 0);
	CALL(memfd_create, "", 0);
	CALL(memfd_create, "a/b", 0);
	FOR_ADDRESSES(memfd_create, BAD, 0x100);
}

CHECK(memfd_size_seals, "memfd_create,fcntl,ftruncate,pwrite64")
{
	long fd = CALL(memfd_create, "x", MFD_ALLOW_SEALING);
	CALL(ftruncate, fd, PAGE);
	CALL(fcntl, fd, F_ADD_SEALS, F_SEAL_GROW);
	CALL(ftruncate, fd, PAGE + 1);
	CALL(pwrite64, fd, "ab", 2, PAGE - 1);
	CALL(pwrite64, fd, "ab", 2, PAGE);
	CALL(fallocate, fd, 0, 0, 2 * PAGE);
	CALL(fcntl, fd, F_ADD_SEALS, F_SEAL_SHRINK);
	CALL(ftruncate, fd, 10);
	CALL(ftruncate, fd, PAGE);
	CALL(fcntl, fd, F_GET_SEALS);
	CALL(fcntl, fd, F_ADD_SEALS, 0x1000);
	CALL(fcntl, fd, F_ADD_SEALS, F_SEAL_SEAL);
	CALL(fcntl, fd, F_ADD_SEALS, F_SEAL_WRITE);
	CALL(fcntl, fd, F_GET_SEALS);
}

CHECK(memfd_write_seal, "memfd_create,fcntl,mmap,mprotect,munmap")
{
	long fd = CALL(memfd_create, "x", MFD_ALLOW_SEALING);
	CALL(ftruncate, fd, PAGE);
	char *memory = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CALL(fcntl, fd, F_ADD_SEALS, F_SEAL_WRITE);
	CALL(munmap, memory, PAGE);
	CALL(fcntl, fd, F_ADD_SEALS, F_SEAL_WRITE);
	CALL(write, fd, "a", 1);
	CALL(fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 10);
	MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	memory = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CALL(mprotect, memory, PAGE, PROT_READ | PROT_WRITE);
	CALL(ftruncate, fd, 2 * PAGE);
}

CHECK(memfd_future_write_seal, "memfd_create,fcntl,mmap")
{
	char byte;
	long fd = CALL(memfd_create, "x", MFD_ALLOW_SEALING);
	CALL(ftruncate, fd, PAGE);
	char *memory = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	REQUIRE(memory);
	CALL(fcntl, fd, F_ADD_SEALS, 0x10 /* F_SEAL_FUTURE_WRITE */);
	memory[0] = 'f';
	CALL(pread64, fd, &byte, 1, 0);
	SHOW(byte);
	CALL(write, fd, "a", 1);
	MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
}

CHECK(memfd_shared_mapping, "memfd_create,mmap,pread64")
{
	char bytes[4];
	long fd = CALL(memfd_create, "x", 0);
	CALL(ftruncate, fd, 2 * PAGE);
	char *first = MAP(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *second = MAP(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, fd, PAGE);
	REQUIRE(first && second);
	second[0] = 's';
	SHOW(first[PAGE]);
	CALL(pread64, fd, bytes, 1, PAGE);
	SHOW(bytes[0]);
	CALL(close, fd);
	first[PAGE] = 't';
	SHOW(second[0]);
}
