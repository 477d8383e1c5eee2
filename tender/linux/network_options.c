/* The options of a Linux guest's network: see network.h. */
#include <string.h>

#include "tender/linux/address.h"
#include "tender/linux/network.h"
#include "tender/option.h"

#define MTU_MIN 576u
#define MTU_MAX 65521u
#define BRIDGE_OPTION "bridge="

/* A name of an interface, up to a ',' or the end, to which *text is moved. */
static bool name_take(const char **text, char name[NETWORK_NAME_BYTES])
{
	size_t length = 0;
	const char *c = *text;

	for (; *c && *c != ','; c++) {
		/* What the host's kernel does not take, and what would make a pattern of it. */
		if (*c == '/' || *c == '%' || *c == ':' || *c <= ' ' || length == NETWORK_NAME_BYTES - 1)
			return false;
		name[length++] = *c;
	}
	name[length] = '\0';
	*text = c;
	return length > 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* What follows "tap": [=NAME][,bridge=NAME] */
static bool tap_parse(struct network_options *options, const char *rest)
{
	options->kind = NETWORK_TAP_NEW;
	options->interface[0] = '\0';
	options->bridge[0] = '\0';
	if (*rest == '=') {
		rest++;
		options->kind = NETWORK_TAP;
		if (!name_take(&rest, options->interface))
			return false;
	}
	if (*rest == ',' && strncmp(rest + 1, BRIDGE_OPTION, strlen(BRIDGE_OPTION)) == 0) {
		rest += 1 + strlen(BRIDGE_OPTION);
		if (!name_take(&rest, options->bridge))
			return false;
	}
	return *rest == '\0';
}

int network_parse_net(struct network_options *options, const char *value, struct error *error)
{
	options->value = value;
	if (strcmp(value, "none") == 0) {
		options->kind = NETWORK_NONE;
		return 0;
	}
	if (strncmp(value, "fd=", 3) == 0 && value[3]) {
		options->kind = NETWORK_FD;
		options->fd = value + 3;
		return 0;
	}
	if (strncmp(value, "tap", 3) == 0 && tap_parse(options, value + 3))
		return 0;
	return error_set(error, "--net=%s: not one of none, user, tap[=NAME][,bridge=NAME], fd=FD", value);
}

static int parse_address(const char *name, const char *value, uint32_t family, struct kernel_net_address *address,
			 struct error *error)
{
	if (address_parse(value, address) && (family == 0 || address->family == family))
		return 0;
	return error_set(error, "--%s=%s: not an %s address", name, value,
			 family == ADDRESS_FAMILY_4   ? "IPv4"
			 : family == ADDRESS_FAMILY_6 ? "IPv6"
						      : "internet");
}

/* Neither of nobody nor of many: what an interface may have. */
static bool is_of_one(const struct kernel_net_address *address)
{
	static const uint8_t none[16];
	uint8_t first = address->bytes[0];

	if (memcmp(address->bytes, none, sizeof(none)) == 0)
		return false;
	if (address->family == ADDRESS_FAMILY_6)
		return first != 0xff && !(memcmp(address->bytes, none, 15) == 0 && address->bytes[15] == 1);
	return first != 0 && first != 127 && first < 224;
}

/* The network's own address and its broadcast, where it has room for both. */
static bool is_edge(const struct kernel_net_address *address)
{
	uint32_t host_bits = 32 - address->prefix;
	uint32_t host_mask = host_bits == 32 ? UINT32_MAX : (1u << host_bits) - 1;
	uint32_t host = address_number(address) & host_mask;

	return host_bits > 1 && (host == 0 || host == host_mask);
}

int network_parse_ip(struct network_options *options, const char *value, struct error *error)
{
	struct kernel_net_address *ip = &options->net.ip4;

	options->needs = "--ip";
	if (parse_address("ip", value, ADDRESS_FAMILY_4, ip, error) < 0)
		return -1;
	if (ip->prefix == ADDRESS_PREFIX_NONE)
		ip->prefix = 24;
	if (!is_of_one(ip) || ip->prefix == 0 || is_edge(ip))
		return error_set(error, "--ip=%s: not an address that a guest can have in that network", value);
	return 0;
}

int network_parse_ip6(struct network_options *options, const char *value, struct error *error)
{
	struct kernel_net_address *ip = &options->net.ip6;

	options->needs = "--ip6";
	if (parse_address("ip6", value, ADDRESS_FAMILY_6, ip, error) < 0)
		return -1;
	if (ip->prefix == ADDRESS_PREFIX_NONE)
		ip->prefix = 64;
	if (!is_of_one(ip) || ip->prefix == 0)
		return error_set(error, "--ip6=%s: not an address that a guest can have", value);
	return 0;
}

/* A host's address, without the prefix that would make it a network's. */
static bool host_take(struct kernel_net_address *address)
{
	if (address->prefix != ADDRESS_PREFIX_NONE)
		return false;
	address->prefix = address->family == ADDRESS_FAMILY_4 ? 32 : 128;
	return true;
}

int network_parse_gateway(struct network_options *options, const char *value, struct error *error)
{
	struct kernel_net_address gateway;

	options->needs = "--gateway";
	if (parse_address("gateway", value, 0, &gateway, error) < 0)
		return -1;
	if (!host_take(&gateway) || !is_of_one(&gateway))
		return error_set(error, "--gateway=%s: not the address of a host", value);
	*(gateway.family == ADDRESS_FAMILY_4 ? &options->net.gateway4 : &options->net.gateway6) = gateway;
	return 0;
}

int network_parse_dns(struct network_options *options, const char *value, struct error *error)
{
	unsigned count = options->name_server_count;

	options->needs = "--dns";
	if (count == KERNEL_NET_NAME_SERVERS_MAX)
		return error_set(error, "--dns=%s: more than %u name servers, which is what C libraries use", value,
				 KERNEL_NET_NAME_SERVERS_MAX);
	if (parse_address("dns", value, 0, &options->net.name_servers[count], error) < 0)
		return -1;
	if (!host_take(&options->net.name_servers[count]))
		return error_set(error, "--dns=%s: not the address of a host", value);
	options->name_server_count++;
	return 0;
}

int network_parse_mac(struct network_options *options, const char *value, struct error *error)
{
	static const uint8_t none[6];

	options->needs = "--mac-address";
	if (!option_mac(value, options->net.mac) || options->net.mac[0] & 1 ||
	    memcmp(options->net.mac, none, sizeof(none)) == 0)
		return error_set(error, "--mac-address=%s: not the address of one interface, as 52:54:00:12:34:56",
				 value);
	options->has_mac = true;
	return 0;
}

int network_parse_mtu(struct network_options *options, const char *value, struct error *error)
{
	uint64_t mtu;

	options->needs = "--mtu";
	if (!option_number(value, MTU_MAX, &mtu) || mtu < MTU_MIN)
		return error_set(error, "--mtu=%s: not a number from %u to %u", value, MTU_MIN, MTU_MAX);
	options->net.mtu = (uint32_t)mtu;
	return 0;
}

/* Without --gateway it is the network's first address, as container networks have it; the guest's own is nobody's. */
static void gateway_default(struct kernel_net *net)
{
	struct kernel_net_address first;

	if (!net->ip4.family || net->gateway4.family || net->ip4.prefix >= 31)
		return;
	first = address_of_host(&net->ip4, 1);
	if (!address_equal(&first, &net->ip4))
		net->gateway4 = first;
}

int network_complete(struct network_options *options, struct error *error)
{
	struct kernel_net *net = &options->net;

	net->fd = -1;
	if (options->kind == NETWORK_NONE) {
		if (options->needs)
			return error_set(error, "%s: the guest has no network; add --net user or --net tap",
					 options->needs);
		return 0;
	}
	if (options->kind == NETWORK_TAP && options->bridge[0])
		return error_set(error,
				 "--net=%s: an existing interface is put into a bridge by whoever made it: ip link set "
				 "%s master %s",
				 options->value, options->interface, options->bridge);
	if (options->kind == NETWORK_TAP_NEW && !options->bridge[0] && !net->ip4.family)
		return error_set(
			error,
			"--net=%s: the new interface needs addresses, --ip ADDRESS[/PREFIX] for the guest (the "
			"host gets the gateway's), or a bridge, --net tap,bridge=NAME",
			options->value);
	gateway_default(net);
	if (net->gateway4.family && address_equal(&net->gateway4, &net->ip4))
		return error_set(error, "--gateway: address conflict, it is the guest's own (--ip)");
	if (net->gateway4.family && net->ip4.family && !address_is_near(&net->ip4, &net->gateway4))
		return error_set(error, "--gateway: it is not in the guest's network (--ip)");
	if (!net->ip4.family)
		net->flags |= KERNEL_NET_DHCP;
	if (!net->ip6.family)
		net->flags |= KERNEL_NET_SLAAC;
	return 0;
}
