/* store.c
 * The answers of a capture file, packed, by frame and layer.
 *
 * An answer is a plain struct. Much of it is zero, and much is what the frame itself tells whoever looks at it
 * again: its number, time, addresses, ports. What is kept is the difference to that, word by word. The answers of a
 * few layers make a block, in which the same words of all of them lie side by side: most words are zero in all, and
 * the others need few bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <string.h>

#define WORDS (sizeof(synfin_annotation) / sizeof(guint64))
#define COLUMNS (1 + WORDS)
#define BLOCK_MAX (sizeof(guint32) + COLUMNS * COLUMN_MAX)

G_STATIC_ASSERT(sizeof(synfin_annotation) % sizeof(guint64) == 0);
G_STATIC_ASSERT(COLUMNS <= 32);

/* The words of a block. */
typedef struct {
    column place; /* frames since the block's first, times 256, and the layer */
    column words[WORDS];
} table;

typedef struct {
    const guint8 *columns; /* which of them are not all zero, a bit each, then these; NULL while it is filled */
    const guint8 *links;   /* frames to the one that answers, 0 for none; NULL where nobody is answered */
    guint32 frame;         /* the first */
} block;

struct answer_store {
    pages packed;
    block *blocks;
    guint32 room;  /* for blocks */
    guint32 count; /* of answers */
    guint32 last_frame;
    guint last_layer;
    guint32 looked_at; /* the block of the last look: most look at one frame after the other */
    table open;        /* the last block, until it is full */
};

answer_store *store_new(wmem_allocator_t *scope)
{
    answer_store *store = wmem_new0(scope, answer_store);

    pages_init(&store->packed, scope);
    return store;
}

static void begin_block(answer_store *store, guint32 frame)
{
    guint32 number = store->count / COLUMN_ROWS;

    if (number == store->room) {
        store->room = number == 0 ? 64 : number * 2;
        store->blocks =
            (block *)wmem_realloc(store->packed.scope, store->blocks, store->room * sizeof *store->blocks);
    }
    store->blocks[number] = (block){NULL, NULL, frame};
}

static void pack_block(answer_store *store, block *full)
{
    guint8 *packed = pages_room(&store->packed, BLOCK_MAX);
    guint8 *next = packed + sizeof(guint32);
    guint32 present = 0;

    for (guint i = 0; i < COLUMNS; i++) {
        const column *words = i == 0 ? &store->open.place : &store->open.words[i - 1];
        guint8 *behind = pack_column(next, words);

        present |= (guint32)(behind != next) << i;
        next = behind;
    }
    memcpy(packed, &present, sizeof present);
    full->columns = pages_take(&store->packed, (size_t)(next - packed));
}

static guint64 place_of(const block *at, guint32 frame, guint layer)
{
    return (guint64)(frame - at->frame) << 8 | layer;
}

void store_put(answer_store *store, const synfin_annotation *known, const synfin_annotation *answer)
{
    const struct_word *words = (const struct_word *)answer;
    const struct_word *other = (const struct_word *)known;
    guint32 frame = (guint32)known->frame;
    guint row = store->count % COLUMN_ROWS;
    block *last;

    if (row == 0)
        begin_block(store, frame);
    last = &store->blocks[store->count / COLUMN_ROWS];
    store->open.place[row] = place_of(last, frame, known->layer);
    for (guint i = 0; i < WORDS; i++)
        store->open.words[i][row] = words[i] ^ other[i];
    store->last_frame = frame;
    store->last_layer = known->layer;
    store->count++;
    if (row + 1 == COLUMN_ROWS)
        pack_block(store, last);
}

gboolean store_is_next(const answer_store *store, guint32 frame, guint layer)
{
    return store->count == 0 || frame > store->last_frame ||
           (frame == store->last_frame && layer > store->last_layer);
}

static guint32 block_count(const answer_store *store)
{
    return (store->count + COLUMN_ROWS - 1) / COLUMN_ROWS;
}

static guint rows_of(const answer_store *store, guint32 number)
{
    return MIN(COLUMN_ROWS, store->count - number * COLUMN_ROWS);
}

/* The columns of a full block, and which there are. */
static const guint8 *columns_of(const block *at, guint32 *present)
{
    memcpy(present, at->columns, sizeof *present);
    return at->columns + sizeof *present;
}

/* All columns of a block. */
static const table *read_block(const answer_store *store, const block *at, table *read)
{
    const guint8 *next;
    guint32 present;

    if (at->columns == NULL)
        return &store->open;
    next = columns_of(at, &present);
    for (guint i = 0; i < COLUMNS; i++) {
        column *words = i == 0 ? &read->place : &read->words[i - 1];

        if (present & 1u << i)
            next = unpack_column(next, words);
        else
            memset(words, 0, sizeof *words);
    }
    return read;
}

/* The words of an answer. */
static void read_row(const answer_store *store, const block *at, guint row, guint64 *words)
{
    const guint8 *next;
    guint32 present;

    if (at->columns == NULL) {
        for (guint i = 0; i < WORDS; i++)
            words[i] = store->open.words[i][row];
        return;
    }
    next = columns_of(at, &present);
    if (present & 1)
        next = skip_column(next);
    for (guint i = 0; i < WORDS; i++) {
        words[i] = 0;
        if (present & 2u << i)
            next = read_column(next, row, &words[i]);
    }
}

/* The row of a block that holds an answer; as many as it has where none does. */
static guint find_row(const answer_store *store, guint32 number, guint32 frame, guint layer)
{
    const block *at = &store->blocks[number];
    guint rows = rows_of(store, number);
    guint64 wanted = place_of(at, frame, layer);
    column read = {0};
    const guint64 *places = at->columns == NULL ? store->open.place : read;
    guint row = 0;

    if (at->columns != NULL) {
        guint32 present;
        const guint8 *first = columns_of(at, &present);

        if (present & 1)
            unpack_column(first, &read);
    }
    while (row < rows && places[row] != wanted)
        row++;
    return row;
}

/* Whether the first layer of a frame, if there is any, lies behind the beginning of a block. */
static gboolean begins_before(const answer_store *store, guint32 number, guint32 frame)
{
    return store->blocks[number].frame < frame;
}

/* The block in which the first layer of a frame is, if it is not the first one of the next. */
static guint32 block_of(const answer_store *store, guint32 frame)
{
    guint32 low = store->looked_at;
    guint32 high = block_count(store) - 1;

    if (begins_before(store, low, frame) && (low == high || !begins_before(store, low + 1, frame)))
        return low;
    low = 0;
    while (low < high) {
        guint32 middle = high - (high - low) / 2;

        if (begins_before(store, middle, frame))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

gboolean store_get(answer_store *store, const synfin_annotation *known, synfin_annotation *answer,
                   guint32 *answered_in)
{
    const struct_word *other = (const struct_word *)known;
    struct_word *words = (struct_word *)answer;
    guint32 frame = (guint32)known->frame;

    if (store->count == 0)
        return FALSE;
    for (guint32 number = block_of(store, frame); number < block_count(store); number++) {
        const block *at = &store->blocks[number];
        guint64 differences[WORDS];
        guint64 distance = 0;
        guint row;

        if (at->frame > frame)
            return FALSE;
        row = find_row(store, number, frame, known->layer);
        if (row == rows_of(store, number))
            continue;
        store->looked_at = number;
        read_row(store, at, row, differences);
        for (guint i = 0; i < WORDS; i++)
            words[i] = differences[i] ^ other[i];
        if (at->links != NULL)
            read_column(at->links, row, &distance);
        *answered_in = distance == 0 ? 0 : frame + (guint32)distance;
        return TRUE;
    }
    return FALSE;
}

/* What is needed of an answer to find who answers it. */
typedef struct {
    guint32 frame;
    guint32 answered_in;
    guint64 connection;
} answered;

/* The first answer of a frame, among those before count. */
static guint32 first_of(const answered *answers, guint32 count, guint32 frame)
{
    guint32 low = 0;

    while (low < count) {
        guint32 middle = low + (count - low) / 2;

        if (answers[middle].frame < frame)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

static void note_answer(answered *answers, guint32 count, const synfin_annotation *answer, guint32 frame)
{
    guint32 i = first_of(answers, count, (guint32)answer->answers);

    for (; i < count && answers[i].frame == answer->answers; i++) {
        if (answers[i].connection == answer->connection && answers[i].answered_in == 0)
            answers[i].answered_in = frame;
    }
}

static void write_links(answer_store *store, const answered *answers)
{
    for (guint32 number = 0; number < block_count(store); number++) {
        guint8 *links = pages_room(&store->packed, COLUMN_MAX);
        column distances = {0};
        size_t used;

        for (guint row = 0; row < rows_of(store, number); row++) {
            const answered *from = &answers[number * COLUMN_ROWS + row];

            if (from->answered_in != 0)
                distances[row] = from->answered_in - from->frame;
        }
        used = (size_t)(pack_column(links, &distances) - links);
        if (used != 0)
            store->blocks[number].links = pages_take(&store->packed, used);
    }
}

void store_link(answer_store *store)
{
    answered *answers = g_new(answered, store->count);
    const table *now = NULL;
    table read;

    for (guint32 i = 0; i < store->count; i++) {
        const block *at = &store->blocks[i / COLUMN_ROWS];
        guint row = i % COLUMN_ROWS;
        /* What it says of its connection and whom it answers, no frame knows: it needs nothing else. */
        synfin_annotation differs;

        if (row == 0)
            now = read_block(store, at, &read);
        for (guint word = 0; word < WORDS; word++)
            ((struct_word *)&differs)[word] = now->words[word][row];
        answers[i] = (answered){at->frame + (guint32)(now->place[row] >> 8), 0, differs.connection};
        if (differs.present & SYNFIN_HAS_ANSWERS)
            note_answer(answers, i, &differs, answers[i].frame);
    }
    write_links(store, answers);
    g_free(answers);
}
