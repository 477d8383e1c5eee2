/* How the pages of guest memory are mapped when the guest starts, whatever the CPU's tables look like. */
#ifndef TENDER_HVT_PAGES_H
#define TENDER_HVT_PAGES_H

#include "tender/hvt/machine.h"

/* An area is what one entry of the second-last table level maps. */
#define PAGES_PER_AREA 512u
#define PAGES_AREA_BYTES ((uint64_t)PAGES_PER_AREA * HVT_PAGE_BYTES)

/* None: the page is not there. */
enum pages_access { PAGES_NONE = 0, PAGES_READ = 1, PAGES_WRITE = 2, PAGES_EXECUTE = 4 };

/* Of one page. */
enum pages_access pages_access(const struct machine *machine, uint64_t address);

/* Whether not all pages of the area at `start` are mapped alike. */
bool pages_are_mixed(const struct machine *machine, uint64_t start);

/* Of a whole area: its first page's; where it is mixed, and no table is left to tell pages apart, all that any may. */
enum pages_access pages_area_access(const struct machine *machine, uint64_t start);

#endif
