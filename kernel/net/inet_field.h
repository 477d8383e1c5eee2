/* Options that are an int with bounds, kept in a field of struct inet_socket: tables of them, for tcp and ip. */
#ifndef KERNEL_NET_INET_FIELD_H
#define KERNEL_NET_INET_FIELD_H

#include "kernel/net/inet_socket.h"

struct inet_field {
	int name;
	uint16_t offset;
	uint8_t bytes; /* of the field: 1, 2, 4; FIELD_BIT: a bit of 32 */
	uint32_t bit;
	int32_t least, most; /* -EINVAL outside; switches take anything as yes or no */
	int32_t standard;    /* what a field of 0 stands for */
	bool is_switch;
};

#define FIELD_BIT 0
#define FIELD_NUMBER(option, field, from, to, usual)                                                                   \
	{                                                                                                              \
		.name = (option), .offset = offsetof(struct inet_socket, field),                                       \
		.bytes = sizeof(((struct inet_socket *)0)->field), .least = (from), .most = (to), .standard = (usual)  \
	}
#define FIELD_SWITCH(option, field)                                                                                    \
	{                                                                                                              \
		.name = (option), .offset = offsetof(struct inet_socket, field),                                       \
		.bytes = sizeof(((struct inet_socket *)0)->field), .is_switch = true                                   \
	}
#define FIELD_FLAG(option, field, flag)                                                                                \
	{                                                                                                              \
		.name = (option), .offset = offsetof(struct inet_socket, field), .bytes = FIELD_BIT, .bit = (flag),    \
		.is_switch = true                                                                                      \
	}

/* 0, -EINVAL, -ENOPROTOOPT: no such option in the table. */
int inet_field_set(struct inet_socket *sock, const struct inet_field *table, size_t count, int name, int value);
int inet_field_get(const struct inet_socket *sock, const struct inet_field *table, size_t count, int name, int *value);

#endif
