/* How lwIP is built for the library kernel: without threads of its own, memory from the kernel's heap. */
#ifndef KERNEL_NET_LWIP_LWIPOPTS_H
#define KERNEL_NET_LWIP_LWIPOPTS_H

/* Callers hold the stack's lock (net/stack.h). */
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
/* Ours: net/stack_timer.c. */
#define LWIP_TIMERS 1
#define LWIP_TIMERS_CUSTOM 1
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_HOOK_FILENAME "kernel/net/lwip/hooks.h"

#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 8
#define mem_clib_malloc heap_alloc
#define mem_clib_calloc(count, bytes) heap_alloc_zero((count) * (bytes))
#define mem_clib_free heap_free

#define LWIP_IPV4 1
#define LWIP_IPV6 1
#define LWIP_ETHERNET 1
#define LWIP_ARP 1
#define ARP_TABLE_SIZE 64
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN 8
#define ETHARP_SUPPORT_STATIC_ENTRIES 0
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_HAVE_LOOPIF 1
#define LWIP_LOOPIF_MULTICAST 1
#define LWIP_NUM_NETIF_CLIENT_DATA 0
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_CHECKSUM_CTRL_PER_NETIF 1
#define PBUF_LINK_HLEN 14
/* struct virtio_net_hdr goes in front of frames, in the same block. */
#define PBUF_LINK_ENCAPSULATION_HLEN 10

/* Received fragments: bounded in all, and dropped after 15 seconds. */
#define IP_REASSEMBLY 1
#define IP_REASS_MAX_PBUFS 256
#define MEMP_NUM_REASSDATA 16
#define IP_REASS_FREE_OLDEST 1
#define IP_FRAG 1
#define LWIP_IPV6_FRAG 1
#define LWIP_IPV6_REASS 1
#define IPV6_FRAG_COPYHEADER 1 /* pointers do not fit where a header was */
#define IP_DEFAULT_TTL 64
#define LWIP_ICMP 1
#define LWIP_ICMP6 1
#define LWIP_BROADCAST_PING 0
#define LWIP_MULTICAST_PING 0
#define LWIP_RAW 1
#define LWIP_IGMP 1
#define LWIP_IPV6_MLD 1
#define LWIP_MULTICAST_TX_OPTIONS 1
#define LWIP_DHCP 1
#define LWIP_DHCP_DOES_ACD_CHECK 0
#define DHCP_DOES_ARP_CHECK 0
#define LWIP_DHCP_PROVIDE_DNS_SERVERS 3
#define LWIP_DNS 0
#define LWIP_IPV6_AUTOCONFIG 1
#define LWIP_IPV6_DHCP6 0
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 1
#define LWIP_ND6_QUEUEING 1
#define MEMP_NUM_ND6_QUEUE 32
#define LWIP_ND6_NUM_NEIGHBORS 32
#define LWIP_ND6_NUM_DESTINATIONS 32
#define LWIP_ND6_RDNSS_MAX_DNS_SERVERS 0

#define LWIP_UDP 1
#define LWIP_UDPLITE 1
#define SO_REUSE 1
/* Broadcasts and multicasts reach every socket of their port. */
#define SO_REUSE_RXTOALL 1

#define LWIP_TCP 1
/* What an interface can carry decides; this is the largest, that of lo. */
#define TCP_MSS 65495
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 6
#define TCP_WND (2u << 20)
/* Peers without window scaling (libslirp) see 64 KiB: they must hear of half of it, not of a quarter of ours. */
#define TCP_WND_UPDATE_THRESHOLD 32768
#define TCP_SND_BUF (4u << 20)
#define TCP_SND_QUEUELEN 65000
#define TCP_SNDLOWAT 1024
#define TCP_SNDQUEUELOWAT 64
#define TCP_OVERSIZE 4096
#define TCP_QUEUE_OOSEQ 1
#define TCP_OOSEQ_MAX_BYTES (1u << 20)
#define LWIP_TCP_SACK_OUT 1
#define LWIP_TCP_KEEPALIVE 1
#define TCP_LISTEN_BACKLOG 1
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1
#define TCP_CALCULATE_EFF_SEND_MSS 1
/* Times as Linux: ACKs are 40 ms late at most, a connection is remembered for a minute. */
#define TCP_TMR_INTERVAL 40
#define TCP_MSL 30000ul
#define LWIP_TCP_RTO_TIME 1000
#define TCP_MAXRTX 12
#define TCP_SYNMAXRTX 6
#define LWIP_TCP_CLOSE_TIMEOUT_MS_DEFAULT 60000

#define LWIP_STATS 1
#define LWIP_STATS_LARGE 1
#define LWIP_STATS_DISPLAY 0
#define MIB2_STATS 1

#endif
