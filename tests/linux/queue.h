/* What the checks of POSIX message queues share. */
#ifndef TESTS_LINUX_QUEUE_H
#define TESTS_LINUX_QUEUE_H

#include "matrix.h"

#include <mqueue.h>

#define NAME "tend-conform"

/* Opens a new, empty queue of that name, whatever there was before. */
long queue_made(long messages, long bytes, int flags);
/* Writes down what mq_getattr says; what mq_receive does. */
void attributes_show(long queue);
void receive_show(long queue);

#endif
