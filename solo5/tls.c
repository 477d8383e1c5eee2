/*
 * Thread-local storage, local-exec model. x86-64 (variant II): data below the thread pointer, which points to itself.
 * aarch64 (variant I): two words at the thread pointer, data above.
 */
#include "bindings.h"
#include "host_arch.h"

/* Set by the linker script: the image of the initialised variables; the addresses of the others are sizes. */
extern const char _stdata[], _ltdata[], _ltbss[], _ltalign[];

#define TDATA_BYTES ((size_t)(uintptr_t)_ltdata)
#define TBSS_BYTES ((size_t)(uintptr_t)_ltbss)
#define TALIGN ((size_t)(uintptr_t)_ltalign)

#if defined(__x86_64__)
#define DATA_OFFSET 0
#define TP_OFFSET (TDATA_BYTES + TBSS_BYTES)
#define HEADER_BYTES sizeof(uintptr_t)
#elif defined(__aarch64__)
/* The two words are padded to the alignment of the data: the linker counts from there. */
#define DATA_OFFSET HEADER_BYTES
#define TP_OFFSET 0
#define HEADER_BYTES (TALIGN > 2 * sizeof(uintptr_t) ? TALIGN : 2 * sizeof(uintptr_t))
#endif

size_t solo5_tls_size(void)
{
	return TDATA_BYTES + TBSS_BYTES + HEADER_BYTES;
}

uintptr_t solo5_tls_tp_offset(uintptr_t tls)
{
	return tls + TP_OFFSET;
}

solo5_result_t solo5_tls_init(uintptr_t tls)
{
	uintptr_t *thread_pointer = (uintptr_t *)solo5_tls_tp_offset(tls);
	char *data = (char *)(tls + DATA_OFFSET);

	if (!tls)
		return SOLO5_R_EINVAL;
	*thread_pointer = (uintptr_t)thread_pointer;
	for (size_t i = 0; i < TDATA_BYTES; i++)
		data[i] = _stdata[i];
	return SOLO5_R_OK;
}

solo5_result_t solo5_set_tls_base(uintptr_t base)
{
	return host_set_tls_base(base) == 0 ? SOLO5_R_OK : SOLO5_R_EINVAL;
}
