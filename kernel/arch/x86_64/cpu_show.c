/* /proc/cpuinfo, from CPUID: names and order as Linux has them, for the features that user programs look for. */
#include "cpu_show.h"

#include <cpuid.h>
#include <stdint.h>

#include "kernel/lib/string.h"

#define LEAF_EXTENDED 0x80000000u
#define CACHE_LINE_BYTES 64

enum { EAX, EBX, ECX, EDX, REGISTERS };

/* One register of one leaf: names by bit, "" where nobody asks. */
struct feature {
	uint32_t leaf, subleaf;
	uint8_t word, bit;
	const char *name;
};

static const struct feature features[] = {
	{1, 0, EDX, 0, "fpu"},
	{1, 0, EDX, 1, "vme"},
	{1, 0, EDX, 2, "de"},
	{1, 0, EDX, 3, "pse"},
	{1, 0, EDX, 4, "tsc"},
	{1, 0, EDX, 5, "msr"},
	{1, 0, EDX, 6, "pae"},
	{1, 0, EDX, 7, "mce"},
	{1, 0, EDX, 8, "cx8"},
	{1, 0, EDX, 9, "apic"},
	{1, 0, EDX, 11, "sep"},
	{1, 0, EDX, 12, "mtrr"},
	{1, 0, EDX, 13, "pge"},
	{1, 0, EDX, 14, "mca"},
	{1, 0, EDX, 15, "cmov"},
	{1, 0, EDX, 16, "pat"},
	{1, 0, EDX, 17, "pse36"},
	{1, 0, EDX, 19, "clflush"},
	{1, 0, EDX, 23, "mmx"},
	{1, 0, EDX, 24, "fxsr"},
	{1, 0, EDX, 25, "sse"},
	{1, 0, EDX, 26, "sse2"},
	{1, 0, EDX, 28, "ht"},
	{0x80000001, 0, EDX, 11, "syscall"},
	{0x80000001, 0, EDX, 20, "nx"},
	{0x80000001, 0, EDX, 26, "pdpe1gb"},
	{0x80000001, 0, EDX, 27, "rdtscp"},
	{0x80000001, 0, EDX, 29, "lm"},
	{1, 0, ECX, 0, "pni"},
	{1, 0, ECX, 1, "pclmulqdq"},
	{1, 0, ECX, 9, "ssse3"},
	{1, 0, ECX, 12, "fma"},
	{1, 0, ECX, 13, "cx16"},
	{1, 0, ECX, 19, "sse4_1"},
	{1, 0, ECX, 20, "sse4_2"},
	{1, 0, ECX, 22, "movbe"},
	{1, 0, ECX, 23, "popcnt"},
	{1, 0, ECX, 25, "aes"},
	{1, 0, ECX, 26, "xsave"},
	{1, 0, ECX, 28, "avx"},
	{1, 0, ECX, 29, "f16c"},
	{1, 0, ECX, 30, "rdrand"},
	{1, 0, ECX, 31, "hypervisor"},
	{0x80000001, 0, ECX, 0, "lahf_lm"},
	{0x80000001, 0, ECX, 5, "abm"},
	{0x80000001, 0, ECX, 6, "sse4a"},
	{0x80000001, 0, ECX, 8, "3dnowprefetch"},
	{7, 0, EBX, 0, "fsgsbase"},
	{7, 0, EBX, 3, "bmi1"},
	{7, 0, EBX, 5, "avx2"},
	{7, 0, EBX, 7, "smep"},
	{7, 0, EBX, 8, "bmi2"},
	{7, 0, EBX, 9, "erms"},
	{7, 0, EBX, 16, "avx512f"},
	{7, 0, EBX, 17, "avx512dq"},
	{7, 0, EBX, 18, "rdseed"},
	{7, 0, EBX, 19, "adx"},
	{7, 0, EBX, 20, "smap"},
	{7, 0, EBX, 21, "avx512ifma"},
	{7, 0, EBX, 23, "clflushopt"},
	{7, 0, EBX, 24, "clwb"},
	{7, 0, EBX, 28, "avx512cd"},
	{7, 0, EBX, 29, "sha_ni"},
	{7, 0, EBX, 30, "avx512bw"},
	{7, 0, EBX, 31, "avx512vl"},
	{0xd, 1, EAX, 0, "xsaveopt"},
	{0xd, 1, EAX, 1, "xsavec"},
	{0xd, 1, EAX, 2, "xgetbv1"},
	{7, 0, ECX, 1, "avx512vbmi"},
	{7, 0, ECX, 6, "avx512_vbmi2"},
	{7, 0, ECX, 8, "gfni"},
	{7, 0, ECX, 9, "vaes"},
	{7, 0, ECX, 10, "vpclmulqdq"},
	{7, 0, ECX, 11, "avx512_vnni"},
	{7, 0, ECX, 12, "avx512_bitalg"},
	{7, 0, ECX, 14, "avx512_vpopcntdq"},
	{7, 0, ECX, 22, "rdpid"},
	{7, 0, EDX, 4, "fsrm"},
	{7, 1, EAX, 4, "avx_vnni"},
	{7, 1, EAX, 5, "avx512_bf16"},
};

static void leaf_read(uint32_t leaf, uint32_t subleaf, uint32_t registers[REGISTERS])
{
	uint32_t last, unused[3];

	__cpuid(leaf & LEAF_EXTENDED, last, unused[0], unused[1], unused[2]);
	memset(registers, 0, REGISTERS * sizeof(*registers));
	if (leaf <= last)
		__cpuid_count(leaf, subleaf, registers[EAX], registers[EBX], registers[ECX], registers[EDX]);
}

static void flags_show(struct text *text)
{
	uint32_t registers[REGISTERS] = {0}, leaf = 0, subleaf = 0;

	text_print(text, "flags\t\t:");
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		const struct feature *feature = &features[i];

		if (i == 0 || feature->leaf != leaf || feature->subleaf != subleaf)
			leaf_read(feature->leaf, feature->subleaf, registers);
		leaf = feature->leaf;
		subleaf = feature->subleaf;
		if (registers[feature->word] >> feature->bit & 1)
			text_print(text, " %s", feature->name);
	}
	text_print(text, "\n");
}

/* Twelve characters in an odd order of registers. */
static void vendor_show(struct text *text)
{
	uint32_t registers[REGISTERS];
	char vendor[13] = {0};

	leaf_read(0, 0, registers);
	memcpy(vendor, &registers[EBX], 4);
	memcpy(vendor + 4, &registers[EDX], 4);
	memcpy(vendor + 8, &registers[ECX], 4);
	text_print(text, "vendor_id\t: %s\n", vendor);
}

static void brand_show(struct text *text)
{
	uint32_t words[3][REGISTERS];
	char brand[sizeof(words) + 1] = {0};
	const char *start = brand;

	for (uint32_t i = 0; i < 3; i++)
		leaf_read(0x80000002 + i, 0, words[i]);
	memcpy(brand, words, sizeof(words));
	while (*start == ' ')
		start++;
	text_print(text, "model name\t: %s\n", start);
}

/* Family and model are spread over several fields of leaf 1. */
static void model_show(struct text *text)
{
	uint32_t registers[REGISTERS], family, model;

	leaf_read(1, 0, registers);
	family = registers[EAX] >> 8 & 0xf;
	model = registers[EAX] >> 4 & 0xf;
	if (family == 6 || family == 15)
		model |= registers[EAX] >> 12 & 0xf0;
	if (family == 15)
		family += registers[EAX] >> 20 & 0xff;
	text_print(text, "cpu family\t: %u\nmodel\t\t: %u\n", family, model);
	brand_show(text);
	text_print(text, "stepping\t: %u\n", registers[EAX] & 0xf);
}

static void sizes_show(struct text *text)
{
	uint32_t registers[REGISTERS];

	leaf_read(0x80000008, 0, registers);
	text_print(text,
		   "clflush size\t: %d\ncache_alignment\t: %d\naddress sizes\t: %u bits physical, %u bits virtual\n",
		   CACHE_LINE_BYTES, CACHE_LINE_BYTES, registers[EAX] & 0xff, registers[EAX] >> 8 & 0xff);
}

void arch_cpu_show(struct text *text, unsigned cpu, unsigned count)
{
	uint32_t registers[REGISTERS];

	text_print(text, "processor\t: %u\n", cpu);
	vendor_show(text);
	model_show(text);
	leaf_read(0x16, 0, registers);
	text_print(text, "cpu MHz\t\t: %u.000\n", (registers[EAX] & 0xffff) ? registers[EAX] & 0xffff : 1000);
	leaf_read(0x80000006, 0, registers);
	text_print(text, "cache size\t: %u KB\n", registers[ECX] >> 16);
	text_print(text, "physical id\t: 0\nsiblings\t: %u\ncore id\t\t: %u\ncpu cores\t: %u\n", count, cpu, count);
	leaf_read(0, 0, registers);
	text_print(text, "apicid\t\t: %u\nfpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\n", cpu,
		   registers[EAX]);
	flags_show(text);
	text_print(text, "bugs\t\t:\n");
	sizes_show(text);
	text_print(text, "power management:\n\n");
}
