/* /proc/net: what its files share. */
#ifndef KERNEL_FS_PROC_NET_H
#define KERNEL_FS_PROC_NET_H

#include <stdint.h>

#include "kernel/fs/pseudo_file.h"

/* The files of /proc/PID/net: there is one network for all. */
extern const struct pseudo_entry proc_net_entries[];

/* proc_net_sockets.c */
int proc_net_show_tcp(const struct pseudo_node *node, struct text *text);
int proc_net_show_tcp6(const struct pseudo_node *node, struct text *text);
int proc_net_show_udp(const struct pseudo_node *node, struct text *text);
int proc_net_show_udp6(const struct pseudo_node *node, struct text *text);
int proc_net_show_udp_lite(const struct pseudo_node *node, struct text *text);
int proc_net_show_udp_lite6(const struct pseudo_node *node, struct text *text);

/* So many digits, in capitals. */
void proc_net_hex(struct text *text, uint64_t number, unsigned digits);
/* An address in words as the CPU has them, which is how Linux prints them. */
void proc_net_address(struct text *text, const uint8_t *bytes, unsigned count);
/* Ends a line that began at `start`, filled up with blanks. */
void proc_net_pad(struct text *text, size_t start, size_t width);

#endif
