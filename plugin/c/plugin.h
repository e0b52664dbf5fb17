/* plugin.h
 * What the parts of the synfin plugin know of each other.
 *
 * plugin.c  registers everything
 * prefs.c   what the user may set
 * hook.c    stands in front of the dissectors of TCP and ICMP and notes each of their layers
 * state.c   one dissector per capture file: feeds it once per segment, keeps the answers
 * frames.c  frame numbers, of which a read filter takes some away
 * store.c   the answers, packed, by frame and layer
 * archive.c what became of the connections, packed, by number
 * pages.c   memory and packing for both
 * fields.c  the registry's fields as Wireshark fields
 * experts.c the rule table as expert information
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

/* ---- prefs.c ---- */

typedef enum {
    NOTE_OFF,
    NOTE_PREFIX,
    NOTE_SUFFIX,
} note_style;

/* The type that the preferences of this Wireshark keep a switch in. */
#if WIRESHARK_VERSION_MAJOR == 4 && WIRESHARK_VERSION_MINOR < 4
typedef gboolean pref_bool;
#else
typedef bool pref_bool;
#endif

typedef struct {
    int note_style;
    int checksums; /* SYNFIN_CHECKSUMS_ */
    pref_bool strays;
    pref_bool http;
    guint max_connections;
    guint held_bytes;
    guint head_bytes;
    guint kept_transactions;
    guint listed; /* values of one field of a connection that the tree shows */
} preferences;

extern preferences prefs_now;

void prefs_register(void);

/* The settings of a dissector that the preferences ask for. */
synfin_status prefs_configure(synfin_config *config);

/* ---- hook.c ---- */

typedef enum {
    LAYER_TCP,
    LAYER_ICMP, /* its answer has connection, direction and role alone */
} layer_kind;

/* A layer of the frame in hand, outermost (or first) first; in the packet's memory. */
typedef struct noted_layer {
    struct noted_layer *next;
    tvbuff_t *tvb;    /* from its header on, ended where IP says */
    layer_kind kind;
    guint number;     /* among the layers of the frame, from 0 */
    gboolean known;   /* whether there is an answer to show */
    synfin_annotation answer; /* where there is one */
    guint32 answered_in; /* the frame that answers it; 0 where none does, and in the first pass */
} noted_layer;

/* The layers noted so far in this frame, or NULL. */
const noted_layer *hook_layers(const packet_info *pinfo);

/* The frame is done with, but for the listeners of its taps. */
void hook_release(void);

void hook_register(void);
void hook_handoff(void);

/* ---- state.c ---- */

/* What the lower layers say of a packet. */
typedef struct {
    int ttl;    /* hop limit with IPv6; -1 when not known */
    int ip_id;  /* -1 when there is none */
} ip_facts;

void state_register(void);

/* Fills in the answer to a layer: on the first visit of a frame by dissecting it, later from what was kept then.
 * FALSE when there is none. */
gboolean state_answer(packet_info *pinfo, noted_layer *layer, ip_facts facts);

/* Tells the dissector how late it is; once per frame, after its layers. */
void state_tick(packet_info *pinfo, const noted_layer *layers);

/* The values of a layer, or of a connection, as it stands and after the first pass as it finally was: in a list
 * that is valid until the next call. */
size_t state_values(const noted_layer *layer, const synfin_value **values);
size_t state_connection_values(guint64 connection, const synfin_value **values);

/* The frame of the response, where the segment is of a request and the first pass is over; else 0. */
guint32 state_response_in(const synfin_annotation *answer);

/* An HTTP transaction of a connection, likewise; FALSE when there is none. Its texts are valid until the next
 * call. */
gboolean state_transaction(guint64 connection, guint32 index, synfin_transaction_info *info);

/* Begins the open file anew, before its first packet, as what is wanted has changed. */
void state_restart(void);

/* The capture is over: what the connections were is final. No frames follow. */
void state_finish(void);

/* Why the dissector was given up, if that was at this frame; else NULL. */
const char *state_failure(const packet_info *pinfo);

/* ---- pages.c ---- */

typedef struct {
    wmem_allocator_t *scope;
    guint8 *next;
    size_t room;
} pages;

void pages_init(pages *at, wmem_allocator_t *scope);

/* Room for so many bytes; pages_take then keeps as many of them as were used. */
guint8 *pages_room(pages *at, size_t most);
guint8 *pages_take(pages *at, size_t used);

/* Seven bits a byte, low ones first. */
#define VARINT_MAX 10u
guint8 *put_varint(guint8 *to, guint64 number);
const guint8 *get_varint(const guint8 *from, guint64 *number);

/* Words, without their zeros; returns what is behind them. */
#define WORDS_MAX 64u
typedef guint64 __attribute__((__may_alias__)) struct_word; /* a struct is looked at as such */
#define PACKED_MAX(words) (sizeof(guint64) + (words) * 9u + 8u)
guint8 *pack_words(guint8 *to, const struct_word *words, guint count);
const guint8 *unpack_words(const guint8 *from, struct_word *words, guint count);

/* Some numbers of one kind, mostly alike. Packed, they are nothing where all are 0, which whoever reads them has to
 * know. */
#define COLUMN_ROWS 16u
#define COLUMN_MAX (sizeof(guint16) + 1u + COLUMN_ROWS * 8u + 8u)
typedef guint64 column[COLUMN_ROWS];
guint8 *pack_column(guint8 *to, const column *values);
const guint8 *unpack_column(const guint8 *from, column *values);
const guint8 *read_column(const guint8 *from, guint row, guint64 *value);
const guint8 *skip_column(const guint8 *from);

/* ---- frames.c ---- */

void frames_reset(void);

/* Where the frame is among all that were read. */
guint32 frames_position(const packet_info *pinfo);

/* The number that the frame at a position has; 0 when a read filter dropped it. */
guint32 frames_number(guint64 position);

/* ---- store.c ---- */

typedef struct answer_store answer_store;

answer_store *store_new(wmem_allocator_t *scope);

/* Keeps an answer. known is what the frame itself tells: of the answer's members at least the frame and the layer,
 * and the less it differs from the answer the better. Frames come in rising order, the layers of one frame too. */
void store_put(answer_store *store, const synfin_annotation *known, const synfin_annotation *answer);

/* Looks an answer up, by the same known; the frame that answers it is 0 before store_link. */
gboolean store_get(answer_store *store, const synfin_annotation *known, synfin_annotation *answer,
                   guint32 *answered_in);

/* Whether a layer lies behind all that were kept, so was not seen before. */
gboolean store_is_next(const answer_store *store, guint32 frame, guint layer);

/* Finds out which frames answer which; nothing is put afterwards. */
void store_link(answer_store *store);

/* ---- archive.c ---- */

typedef struct archive archive;

archive *archive_new(wmem_allocator_t *scope);

/* Keeps the values of the next connection; their numbers begin at 0. */
void archive_connection(archive *all, const synfin_value *values, size_t count);

/* Keeps the next HTTP transaction of that connection. */
void archive_transaction(archive *all, const synfin_transaction_info *info);

/* The values of a connection, valid until the next call. */
size_t archive_values(archive *all, guint64 connection, const synfin_value **values);

/* A transaction of a connection by its position; FALSE where there is none. */
gboolean archive_transaction_of(const archive *all, guint64 connection, guint32 index, synfin_transaction_info *info);

/* ---- fields.c ---- */

typedef enum {
    SCOPE_SEGMENT,    /* every value a segment gives */
    SCOPE_CONNECTION, /* what only a connection gives */
} value_scope;

void fields_register(void);

/* Adds the values under tree, grouped by their dotted names. Ranges lie in tvb. */
void fields_add(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, value_scope scope,
                const synfin_value *values, size_t count);

/* The value of a field that is a link to a frame. */
synfin_value fields_link(const char *name, guint32 frame);

/* The text value of a segment's field, by its name in the registry; NULL when it has none. */
const char *fields_text(const char *name, const synfin_value *values, size_t count);

/* The text of an address, in the scope's memory. */
const char *fields_address(wmem_allocator_t *scope, const synfin_address *from);

/* ---- experts.c ---- */

void experts_register(void);

/* An item for each rule that the answer fulfils. */
void experts_add(packet_info *pinfo, proto_item *item, const synfin_annotation *answer);

void experts_add_failure(packet_info *pinfo, proto_item *item, const char *why);


/* ---- tree.c ---- */

void tree_register(void);

/* ---- stats.c ---- */

void stats_register(void);

/* Whether somebody may ask for hosts and times of HTTP transactions of the capture that is about to be read. */
gboolean stats_want_http_facts(void);

/* Tells the statistics of the frame's layers. */
void stats_tap(packet_info *pinfo, const noted_layer *layers);

/* ---- note.c ---- */

void note_register(void);

/* Adds the name of the layer's role, for columns and filters; the tree shows it with the role already. */
void note_add(proto_tree *tree, const noted_layer *layer);

/* Step and role in words, "1/3 SYN"; NULL for a packet of no particular meaning. It stays valid. */
const char *note_words(const noted_layer *layer);

/* The name of a rule, by its id; NULL when there is no such rule. */
const char *note_rule_name(const char *id);

/* Puts the notes of the frame's layers into the Info column, as the preference says. */
void note_column(packet_info *pinfo, const noted_layer *layers);

#endif
