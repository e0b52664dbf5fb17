/* store.c
 * The answers of a capture file, packed, by frame and layer.
 *
 * An answer is a plain struct of which most bytes are zero (IPv4 addresses in room for IPv6, links and
 * times that a segment does not have). A record is a bit for each byte of the struct, then the bytes that
 * are not zero. Records lie behind each other in chunks; an index in the order of frames finds them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <string.h>

#define CHUNK_BYTES 65536u
#define MAP_BYTES ((sizeof(synfin_annotation) + 7) / 8)
#define RECORD_MAX (MAP_BYTES + sizeof(synfin_annotation))

typedef struct {
    guint32 frame;
    guint32 chunk;
    guint16 offset;
    guint16 layer;
} index_entry;

struct answer_store {
    wmem_allocator_t *scope;
    guint8 **chunks;
    guint32 chunk_count;
    guint32 chunk_room;
    guint32 used; /* bytes of the last chunk */
    index_entry *index;
    size_t count;
    size_t room;
};

answer_store *store_new(wmem_allocator_t *scope)
{
    answer_store *store = wmem_new0(scope, answer_store);

    store->scope = scope;
    return store;
}

static size_t pack(guint8 *record, const synfin_annotation *answer)
{
    const guint8 *bytes = (const guint8 *)answer;
    size_t length = MAP_BYTES;

    memset(record, 0, MAP_BYTES);
    for (size_t i = 0; i < sizeof *answer; i++) {
        if (bytes[i] != 0) {
            record[i / 8] |= (guint8)(1u << i % 8);
            record[length++] = bytes[i];
        }
    }
    return length;
}

static void unpack(const guint8 *record, synfin_annotation *answer)
{
    guint8 *bytes = (guint8 *)answer;
    const guint8 *next = record + MAP_BYTES;

    for (size_t i = 0; i < sizeof *answer; i++)
        bytes[i] = record[i / 8] & (1u << i % 8) ? *next++ : 0;
}

/* A place in the last chunk with room for a record. */
static guint8 *make_room(answer_store *store)
{
    if (store->chunk_count == 0 || store->used + RECORD_MAX > CHUNK_BYTES) {
        if (store->chunk_count == store->chunk_room) {
            store->chunk_room = store->chunk_room == 0 ? 16 : store->chunk_room * 2;
            store->chunks = (guint8 **)wmem_realloc(store->scope, store->chunks,
                                                    store->chunk_room * sizeof *store->chunks);
        }
        store->chunks[store->chunk_count++] = (guint8 *)wmem_alloc(store->scope, CHUNK_BYTES);
        store->used = 0;
    }
    if (store->count == store->room) {
        store->room = store->room == 0 ? 1024 : store->room * 2;
        store->index =
            (index_entry *)wmem_realloc(store->scope, store->index, store->room * sizeof *store->index);
    }
    return store->chunks[store->chunk_count - 1] + store->used;
}

void store_put(answer_store *store, guint32 frame, guint layer, const synfin_annotation *answer)
{
    guint8 *record = make_room(store);
    index_entry *entry = &store->index[store->count++];

    entry->frame = frame;
    entry->layer = (guint16)layer;
    entry->chunk = store->chunk_count - 1;
    entry->offset = (guint16)store->used;
    store->used += (guint32)pack(record, answer);
}

static int compare(const index_entry *entry, guint32 frame, guint layer)
{
    if (entry->frame != frame)
        return entry->frame < frame ? -1 : 1;
    return entry->layer == layer ? 0 : entry->layer < layer ? -1 : 1;
}

gboolean store_get(const answer_store *store, guint32 frame, guint layer, synfin_annotation *answer)
{
    size_t low = 0;
    size_t high = store->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const index_entry *entry = &store->index[middle];
        int order = compare(entry, frame, layer);

        if (order == 0) {
            unpack(store->chunks[entry->chunk] + entry->offset, answer);
            return TRUE;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return FALSE;
}

gboolean store_is_next(const answer_store *store, guint32 frame, guint layer)
{
    return store->count == 0 || compare(&store->index[store->count - 1], frame, layer) < 0;
}
