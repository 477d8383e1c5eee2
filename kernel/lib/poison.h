/* Under the address sanitizer, free blocks and the ends of given-out ones are made off limits; otherwise nothing. */
#ifndef KERNEL_LIB_POISON_H
#define KERNEL_LIB_POISON_H

/* gcc says it by a macro, clang as a feature. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define POISON_FREE_BLOCKS
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(POISON_FREE_BLOCKS)
#include <sanitizer/asan_interface.h>
#define poison_set(start, bytes) __asan_poison_memory_region(start, bytes)
#define poison_clear(start, bytes) __asan_unpoison_memory_region(start, bytes)
#else
#define poison_set(start, bytes) ((void)(start), (void)(bytes))
#define poison_clear(start, bytes) ((void)(start), (void)(bytes))
#endif

#endif
