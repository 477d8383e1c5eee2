/* syscall.def as the dispatch table. */
#include "kernel/syscall/dispatch.h"

#define DONE(number, name, args) long sys_##name(const struct arguments *arguments);
#define PARTIAL(number, name, args, missing) DONE(number, name, args)
#define STUB(number, name, args, answer) DONE(number, name, args)
#define ABSENT(number, name, args)
#include "kernel/syscall/syscall.def"
#undef DONE
#undef PARTIAL
#undef STUB
#undef ABSENT

#define DONE(number, name, args) [number] = {sys_##name, #name, args},
#define PARTIAL(number, name, args, missing) DONE(number, name, args)
#define STUB(number, name, args, answer) DONE(number, name, args)
#define ABSENT(number, name, args) [number] = {0, #name, args},

const struct syscall_entry syscall_table[SYSCALL_MAX] = {
#include "kernel/syscall/syscall.def"
};
