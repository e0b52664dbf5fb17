/* store.c
 * The answers of a capture file, packed, by frame and layer.
 *
 * An answer is a plain struct. Much of it is zero, and much is what the frame itself tells whoever looks at it
 * again: its number, time, addresses, ports. A record is the difference to that, without its zeros. Records lie
 * behind each other in the order of frames; every few of them an index entry says where they begin.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <string.h>

#define WORDS (sizeof(synfin_annotation) / sizeof(guint64))
#define RECORD_MAX (VARINT_MAX + 1 + PACKED_MAX(WORDS))
#define BLOCK 16u /* records of an index entry */

G_STATIC_ASSERT(sizeof(synfin_annotation) % sizeof(guint64) == 0);
G_STATIC_ASSERT(WORDS <= WORDS_MAX);

/* Where the first record of a block begins, and the first link. */
typedef struct {
    const guint8 *record;
    const guint8 *link;
    guint32 frame;
} block;

/* A place among the records while walking over them: behind a record, or before the first. */
typedef struct {
    const guint8 *words; /* of the record */
    const guint8 *link;  /* the next one */
    guint32 passed;      /* records, this one included */
    guint32 frame;
    guint layer;
    guint32 answered_in;
} walk;

struct answer_store {
    pages records;
    pages links;
    block *blocks;
    guint32 room;  /* for blocks */
    guint32 count; /* of records */
    guint32 last_frame;
    guint last_layer;
    gboolean is_linked;
    walk last; /* where somebody looked last: most look at one frame after the other */
};

answer_store *store_new(wmem_allocator_t *scope)
{
    answer_store *store = wmem_new0(scope, answer_store);

    pages_init(&store->records, scope);
    pages_init(&store->links, scope);
    return store;
}

static void begin_block(answer_store *store, guint32 frame, const guint8 *record)
{
    guint32 number = store->count / BLOCK;

    if (number == store->room) {
        store->room = number == 0 ? 64 : number * 2;
        store->blocks =
            (block *)wmem_realloc(store->records.scope, store->blocks, store->room * sizeof *store->blocks);
    }
    store->blocks[number] = (block){record, NULL, frame};
}

void store_put(answer_store *store, const synfin_annotation *known, const synfin_annotation *answer)
{
    gboolean begins = store->count % BLOCK == 0;
    /* The records of a block are not torn apart. */
    guint8 *record = pages_room(&store->records, begins ? BLOCK * RECORD_MAX : RECORD_MAX);
    guint32 frame = (guint32)known->frame;
    guint8 *next;

    if (begins)
        begin_block(store, frame, record);
    next = put_varint(record, (guint64)(begins ? 0 : frame - store->last_frame) << 1 | (known->layer != 0));
    if (known->layer != 0)
        *next++ = known->layer;
    next = pack_words(next, (const struct_word *)answer, (const struct_word *)known, WORDS);
    pages_take(&store->records, (size_t)(next - record));
    store->last_frame = frame;
    store->last_layer = known->layer;
    store->count++;
}

gboolean store_is_next(const answer_store *store, guint32 frame, guint layer)
{
    return store->count == 0 || frame > store->last_frame ||
           (frame == store->last_frame && layer > store->last_layer);
}

/* Goes to the next record; there must be one. */
static void walk_on(const answer_store *store, walk *at)
{
    gboolean begins = at->passed % BLOCK == 0;
    const block *of = &store->blocks[at->passed / BLOCK];
    const guint8 *next = begins ? of->record : skip_words(at->words);
    guint64 head;

    if (begins) {
        at->frame = of->frame;
        at->link = of->link;
    }
    next = get_varint(next, &head);
    at->frame += (guint32)(head >> 1);
    at->layer = head & 1 ? *next++ : 0;
    at->words = next;
    at->answered_in = 0;
    if (store->is_linked) {
        guint64 distance;

        at->link = get_varint(at->link, &distance);
        if (distance != 0)
            at->answered_in = at->frame + (guint32)distance;
    }
    at->passed++;
}

static gboolean walk_can_go_on(const answer_store *store, const walk *at)
{
    return at->passed < store->count;
}

/* Before the block in which the frame's first layer is, if it is in any. */
static walk walk_to(const answer_store *store, guint32 frame)
{
    guint32 low = 0;
    guint32 high = store->count == 0 ? 0 : (store->count - 1) / BLOCK;

    while (low < high) {
        guint32 middle = high - (high - low) / 2;

        if (store->blocks[middle].frame < frame)
            low = middle;
        else
            high = middle - 1;
    }
    return (walk){.passed = low * BLOCK};
}

gboolean store_get(answer_store *store, const synfin_annotation *known, synfin_annotation *answer,
                   guint32 *answered_in)
{
    walk at = store->last;

    if (at.frame >= known->frame || known->frame - at.frame > BLOCK)
        at = walk_to(store, (guint32)known->frame);
    while (walk_can_go_on(store, &at)) {
        walk_on(store, &at);
        if (at.frame > known->frame)
            return FALSE;
        if (at.frame < known->frame)
            store->last = at;
        if (at.frame == known->frame && at.layer == known->layer) {
            unpack_words(at.words, (struct_word *)answer, (const struct_word *)known, WORDS);
            *answered_in = at.answered_in;
            return TRUE;
        }
    }
    return FALSE;
}

/* What is needed of a record to find who answers it. */
typedef struct {
    guint32 frame;
    guint32 answered_in;
    guint64 connection;
} answered;

/* The first record of a frame, among those before count. */
static guint32 first_of(const answered *records, guint32 count, guint32 frame)
{
    guint32 low = 0;

    while (low < count) {
        guint32 middle = low + (count - low) / 2;

        if (records[middle].frame < frame)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

static void note_answer(answered *records, guint32 count, const synfin_annotation *answer, guint32 frame)
{
    guint32 i = first_of(records, count, (guint32)answer->answers);

    for (; i < count && records[i].frame == answer->answers; i++) {
        if (records[i].connection == answer->connection && records[i].answered_in == 0)
            records[i].answered_in = frame;
    }
}

static void write_links(answer_store *store, const answered *records)
{
    for (guint32 i = 0; i < store->count; i++) {
        gboolean begins = i % BLOCK == 0;
        guint8 *link = pages_room(&store->links, begins ? BLOCK * VARINT_MAX : VARINT_MAX);
        guint32 distance = records[i].answered_in == 0 ? 0 : records[i].answered_in - records[i].frame;

        if (begins)
            store->blocks[i / BLOCK].link = link;
        pages_take(&store->links, (size_t)(put_varint(link, distance) - link));
    }
}

void store_link(answer_store *store)
{
    answered *records = g_new(answered, store->count);
    walk at = {.passed = 0};

    while (walk_can_go_on(store, &at)) {
        static const synfin_annotation nothing;
        synfin_annotation differs;

        walk_on(store, &at);
        /* What it says of its connection and whom it answers, no frame knows: it needs nothing else. */
        unpack_words(at.words, (struct_word *)&differs, (const struct_word *)&nothing, WORDS);
        records[at.passed - 1] = (answered){at.frame, 0, differs.connection};
        if (differs.present & SYNFIN_HAS_ANSWERS)
            note_answer(records, at.passed - 1, &differs, at.frame);
    }
    write_links(store, records);
    g_free(records);
    store->is_linked = TRUE;
    store->last = (walk){.passed = 0};
}
