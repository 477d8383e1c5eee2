/* What TCP sockets can do: the table. See inet_socket.h. */
#include "kernel/net/inet_socket.h"

static void option_changed(struct socket *socket)
{
	stack_enter();
	tcp_options_apply(inet_of(socket));
	stack_leave();
}

const struct socket_ops tcp_ops = {
	.bind = inet_bind,
	.connect = tcp_socket_connect,
	.listen = tcp_socket_listen,
	.accept = tcp_socket_accept,
	.name = inet_name_get,
	.send = tcp_socket_send,
	.receive = tcp_socket_receive,
	.shutdown = tcp_socket_shutdown,
	.poll = tcp_socket_poll,
	.ioctl = tcp_socket_ioctl,
	.option_set = inet_option_set,
	.option_get = inet_option_get,
	.option_changed = option_changed,
	.is_listening = inet_is_listening,
	.release = tcp_socket_release,
};
