/* /proc/net/{tcp,tcp6,udp,udp6,udplite,udplite6}: see proc_net.h. */
#include "kernel/fs/proc_net.h"
#include "kernel/net/view.h"

#define BATCH 32
#define WIDTH_TCP 149
#define WIDTH_UDP 127

struct format {
	enum net_socket_table table;
	bool is_6;
	bool is_tcp;
	const char *head;
};

static void name_show(struct text *text, const struct format *format, const uint8_t *address, uint16_t port)
{
	proc_net_address(text, address, format->is_6 ? 16 : 4);
	text_add(text, ":", 1);
	proc_net_hex(text, port, 4);
	text_add(text, " ", 1);
}

static void line_show(struct text *text, const struct format *format, const struct net_socket_view *view,
		      unsigned number)
{
	size_t start = text->length;

	text_print(text, format->is_tcp ? "%4u: " : "%5u: ", number);
	name_show(text, format, view->local, view->local_port);
	name_show(text, format, view->remote, view->remote_port);
	proc_net_hex(text, view->state, 2);
	text_add(text, " ", 1);
	proc_net_hex(text, view->transmit_queue, 8);
	text_add(text, ":", 1);
	proc_net_hex(text, view->receive_queue, 8);
	text_print(text, " 00:00000000 ");
	proc_net_hex(text, view->retransmits, 8);
	text_print(text, " %5u %8u %lu 1 0000000000000000", view->user_id, 0, view->inode);
	if (format->is_tcp)
		text_print(text, " 100 0 0 10 0");
	else
		text_print(text, " %lu", view->drops);
	if (format->is_6)
		text_add(text, "\n", 1);
	else
		proc_net_pad(text, start, format->is_tcp ? WIDTH_TCP : WIDTH_UDP);
}

static int table_show(const struct format *format, struct text *text)
{
	struct net_socket_view views[BATCH];
	size_t start = text->length;
	size_t done = 0;
	size_t count;

	text_print(text, "%s", format->head);
	if (format->is_6)
		text_add(text, "\n", 1);
	else
		proc_net_pad(text, start, format->is_tcp ? WIDTH_TCP : WIDTH_UDP);
	while ((count = net_sockets_get(format->table, done, views, BATCH)) > 0) {
		for (size_t i = 0; i < count; i++)
			line_show(text, format, &views[i], (unsigned)(done + i));
		done += count;
	}
	return 0;
}

#define HEAD_4(indent)                                                                                                 \
	indent "sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
#define HEAD_6                                                                                                         \
	"  sl  local_address                         remote_address                        st tx_queue rx_queue tr "   \
	"tm->when retrnsmt   uid  timeout inode"
#define HEAD_UDP " ref pointer drops"

int proc_net_show_tcp(const struct pseudo_node *node, struct text *text)
{
	static const struct format format = {NET_SOCKETS_TCP, false, true, HEAD_4("  ")};

	(void)node;
	return table_show(&format, text);
}

int proc_net_show_tcp6(const struct pseudo_node *node, struct text *text)
{
	static const struct format format = {NET_SOCKETS_TCP6, true, true, HEAD_6};

	(void)node;
	return table_show(&format, text);
}

int proc_net_show_udp(const struct pseudo_node *node, struct text *text)
{
	static const struct format format = {NET_SOCKETS_UDP, false, false, HEAD_4("   ") HEAD_UDP};

	(void)node;
	return table_show(&format, text);
}

int proc_net_show_udp6(const struct pseudo_node *node, struct text *text)
{
	static const struct format format = {NET_SOCKETS_UDP6, true, false, HEAD_6 HEAD_UDP};

	(void)node;
	return table_show(&format, text);
}

int proc_net_show_udp_lite(const struct pseudo_node *node, struct text *text)
{
	static const struct format format = {NET_SOCKETS_UDP_LITE, false, false, HEAD_4("   ") HEAD_UDP};

	(void)node;
	return table_show(&format, text);
}

int proc_net_show_udp_lite6(const struct pseudo_node *node, struct text *text)
{
	static const struct format format = {NET_SOCKETS_UDP_LITE6, true, false, HEAD_6 HEAD_UDP};

	(void)node;
	return table_show(&format, text);
}
