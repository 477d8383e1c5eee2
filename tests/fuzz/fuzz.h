/*
 * What the fuzz targets share: a check that stays in every build, and what must hold for errors and manifests whatever
 * the input was.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "abi/manifest.h"
#include "tender/error.h"

#define FUZZ_CHECK(condition)                                                                                          \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                 \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

/* libFuzzer's entry. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* After a failure: one printable line, or an option that is named. */
void fuzz_error_check(const struct error *error);

/* A manifest that was accepted has nothing but good names and cleared properties. */
void fuzz_manifest_check(const struct mft *mft, size_t bytes);

#endif
