/* Where the hvt ABI puts the x86-64 CPU's tables. */
#ifndef TENDER_HVT_ARCH_X86_64_CPU_H
#define TENDER_HVT_ARCH_X86_64_CPU_H

#include "tender/hvt/machine.h"

#define CPU_GDT 0x1000u
#define CPU_GDT_BYTES 24u
#define CPU_CODE_SELECTOR 8u
#define CPU_DATA_SELECTOR 16u
#define CPU_ROOT_TABLE 0x2000u   /* PML4 */
#define CPU_GIB_TABLE 0x3000u    /* PDPT */
#define CPU_DIRECTORIES 0x4000u  /* four, one behind the other */
#define CPU_SMALL_TABLES 0x8000u /* of 4 KiB pages: the first 2 MiB, then wherever they are needed */

#endif
