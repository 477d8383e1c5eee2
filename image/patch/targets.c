/* Pointers to code in data: see targets.h. More marks than are true cost patches, never correctness. */
#include "image/patch/targets.h"

#include <string.h>

/* A file has two at most: its dynamic symbols and all of them. */
#define SYMBOL_TABLES_MAX 4

/* .eh_frame_hdr: four bytes, two numbers, then a sorted table of pairs, if its numbers are all encoded like this. */
#define SEARCH_VERSION 1
#define ENCODING_UDATA4 0x03
#define ENCODING_SDATA4_PCREL 0x1b
#define ENCODING_SDATA4_DATAREL 0x3b

struct search_table {
	uint8_t version;
	uint8_t frame_encoding;
	uint8_t count_encoding;
	uint8_t table_encoding;
	int32_t frame;
	uint32_t count;
	/* int32_t function, entry: distances from the header */
};

void targets_mark_words(struct code *code)
{
	uint64_t first = code->ranges[0].vaddr;
	const struct code_range *last = &code->ranges[code->range_count - 1];
	uint64_t span = last->vaddr + last->size - first;
	uint64_t word;

	for (uint64_t i = 0; i + sizeof(word) <= code->file_bytes; i += sizeof(word)) {
		memcpy(&word, code->file + i, sizeof(word));
		if (word - first < span)
			code_target_mark(code, word);
	}
}

static void search_table_mark(struct code *code, uint64_t vaddr)
{
	struct search_table table;
	uint64_t bytes = UINT64_MAX;
	const uint8_t *data = code_bytes(code, vaddr, &bytes);
	int32_t function;

	if (!data || bytes < sizeof(table))
		return;
	memcpy(&table, data, sizeof(table));
	if (table.version != SEARCH_VERSION || table.frame_encoding != ENCODING_SDATA4_PCREL ||
	    table.count_encoding != ENCODING_UDATA4 || table.table_encoding != ENCODING_SDATA4_DATAREL)
		return;
	for (uint64_t i = 0; i < table.count && sizeof(table) + (i + 1) * 8 <= bytes; i++) {
		memcpy(&function, data + sizeof(table) + i * 8, sizeof(function));
		code_target_mark(code, vaddr + (uint64_t)(int64_t)function);
		code_anchor_mark(code, vaddr + (uint64_t)(int64_t)function);
	}
}

static void symbols_mark(struct code *code, const Elf64_Shdr *section)
{
	Elf64_Sym symbol;

	if (section->sh_offset > code->file_bytes || section->sh_size > code->file_bytes - section->sh_offset)
		return;
	for (uint64_t i = 0; i + sizeof(symbol) <= section->sh_size; i += sizeof(symbol)) {
		memcpy(&symbol, code->file + section->sh_offset + i, sizeof(symbol));
		code_target_mark(code, symbol.st_value);
		if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC)
			code_anchor_mark(code, symbol.st_value);
	}
}

static void symbol_tables_mark(struct code *code)
{
	const Elf64_Ehdr *header = &code->header;
	Elf64_Shdr section;
	uint64_t bytes = header->e_shnum * sizeof(section);
	unsigned tables = 0;

	if (header->e_shentsize != sizeof(section) || bytes > code->file_bytes ||
	    header->e_shoff > code->file_bytes - bytes)
		return;
	for (unsigned i = 0; i < header->e_shnum && tables < SYMBOL_TABLES_MAX; i++) {
		memcpy(&section, code->file + header->e_shoff + i * sizeof(section), sizeof(section));
		if (section.sh_type == SHT_SYMTAB || section.sh_type == SHT_DYNSYM) {
			symbols_mark(code, &section);
			tables++;
		}
	}
}

void targets_mark_functions(struct code *code)
{
	symbol_tables_mark(code);
	for (unsigned i = 0; i < code->segment_count; i++) {
		if (code->segments[i].p_type == PT_GNU_EH_FRAME)
			search_table_mark(code, code->segments[i].p_vaddr);
	}
	code_target_mark(code, code->header.e_entry);
	code_anchor_mark(code, code->header.e_entry);
}
