/* tree.c
 * The post-dissector: shows what the hook noted, in the tree and in the Info column.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <epan/expert.h>
#include <epan/frame_data.h>

static int ett_segment = -1;
static int ett_connection = -1;
static expert_field ei_failure = EI_INIT;

/* The connection's final values; there are none in the first pass. */
static void add_connection(proto_tree *tree, const tcp_layer *layer, packet_info *pinfo)
{
    const synfin_value *values;
    size_t count = state_connection_values(pinfo, layer->answer.connection, &values);
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

static void add_segment(proto_tree *tree, const tcp_layer *layer, packet_info *pinfo)
{
    /* The words may need the list of values: they come first. */
    const char *words = note_words(&layer->answer);
    const synfin_value *values;
    size_t count = state_segment_values(&layer->answer, &values);
    proto_item *item;
    proto_tree *branch;

    if (words == NULL)
        words = fields_text("synfin.phase", values, count);
    item = proto_tree_add_protocol_format(tree, proto_synfin, layer->tvb, 0, 0, "TCP lifecycle: %s",
                                          words == NULL ? "" : words);
    proto_item_set_generated(item);
    branch = proto_item_add_subtree(item, ett_segment);
    fields_add(branch, layer->tvb, pinfo, SCOPE_SEGMENT, values, count);
    note_add(branch, layer);
    add_connection(branch, layer, pinfo);
}

static int dissect_post(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    const tcp_layer *layers = hook_layers(pinfo);
    const char *failure;

    state_tick(pinfo);
    if (layers != NULL) {
        note_column(pinfo, layers);
        stats_tap(pinfo, layers);
        if (proto_field_is_referenced(tree, proto_synfin)) {
            for (const tcp_layer *layer = layers; layer != NULL; layer = layer->next) {
                if (layer->known)
                    add_segment(tree, layer, pinfo);
            }
        }
    }
    failure = state_failure(pinfo);
    if (failure != NULL)
        expert_add_info_format(pinfo, tree, &ei_failure, "synfin gave up on this file: %s", failure);
    return (int)tvb_captured_length(tvb);
}

void tree_register(void)
{
    static gint *subtrees[] = {&ett_segment, &ett_connection};
    static ei_register_info experts[] = {
        {&ei_failure,
         {"synfin.failure", PI_DEBUG, PI_ERROR, "synfin gave up on this file", EXPFILL}},
    };

    proto_register_subtree_array(subtrees, array_length(subtrees));
    expert_register_field_array(expert_register_protocol(proto_synfin), experts, array_length(experts));
    register_postdissector(create_dissector_handle(dissect_post, proto_synfin));
}
