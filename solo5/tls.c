/* Thread-local storage, local-exec model; where its parts lie is the architecture's: solo5/arch/. */
#include "bindings.h"
#include "host_arch.h"

/* Set by the linker script: the image of the initialised variables; the addresses of the others are sizes. */
extern const char _stdata[], _ltdata[], _ltbss[], _ltalign[];

#define TDATA_BYTES ((size_t)(uintptr_t)_ltdata)
#define TBSS_BYTES ((size_t)(uintptr_t)_ltbss)
#define TALIGN ((size_t)(uintptr_t)_ltalign)

size_t solo5_tls_size(void)
{
	return TDATA_BYTES + TBSS_BYTES + ARCH_TLS_HEADER_BYTES(TALIGN);
}

uintptr_t solo5_tls_tp_offset(uintptr_t tls)
{
	return tls + ARCH_TLS_POINTER(TDATA_BYTES + TBSS_BYTES);
}

solo5_result_t solo5_tls_init(uintptr_t tls)
{
	uintptr_t *thread_pointer = (uintptr_t *)solo5_tls_tp_offset(tls);
	char *data = (char *)(tls + ARCH_TLS_DATA(TALIGN));

	if (!tls)
		return SOLO5_R_EINVAL;
	*thread_pointer = (uintptr_t)thread_pointer;
	for (size_t i = 0; i < TDATA_BYTES; i++)
		data[i] = _stdata[i];
	return SOLO5_R_OK;
}

solo5_result_t solo5_set_tls_base(uintptr_t base)
{
	return bindings_tls_base_set(base) ? SOLO5_R_OK : SOLO5_R_EINVAL;
}
