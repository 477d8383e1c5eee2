/* The library kernel from its first instruction to the first program's. */
#include "kernel/main.h"

#include "kernel/boot/application.h"
#include "kernel/boot/service.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/host/vdso.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/random.h"
#include "relocate.h"

#define HASH_KEY_BYTES 16

/* 1 once the application has set up what all processes share. */
static uint32_t shared_is_ready;

/* What both roles use: the arena, the seed, the clock. */
static void shared_init(const struct kernel_boot *boot)
{
	uint8_t key[HASH_KEY_BYTES];

	bug_on(boot->magic != KERNEL_BOOT_MAGIC || boot->bytes != sizeof(*boot));
	pages_init((void *)(uintptr_t)boot->arena_base, (void *)(uintptr_t)boot->heap,
		   (void *)(uintptr_t)(boot->arena_base + boot->arena_bytes));
	random_init(kernel_boot_random(), sizeof(boot->random));
	random_fill(key, sizeof(key));
	hash_init(key);
	vdso_init();
}

static void shared_wait(void)
{
	while (!__atomic_load_n(&shared_is_ready, __ATOMIC_ACQUIRE))
		host_futex_wait_uninterruptible(&shared_is_ready, 0);
}

void kernel_main(struct kernel_boot *boot, enum kernel_role role)
{
	/* Both roles set the same: whoever comes first counts its host calls there. */
	kernel_boot_set(boot);
	if (role == KERNEL_ROLE_SERVICE) {
		shared_wait();
		service_run();
	}
	arch_relocate();
	shared_init(boot);
	application_start(&shared_is_ready);
}
