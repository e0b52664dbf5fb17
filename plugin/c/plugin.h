/* plugin.h
 * What the parts of the synfin plugin know of each other.
 *
 * plugin.c  registers everything: protocols, preferences, routines
 * hook.c    stands in front of the TCP dissector and notes each TCP layer
 * state.c   one dissector per capture file: feeds it once per segment, keeps the answers
 * store.c   the answers, packed, by frame and layer
 * fields.c  the registry's fields as Wireshark fields
 * tree.c    the post-dissector: shows a frame's answers in the tree
 * note.c    the same in a few words, for the Info column and the tree's headline
 * stats*.c  tables of connections, their outcomes and HTTP transactions; stats.h says which part does what
 *
 * epan throws by longjmp. The rule that keeps it away from Rust: a synfin_* function gets bytes that were
 * captured (tvb_captured_length first, then tvb_get_ptr, which then cannot throw) and gives back plain
 * data; no synfin_* function ever calls epan.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFIN_PLUGIN_H
#define SYNFIN_PLUGIN_H

#include <glib.h>

#include <wireshark.h>
#include <ws_version.h>

#include <epan/packet.h>
#include <epan/proto.h>

#include "synfin.h"

/* ---- plugin.c ---- */

/* The protocol that owns the fields and the tree. */
extern int proto_synfin;

typedef enum {
    NOTE_OFF,
    NOTE_PREFIX,
    NOTE_SUFFIX,
} note_style;

/* Preference: where the Info column gets its note. */
extern int pref_note_style;

/* ---- hook.c ---- */

/* A TCP layer of the frame in hand, outermost (or first) first; in the packet's memory. */
typedef struct tcp_layer {
    struct tcp_layer *next;
    tvbuff_t *tvb;    /* from the TCP header on, ended where IP says */
    guint number;     /* among the layers of the frame, from 0 */
    gboolean known;   /* whether there is an answer */
    synfin_annotation answer;
} tcp_layer;

/* The layers noted so far in this frame, or NULL. */
tcp_layer *hook_layers(packet_info *pinfo);

void hook_register(void);
void hook_handoff(void);

/* ---- state.c ---- */

/* What the lower layers say of a segment. */
typedef struct {
    int ttl;    /* hop limit with IPv6; -1 when not known */
    int ip_id;  /* -1 when there is none */
} ip_facts;

void state_register(void);

/* Answers the segment: on the first visit of a frame by dissecting it, later from what was kept then.
 * FALSE when there is no answer. */
gboolean state_answer(packet_info *pinfo, tvbuff_t *tvb, guint layer, ip_facts facts,
                      synfin_annotation *answer);

/* Tells the dissector how late it is; once per frame, after its segments. */
void state_tick(packet_info *pinfo);

/* The values of a segment, or of a connection as it finally was (none before it is final), in a list that
 * is valid until the next call. */
size_t state_segment_values(const synfin_annotation *answer, const synfin_value **values);
size_t state_connection_values(packet_info *pinfo, guint64 connection, const synfin_value **values);

/* The same of a connection as it stands now, and an HTTP transaction of it; FALSE when there is none. Its
 * texts are valid until the next call. */
size_t state_connection(guint64 connection, const synfin_value **values);
gboolean state_transaction(guint64 connection, guint32 index, synfin_transaction_info *info);

/* Begins the open file anew, before its first packet, as what is wanted has changed. */
void state_restart(void);

/* The capture is over: what the connections were is final. No frames follow. */
void state_finish(void);

/* Why the dissector was given up, if that was at this frame; else NULL. */
const char *state_failure(const packet_info *pinfo);

/* ---- store.c ---- */

typedef struct answer_store answer_store;

answer_store *store_new(wmem_allocator_t *scope);

/* Keeps an answer. Frames come in rising order, the layers of one frame too. */
void store_put(answer_store *store, guint32 frame, guint layer, const synfin_annotation *answer);
gboolean store_get(const answer_store *store, guint32 frame, guint layer, synfin_annotation *answer);

/* Whether the segment lies behind all that were kept, so was not seen before. */
gboolean store_is_next(const answer_store *store, guint32 frame, guint layer);

/* ---- fields.c ---- */

typedef enum {
    SCOPE_SEGMENT,    /* every value a segment gives */
    SCOPE_CONNECTION, /* what only a connection gives */
} value_scope;

void fields_register(void);

/* Adds the values under tree, grouped by their dotted names. Ranges lie in tvb. */
void fields_add(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, value_scope scope,
                const synfin_value *values, size_t count);

/* The text value of a segment's field, by its name in the registry; NULL when it has none. */
const char *fields_text(const char *name, const synfin_value *values, size_t count);

/* The text of an address, in the scope's memory. */
const char *fields_address(wmem_allocator_t *scope, const synfin_address *from);

/* ---- tree.c ---- */

void tree_register(void);

/* ---- stats.c ---- */

void stats_register(void);

/* Whether somebody may ask for hosts and times of HTTP transactions of the capture that is about to be read. */
gboolean stats_want_http_facts(void);

/* Tells the statistics of the frame's layers. */
void stats_tap(packet_info *pinfo, const tcp_layer *layers);

/* ---- note.c ---- */

void note_register(void);

/* Adds the name of the segment's role, for columns and filters; the tree shows it with the role already. */
void note_add(proto_tree *tree, const tcp_layer *layer);

/* Step and role in words, "1/3 SYN"; NULL for a segment of no particular meaning. It stays valid. */
const char *note_words(const synfin_annotation *answer);

/* The name of a rule, by its id; NULL when there is no such rule. */
const char *note_rule_name(const char *id);

/* Puts the notes of the frame's layers into the Info column, as the preference says. */
void note_column(packet_info *pinfo, const tcp_layer *layers);

#endif
