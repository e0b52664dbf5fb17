/* tree.c
 * The post-dissector: shows what the hook noted, in the tree and in the Info column.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <epan/frame_data.h>
#include <string.h>

static int ett_segment = -1;
static int ett_connection = -1;

/* The connection's values: final ones, or as it stands where a live capture goes on. There are none in the first
 * pass. */
static void add_connection(proto_tree *tree, const noted_layer *layer, packet_info *pinfo)
{
    const synfin_value *values;
    size_t count = state_connection_values(layer->answer.connection, &values);
    const char *handshake = fields_text("synfin.handshake.verdict", values, count);
    const char *close = fields_text("synfin.close.verdict", values, count);
    proto_item *item;
    proto_tree *branch;

    if (count == 0)
        return;
    branch = proto_tree_add_subtree(tree, layer->tvb, 0, 0, ett_connection, &item, "Connection");
    if (handshake != NULL && close != NULL)
        proto_item_append_text(item, ": handshake %s, close %s", handshake, close);
    proto_item_set_generated(item);
    fields_add(branch, layer->tvb, pinfo, SCOPE_CONNECTION, values, count);
}

/* The values of a layer with the links that are known from the second pass on, in the order of the registry. */
static size_t values_with_links(packet_info *pinfo, const noted_layer *layer, const synfin_value **values)
{
    const synfin_value links[] = {
        fields_link("synfin.answered_in", layer->answered_in),
        fields_link("synfin.http.response_in", state_response_in(&layer->answer)),
    };
    const synfin_value *without;
    size_t count = state_values(layer, &without);
    synfin_value *with = wmem_alloc_array(pinfo->pool, synfin_value, count + array_length(links));

    if (count > 0)
        memcpy(with, without, count * sizeof *with);
    for (size_t i = 0; i < array_length(links); i++) {
        size_t at = count;

        if (links[i].value.number == 0)
            continue;
        for (; at > 0 && with[at - 1].field > links[i].field; at--)
            with[at] = with[at - 1];
        with[at] = links[i];
        count++;
    }
    *values = with;
    return count;
}

static void add_layer(proto_tree *tree, const noted_layer *layer, packet_info *pinfo)
{
    /* The words may need the list of values: they come first. */
    const char *words = note_words(layer);
    const synfin_value *values;
    size_t count = values_with_links(pinfo, layer, &values);
    proto_item *item;
    proto_tree *branch;

    if (words == NULL)
        words = fields_text("synfin.phase", values, count);
    if (words == NULL)
        words = "ICMP error";
    item = proto_tree_add_protocol_format(tree, proto_synfin, layer->tvb, 0, 0, "TCP lifecycle: %s", words);
    proto_item_set_generated(item);
    experts_add(pinfo, item, &layer->answer);
    branch = proto_item_add_subtree(item, ett_segment);
    fields_add(branch, layer->tvb, pinfo, SCOPE_SEGMENT, values, count);
    note_add(branch, layer);
    if (PINFO_FD_VISITED(pinfo))
        add_connection(branch, layer, pinfo);
}

static int dissect_post(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    const noted_layer *layers = hook_layers(pinfo);
    gboolean shown = proto_field_is_referenced(tree, proto_synfin);
    const char *failure;

    state_tick(pinfo, layers);
    note_column(pinfo, layers);
    stats_tap(pinfo, layers);
    for (const noted_layer *layer = layers; layer != NULL; layer = layer->next) {
        if (!layer->known)
            continue;
        if (shown)
            add_layer(tree, layer, pinfo);
        else
            experts_add(pinfo, NULL, &layer->answer);
    }
    failure = state_failure(pinfo);
    if (failure != NULL)
        experts_add_failure(pinfo, tree, failure);
    hook_release();
    return (int)tvb_captured_length(tvb);
}

void tree_register(void)
{
    static gint *subtrees[] = {&ett_segment, &ett_connection};
    int proto_post;

    proto_register_subtree_array(subtrees, array_length(subtrees));
    /* A protocol in name only: as a layer of each packet it would cost as much as all else here. It is on or off
     * with its parent. */
    proto_post = proto_register_protocol_in_name_only("TCP lifecycle of the packet", "synfin post", "synfin_post",
                                                      proto_synfin, FT_PROTOCOL);
    register_postdissector(create_dissector_handle(dissect_post, proto_post));
}
