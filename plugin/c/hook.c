/* hook.c
 * Stands in front of the TCP dissector in the table ip.proto and notes every TCP layer of a frame.
 *
 * At that place the layer's tvb ends where the IP length says (padding is gone), the addresses are those
 * of its own IP header however many there are, IP fragments are reassembled, and IP's own dissector
 * passes its header along as the dissector data. It works with and without a tree, in every pass, and
 * inside every encapsulation that Wireshark knows. A wanted field would force a tree on every packet.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <epan/dissectors/packet-ip.h>
#include <epan/proto_data.h>

#define IP_PROTOCOL_TCP 6

/* The hook needs a protocol of its own: a handle without one cannot be listed in "Decode As". As it is
 * registered in name only, it adds no layer to frame.protocols, and it is on or off with its parent. That
 * must be TCP and not synfin, or whoever switches synfin off would lose TCP. */
static int proto_hook = -1;
static protocol_t *protocol_synfin;
static dissector_handle_t hook_handle;
static dissector_handle_t tcp_handle;

enum { KEY_LAYERS };

tcp_layer *hook_layers(packet_info *pinfo)
{
    return (tcp_layer *)p_get_proto_data(pinfo->pool, pinfo, proto_synfin, KEY_LAYERS);
}

/* Time to live and identification out of the IP header that IP's dissectors pass along. Others that use
 * ip.proto pass nothing, or something else: it must begin with the version and name the same sender. */
static ip_facts facts_of(const packet_info *pinfo, void *data)
{
    ip_facts facts = {-1, -1};

    if (pinfo->src.type == AT_IPv4) {
        const ws_ip4 *ip = WS_IP4_PTR(data);
        if (ip != NULL && addresses_equal(&ip->ip_src, &pinfo->src)) {
            facts.ttl = ip->ip_ttl;
            facts.ip_id = ip->ip_id;
        }
    } else if (pinfo->src.type == AT_IPv6) {
        const ws_ip6 *ip = WS_IP6_PTR(data);
        if (ip != NULL && addresses_equal(&ip->ip6_src, &pinfo->src))
            facts.ttl = ip->ip6_hop;
    }
    return facts;
}

/* Whether both hold the very same bytes of the frame: some dissectors try, give up and try again. */
static gboolean same_bytes(tvbuff_t *a, tvbuff_t *b)
{
    return tvb_get_ds_tvb(a) == tvb_get_ds_tvb(b) && tvb_raw_offset(a) == tvb_raw_offset(b) &&
           tvb_reported_length(a) == tvb_reported_length(b);
}

static void note_layer(tvbuff_t *tvb, packet_info *pinfo, void *data)
{
    tcp_layer *layers = hook_layers(pinfo);
    tcp_layer *last = NULL;
    tcp_layer *layer;

    for (layer = layers; layer != NULL; layer = layer->next) {
        if (same_bytes(layer->tvb, tvb))
            return;
        last = layer;
    }
    layer = wmem_new0(pinfo->pool, tcp_layer);
    layer->tvb = tvb;
    layer->number = last == NULL ? 0 : last->number + 1;
    layer->known = state_answer(pinfo, tvb, layer->number, facts_of(pinfo, data), &layer->answer);
    if (last == NULL)
        p_add_proto_data(pinfo->pool, pinfo, proto_synfin, KEY_LAYERS, layer);
    else
        last->next = layer;
}

static int dissect_hook(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    /* A header quoted in an ICMP error was sent earlier and elsewhere; a fragment that stays one has not
     * all of its segment. Neither is a segment of this frame. */
    if (!pinfo->flags.in_error_pkt && !pinfo->fragmented && proto_is_protocol_enabled(protocol_synfin))
        note_layer(tvb, pinfo, data);
    return call_dissector_only(tcp_handle, tvb, pinfo, tree, data);
}

void hook_register(void)
{
    protocol_synfin = find_protocol_by_id(proto_synfin);
    proto_hook = proto_register_protocol_in_name_only("TCP lifecycle hook", "synfin hook", "synfin_hook",
                                                      proto_get_id_by_filter_name("tcp"), FT_PROTOCOL);
    hook_handle = create_dissector_handle(dissect_hook, proto_hook);
}

void hook_handoff(void)
{
    dissector_table_t table = find_dissector_table("ip.proto");

    /* Plugins hand off after the built-in dissectors, so TCP is there already. */
    tcp_handle = dissector_get_uint_handle(table, IP_PROTOCOL_TCP);
    if (tcp_handle == NULL)
        tcp_handle = find_dissector("tcp");
    if (tcp_handle != NULL && tcp_handle != hook_handle)
        dissector_add_uint("ip.proto", IP_PROTOCOL_TCP, hook_handle);
}
