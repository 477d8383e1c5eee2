/*
 * The Debian packages installed on this host, as dpkg tells of them: which depend on which, and what files they have.
 * What the parsers are given need not be what dpkg writes.
 */
#ifndef IMAGE_PACKAGES_H
#define IMAGE_PACKAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "image/arena.h"
#include "tender/error.h"

struct package {
	const char *name; /* with the architecture where dpkg writes it: libc6:amd64 */
	const char *provides;
	const char *depends; /* as in control files: "a (>= 1) | b, c:any" */
	bool wanted;
};

struct packages {
	struct arena arena;
	struct package *all; /* by name */
	uint32_t count;
	struct package_name *names; /* that packages have or provide, by name */
	uint32_t name_count;
};

/* Asks dpkg. Returns 0 or -1: not a Debian, say. To be freed after success. */
int packages_read(struct packages *packages, struct error *error);
void packages_free(struct packages *packages);

/*
 * The same of what `dpkg-query --show` printed: NAME, STATUS, PROVIDES and DEPENDS in each line, with tabs between.
 * Lines of another form are skipped. The text is cut up.
 */
int packages_parse(struct packages *packages, char *text, struct error *error);

/* Wants a package that has or provides this name, and those it depends on; one that is not installed is left out. */
void packages_want(struct packages *packages, const char *name);

/* Of dpkg-query's words on files, "PACKAGE[, PACKAGE...]: /path" in each line: wants them all. The text is cut up. */
void packages_owners_parse(struct packages *packages, char *text);

#endif
