/*
 * One Linux guest while it is being set up, by the process that the user started.
 *
 *   guest_decode    command line, kernel file, image file          nothing done yet
 *   guest_attach    descriptors, the memory limit
 *   guest_load      address space, arena, boot structure, filter
 *   family_run      processes: they lock themselves down and jump; supervision until they end
 *
 * Processes: the *front*, which the user started, forwards signals and the terminal and cleans up. Its child *init* is
 * pid 1 of a private pid namespace: it waits for the guest's processes, and its end is the end of all. It shares the
 * front's memory. Its children are the *members*, one of each enum kernel_role; what they fork becomes init's child.
 */
#ifndef TENDER_LINUX_GUEST_H
#define TENDER_LINUX_GUEST_H

#include <stdbool.h>

#include "abi/image.h"
#include "tender/host/start.h"
#include "tender/linux/cgroup.h"
#include "tender/linux/core.h"
#include "tender/linux/layout.h"
#include "tender/linux/options.h"
#include "tender/linux/tail.h"
#include "tender/linux/terminal.h"
#include "tender/policy/policy.h"

/* How many processes and threads a guest may have, its service process included. */
#define GUEST_PROCESSES_MAX 4096u

/* Pids in the private namespace, where they are given in order: init is 1. */
#define GUEST_SERVICE_PID 2
#define GUEST_APPLICATION_PID 3

/* The file of a volume. */
struct linux_volume {
	int fd;
	uint64_t bytes;
	uint64_t place; /* where it is mapped */
};

struct linux_guest {
	const struct start *start;
	struct linux_options options;
	int kernel_fd;
	int image_fd;
	int arena_fd;
	int wake_fd;
	int control_fd;    /* the guest's end */
	int supervisor_fd; /* ours */
	int signal_fd;     /* the front's signals */
	int trace_fd;
	uint64_t image_bytes;
	struct linux_volume volumes[KERNEL_MOUNTS_MAX]; /* with the index of their mount; others are {0} */
	struct kernel_stdio stdio[KERNEL_STDIO_COUNT];
	struct terminal terminal;
	struct kernel_plan plan;
	struct layout layout;
	struct cgroup cgroup;
	struct core_store core;
	struct policy_guest policy;
	struct linux_tail *tail; /* filter and all, ready but for what depends on the role */
	uint64_t command_line;   /* a copy of the tender's, behind the tail, for ps */
	struct elf_image elf;
	struct elf_window window;
};

/* A guest address, which the front has mapped at the same place. */
static inline void *guest_pointer(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

int guest_decode(struct linux_guest *guest, const struct start *start, struct error *error);
int guest_attach(struct linux_guest *guest, struct error *error);
int guest_load(struct linux_guest *guest, struct error *error);

#endif
