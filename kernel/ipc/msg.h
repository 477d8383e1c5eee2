/* System V message queues: msgget(2), msgop(2), msgctl(2). */
#ifndef KERNEL_IPC_MSG_H
#define KERNEL_IPC_MSG_H

#include "kernel/lib/text.h"
#include "kernel/mm/user.h"

#define MSG_BYTES_MAX 8192u
#define MSG_QUEUE_BYTES 16384u

long msg_get(int key, int flags);
/* `text`: behind the type, in application memory. -EINTR if a signal ends the wait. */
long msg_send(int id, int64_t type, user_t text, uint64_t bytes, int flags);
long msg_receive(int id, user_t to, uint64_t bytes, int64_t type, int flags);
long msg_control(int id, int command, user_t argument);
void msg_show(struct text *text);

#endif
