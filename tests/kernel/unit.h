/* What every test of kernel code includes: cmocka and what it needs. */
#ifndef TESTS_KERNEL_UNIT_H
#define TESTS_KERNEL_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
