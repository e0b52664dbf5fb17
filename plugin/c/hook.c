/* hook.c
 * Stands in front of the dissectors of TCP and ICMP in the table ip.proto and notes every such layer of a frame.
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
#include <string.h>

/* What stands where in ip.proto. Each hook needs a protocol of its own: a handle without one cannot be listed
 * in "Decode As". As it is registered in name only, it adds no layer to frame.protocols, and it is on or off
 * with its parent. That must be the real protocol and not synfin, or whoever switches synfin off would lose it. */
typedef struct {
    guint ip_protocol;
    layer_kind kind;
    const char *real; /* filter name */
    const char *name;
    const char *short_name;
    const char *filter_name;
    dissector_t dissect;
    dissector_handle_t handle;
    dissector_handle_t real_handle;
} hook;

static int dissect_tcp_hook(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);
static int dissect_icmp_hook(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);
static int dissect_icmpv6_hook(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);

enum { HOOK_TCP, HOOK_ICMP, HOOK_ICMPV6 };

static hook hooks[] = {
    [HOOK_TCP] = {6, LAYER_TCP, "tcp", "TCP lifecycle hook", "synfin hook", "synfin_hook", dissect_tcp_hook, NULL, NULL},
    [HOOK_ICMP] = {1, LAYER_ICMP, "icmp", "TCP lifecycle hook of ICMP", "synfin ICMP hook", "synfin_icmp_hook",
                   dissect_icmp_hook, NULL, NULL},
    [HOOK_ICMPV6] = {58, LAYER_ICMP, "icmpv6", "TCP lifecycle hook of ICMPv6", "synfin ICMPv6 hook",
                     "synfin_icmpv6_hook", dissect_icmpv6_hook, NULL, NULL},
};

static protocol_t *protocol_synfin;

enum { KEY_NOTED };

/* The layers of the frame that is dissected. The first has a place of its own, which saves nearly every frame
 * an allocation and the search for it. */
static noted_layer first_layer;
static const packet_info *owner; /* of that place; NULL between frames */
static guint32 owner_frame;

const noted_layer *hook_layers(const packet_info *pinfo)
{
    return owner == pinfo && owner_frame == pinfo->num ? &first_layer : NULL;
}

void hook_release(void)
{
    owner = NULL;
}

/* Whether the first layer was noted in this very dissection of the frame. One that broke off before the
 * post-dissector leaves its own behind; what it noted with the frame is gone. */
static gboolean is_noted(packet_info *pinfo)
{
    return hook_layers(pinfo) != NULL && p_get_proto_data(pinfo->pool, pinfo, proto_synfin, KEY_NOTED) != NULL;
}

static noted_layer *take_first(packet_info *pinfo)
{
    owner = pinfo;
    owner_frame = pinfo->num;
    p_add_proto_data(pinfo->pool, pinfo, proto_synfin, KEY_NOTED, &first_layer);
    return &first_layer;
}

static gboolean is_sender(const packet_info *pinfo, const address *sender, guint len)
{
    return sender->type == pinfo->src.type && memcmp(sender->data, pinfo->src.data, len) == 0;
}

/* Time to live and identification out of the IP header that IP's dissectors pass along. Others that use
 * ip.proto pass nothing, or something else: it must begin with the version and name the same sender. */
static ip_facts facts_of(const packet_info *pinfo, void *data)
{
    ip_facts facts = {-1, -1};

    if (pinfo->src.type == AT_IPv4) {
        const ws_ip4 *ip = WS_IP4_PTR(data);
        if (ip != NULL && is_sender(pinfo, &ip->ip_src, 4)) {
            facts.ttl = ip->ip_ttl;
            facts.ip_id = ip->ip_id;
        }
    } else if (pinfo->src.type == AT_IPv6) {
        const ws_ip6 *ip = WS_IP6_PTR(data);
        if (ip != NULL && is_sender(pinfo, &ip->ip6_src, 16))
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

static void note_layer(tvbuff_t *tvb, packet_info *pinfo, void *data, layer_kind kind)
{
    noted_layer *last = NULL;
    noted_layer *layer;

    if (is_noted(pinfo)) {
        for (layer = &first_layer; layer != NULL; layer = layer->next) {
            if (same_bytes(layer->tvb, tvb))
                return;
            last = layer;
        }
    }
    layer = last == NULL ? take_first(pinfo) : wmem_new(pinfo->pool, noted_layer);
    layer->next = NULL;
    layer->kind = kind;
    layer->tvb = tvb;
    layer->number = last == NULL ? 0 : last->number + 1;
    layer->answered_in = 0;
    layer->known = state_answer(pinfo, layer, facts_of(pinfo, data)) &&
                   (prefs_now.strays || layer->answer.phase != SYNFIN_PHASE_STRAY);
    if (last != NULL)
        last->next = layer;
}

static int dissect_hook(const hook *at, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    /* A header quoted in an ICMP error was sent earlier and elsewhere; a fragment that stays one has not
     * all of its packet. Neither is one of this frame. */
    if (!pinfo->flags.in_error_pkt && !pinfo->fragmented && proto_is_protocol_enabled(protocol_synfin))
        note_layer(tvb, pinfo, data, at->kind);
    return call_dissector_only(at->real_handle, tvb, pinfo, tree, data);
}

static int dissect_tcp_hook(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return dissect_hook(&hooks[HOOK_TCP], tvb, pinfo, tree, data);
}

static int dissect_icmp_hook(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return dissect_hook(&hooks[HOOK_ICMP], tvb, pinfo, tree, data);
}

static int dissect_icmpv6_hook(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return dissect_hook(&hooks[HOOK_ICMPV6], tvb, pinfo, tree, data);
}

void hook_register(void)
{
    protocol_synfin = find_protocol_by_id(proto_synfin);
    for (guint i = 0; i < G_N_ELEMENTS(hooks); i++) {
        hook *at = &hooks[i];
        int proto = proto_register_protocol_in_name_only(at->name, at->short_name, at->filter_name,
                                                         proto_get_id_by_filter_name(at->real), FT_PROTOCOL);

        at->handle = create_dissector_handle(at->dissect, proto);
    }
}

void hook_handoff(void)
{
    dissector_table_t table = find_dissector_table("ip.proto");

    for (guint i = 0; i < G_N_ELEMENTS(hooks); i++) {
        hook *at = &hooks[i];

        /* Plugins hand off after the built-in dissectors, so the real one is there already. */
        at->real_handle = dissector_get_uint_handle(table, at->ip_protocol);
        if (at->real_handle == NULL)
            at->real_handle = find_dissector(at->real);
        if (at->real_handle != NULL && at->real_handle != at->handle)
            dissector_add_uint("ip.proto", at->ip_protocol, at->handle);
    }
}
