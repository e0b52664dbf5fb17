/* prefs.c
 * What the user may set. Wireshark dissects the file anew when one of these changes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <epan/prefs.h>

preferences prefs_now = {
    .note_style = NOTE_SUFFIX,
    .checksums = SYNFIN_CHECKSUMS_NOTE,
    .strays = TRUE,
    .http = TRUE,
    .listed = 100,
};

static void register_display(module_t *module)
{
    static const enum_val_t styles[] = {
        {"off", "Off", NOTE_OFF},
        {"prefix", "Before the text", NOTE_PREFIX},
        {"suffix", "Behind the text", NOTE_SUFFIX},
        {NULL, NULL, 0},
    };

    prefs_register_enum_preference(
        module, "info_note", "Note in the Info column",
        "Whether and where the Info column says which step of its connection's life a segment is",
        &prefs_now.note_style, styles, FALSE);
    prefs_register_bool_preference(
        module, "strays", "Annotate segments that belong to no connection",
        "Whether segments that no connection explains, such as a RST to nobody or the bits of a scan, get a note, a tree "
        "and expert information",
        &prefs_now.strays);
}

static void register_judgement(module_t *module)
{
    static const enum_val_t policies[] = {
        {"ignore", "Do not look", SYNFIN_CHECKSUMS_IGNORE},
        {"note", "Say so, and believe the segment", SYNFIN_CHECKSUMS_NOTE},
        {"drop", "Say so, and let the segment prove nothing", SYNFIN_CHECKSUMS_DROP},
        {NULL, NULL, 0},
    };

    prefs_register_enum_preference(
        module, "checksums", "Wrong TCP checksums",
        "What to do with a segment whose checksum is wrong. One counts as wrong only when the segment was captured "
        "whole and it is no artefact of offloading",
        &prefs_now.checksums, policies, FALSE);
    prefs_register_bool_preference(module, "http", "Look for HTTP and TLS",
                                   "Whether to follow HTTP/1 requests and responses and TLS sessions, on any port", &prefs_now.http);
}

/* Defaults are those of the library. */
static void register_limits(module_t *module)
{
    synfin_config config = {.struct_size = sizeof config};

    if (synfin_config_init(&config) != SYNFIN_OK)
        return;
    prefs_now.max_connections = (guint)MIN(config.max_connections, G_MAXINT32);
    prefs_now.held_bytes = config.reassembly_held_bytes;
    prefs_now.head_bytes = config.http_head_bytes;
    prefs_now.kept_transactions = config.http_kept_transactions;
    prefs_register_uint_preference(
        module, "max_connections", "Connections followed at once",
        "When there are more, closed ones are followed no longer, then quiet ones; what is known of them stays", 10,
        &prefs_now.max_connections);
    prefs_register_uint_preference(module, "max_out_of_order", "Out-of-order bytes held",
                                   "Bytes of payload held for each direction of a connection until what is missing comes",
                                   10, &prefs_now.held_bytes);
    prefs_register_uint_preference(module, "max_http_head", "Longest HTTP head",
                                   "Bytes of the start line and the header fields of an HTTP message", 10,
                                   &prefs_now.head_bytes);
    prefs_register_uint_preference(module, "max_transactions", "HTTP transactions kept of a connection",
                                   "Later ones are counted", 10, &prefs_now.kept_transactions);
    prefs_register_uint_preference(
        module, "max_listed", "Values listed of a connection",
        "How many values of one field the tree shows of a connection, such as its HTTP requests: each of its packets "
        "shows them all",
        10, &prefs_now.listed);
}

void prefs_register(void)
{
    module_t *module = prefs_register_protocol(proto_synfin, NULL);

    register_display(module);
    register_judgement(module);
    register_limits(module);
}

synfin_status prefs_configure(synfin_config *config)
{
    synfin_status status = synfin_config_init(config);

    if (status != SYNFIN_OK)
        return status;
    config->checksums = (guint32)prefs_now.checksums;
    config->max_connections = MAX(prefs_now.max_connections, 1);
    config->reassembly_held_bytes = prefs_now.held_bytes;
    config->http_head_bytes = prefs_now.head_bytes;
    config->http_kept_transactions = prefs_now.kept_transactions;
    config->http_enabled = prefs_now.http != 0;
    return SYNFIN_OK;
}
