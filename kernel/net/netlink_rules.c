/* The rules that say which table of routes is asked when: those that Linux begins with, as none can be added. */
#include <linux/errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "kernel/net/netlink_route.h"
#include "kernel/net/socket.h"

#define NO_SUPPRESSION UINT32_MAX

static void rule_put(struct netlink_reply *reply, uint8_t family, uint32_t priority, uint8_t table)
{
	const struct fib_rule_hdr body = {.family = family, .table = table, .action = FR_ACT_TO_TBL};

	netlink_begin(reply, RTM_NEWRULE, &body, sizeof(body));
	netlink_put_u32(reply, FRA_TABLE, table);
	netlink_put_u32(reply, FRA_SUPPRESS_PREFIXLEN, NO_SUPPRESSION);
	netlink_put_u8(reply, FRA_PROTOCOL, RTPROT_KERNEL);
	if (priority)
		netlink_put_u32(reply, FRA_PRIORITY, priority);
	netlink_end(reply);
}

int netlink_rules_get(const struct netlink_request *request, bool dump, struct netlink_reply *reply)
{
	struct fib_rule_hdr asked;

	if (!dump)
		return -EOPNOTSUPP;
	netlink_body(request, &asked, sizeof(asked));
	if (asked.family != AF_UNSPEC && asked.family != AF_INET && asked.family != AF_INET6)
		return -EAFNOSUPPORT;
	if (asked.family != AF_INET6) {
		rule_put(reply, AF_INET, 0, RT_TABLE_LOCAL);
		rule_put(reply, AF_INET, 32766, RT_TABLE_MAIN);
		rule_put(reply, AF_INET, 32767, RT_TABLE_DEFAULT);
	}
	if (asked.family != AF_INET) {
		rule_put(reply, AF_INET6, 0, RT_TABLE_LOCAL);
		rule_put(reply, AF_INET6, 32766, RT_TABLE_MAIN);
	}
	return 0;
}
