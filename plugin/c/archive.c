/* archive.c
 * What the connections of a capture file were in the end, packed, by their numbers: their values and their
 * HTTP transactions. It lets the dissector go after the first pass.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <string.h>

/* Texts that many connections share are kept once: this many, so that a bound is there for those on the wire. */
#define SHARED_KEPT 4096u
/* And no long ones, which are hardly shared. */
#define WORD_LENGTH_MAX 31u
#define SHAPE_LENGTH_MAX 255u

typedef struct {
    guint length_max;
    guint count;
    wmem_map_t *numbers; /* text to TEXT_SHARED and up */
    const char **texts;
} dictionary;

typedef struct {
    const guint8 *values;
    guint64 first_transaction; /* they end where those of the next one begin */
} entry;

struct archive {
    pages memory;
    entry *entries;
    guint64 room;
    guint64 count;
    const guint8 **transactions;
    guint64 transaction_room;
    guint64 transaction_count;
    dictionary words;  /* of values and transactions */
    dictionary shapes; /* which values a connection has */
    char *shape;       /* the last one written */
    size_t shape_room;
    synfin_value *unpacked; /* the last one asked for */
    guint64 unpacked_room;
};

static void dictionary_init(dictionary *shared, wmem_allocator_t *scope, guint length_max)
{
    shared->length_max = length_max;
    shared->numbers = wmem_map_new(scope, wmem_str_hash, g_str_equal);
    shared->texts = wmem_alloc_array(scope, const char *, SHARED_KEPT);
}

archive *archive_new(wmem_allocator_t *scope)
{
    archive *all = wmem_new0(scope, archive);

    pages_init(&all->memory, scope);
    dictionary_init(&all->words, scope, WORD_LENGTH_MAX);
    dictionary_init(&all->shapes, scope, SHAPE_LENGTH_MAX);
    return all;
}

/* The next size of an array that grows. */
static guint64 more(guint64 room)
{
    return room == 0 ? 64 : room + room / 4;
}

/* ---- texts ---- */

/* What stands before a text. */
enum {
    TEXT_INLINE, /* its length and bytes follow */
    TEXT_UNKNOWN,
    TEXT_SHARED, /* and up: the number of one that is kept once */
};

static guint64 text_kind(archive *all, dictionary *shared, const synfin_str *text)
{
    guint number;

    if (text->ptr == NULL)
        return TEXT_UNKNOWN;
    if (text->len > shared->length_max || memchr(text->ptr, '\0', text->len) != NULL)
        return TEXT_INLINE;
    number = GPOINTER_TO_UINT(wmem_map_lookup(shared->numbers, text->ptr));
    if (number == 0 && shared->count < SHARED_KEPT) {
        char *copy = wmem_strdup(all->memory.scope, text->ptr);

        number = TEXT_SHARED + shared->count;
        shared->texts[shared->count++] = copy;
        wmem_map_insert(shared->numbers, copy, GUINT_TO_POINTER(number));
    }
    return number; /* 0 is TEXT_INLINE */
}

static size_t text_most(const synfin_str *text)
{
    return 2 * VARINT_MAX + text->len + 1;
}

static guint8 *put_text(archive *all, dictionary *shared, guint8 *to, const synfin_str *text)
{
    guint64 kind = text_kind(all, shared, text);

    to = put_varint(to, kind);
    if (kind != TEXT_INLINE)
        return to;
    to = put_varint(to, text->len);
    memcpy(to, text->ptr, text->len + 1);
    return to + text->len + 1;
}

static const guint8 *get_text(const dictionary *shared, const guint8 *from, synfin_str *text)
{
    guint64 kind;
    guint64 length;

    from = get_varint(from, &kind);
    if (kind >= TEXT_SHARED) {
        const char *copy = shared->texts[kind - TEXT_SHARED];

        *text = (synfin_str){copy, strlen(copy)};
        return from;
    }
    if (kind == TEXT_UNKNOWN) {
        *text = (synfin_str){NULL, 0};
        return from;
    }
    from = get_varint(from, &length);
    *text = (synfin_str){(const char *)from, (size_t)length};
    return from + length + 1;
}

/* ---- values ---- */

static guint64 zigzag(gint64 number)
{
    return (guint64)number << 1 ^ (guint64)(number >> 63);
}

static gint64 from_zigzag(guint64 number)
{
    return (gint64)(number >> 1) ^ -(gint64)(number & 1);
}

static guint8 *put_value(archive *all, guint8 *to, const synfin_value *value)
{
    const union synfin_datum *datum = &value->value;

    switch (value->type) {
    case SYNFIN_TYPE_TEXT:
        return put_text(all, &all->words, to, &datum->text);
    case SYNFIN_TYPE_ADDRESS:
        *to++ = (guint8)datum->address.len;
        memcpy(to, datum->address.bytes, datum->address.len);
        return to + datum->address.len;
    case SYNFIN_TYPE_RELATIVE_TIME:
    case SYNFIN_TYPE_ABSOLUTE_TIME:
        return put_varint(to, zigzag(datum->time_ns));
    default:
        return put_varint(to, datum->number);
    }
}

static const guint8 *get_value(const archive *all, const guint8 *from, synfin_value *value)
{
    union synfin_datum *datum = &value->value;

    switch (value->type) {
    case SYNFIN_TYPE_TEXT:
        return get_text(&all->words, from, &datum->text);
    case SYNFIN_TYPE_ADDRESS:
        datum->address = (synfin_address){.len = *from++};
        memcpy(datum->address.bytes, from, datum->address.len);
        return from + datum->address.len;
    case SYNFIN_TYPE_RELATIVE_TIME:
    case SYNFIN_TYPE_ABSOLUTE_TIME: {
        guint64 number;

        from = get_varint(from, &number);
        datum->time_ns = from_zigzag(number);
        return from;
    }
    default:
        return get_varint(from, &datum->number);
    }
}

static size_t value_most(const synfin_value *value)
{
    return value->type == SYNFIN_TYPE_TEXT ? text_most(&value->value.text) : 1 + sizeof(synfin_address);
}

/* Types are small numbers: they share a byte with the distance to the field before, mostly. */
#define TYPE_BITS 3

/* The fields and types of values, as a text: none of its bytes is 0. Most connections have that of another one. */
static synfin_str shape_of(archive *all, const synfin_value *values, size_t count)
{
    size_t most = count * VARINT_MAX + 1;
    guint32 field = 0;
    guint8 *next;

    if (most > all->shape_room) {
        all->shape_room = most;
        all->shape = (char *)wmem_realloc(all->memory.scope, all->shape, most);
    }
    next = (guint8 *)all->shape;
    for (size_t i = 0; i < count; i++) {
        next = put_varint(next, 1 + ((guint64)(values[i].field - field) << TYPE_BITS | values[i].type));
        field = values[i].field;
    }
    *next = '\0';
    return (synfin_str){all->shape, (size_t)(next - (guint8 *)all->shape)};
}

static const guint8 *pack_values(archive *all, const synfin_value *values, size_t count)
{
    synfin_str shape = shape_of(all, values, count);
    size_t most = text_most(&shape);
    guint8 *begin;
    guint8 *next;

    for (size_t i = 0; i < count; i++)
        most += value_most(&values[i]);
    begin = pages_room(&all->memory, most);
    next = put_text(all, &all->shapes, begin, &shape);
    for (size_t i = 0; i < count; i++)
        next = put_value(all, next, &values[i]);
    return pages_take(&all->memory, (size_t)(next - begin));
}

void archive_connection(archive *all, const synfin_value *values, size_t count)
{
    if (all->count == all->room) {
        all->room = more(all->room);
        all->entries = (entry *)wmem_realloc(all->memory.scope, all->entries, all->room * sizeof *all->entries);
    }
    all->entries[all->count++] = (entry){pack_values(all, values, count), all->transaction_count};
}

size_t archive_values(archive *all, guint64 connection, const synfin_value **values)
{
    synfin_str shape;
    const guint8 *head;
    const guint8 *next;
    guint32 field = 0;
    size_t count = 0;

    *values = NULL;
    if (connection >= all->count)
        return 0;
    next = get_text(&all->shapes, all->entries[connection].values, &shape);
    if (shape.len > all->unpacked_room) { /* a byte or more each */
        all->unpacked_room = shape.len;
        all->unpacked = (synfin_value *)wmem_realloc(all->memory.scope, all->unpacked, shape.len * sizeof **values);
    }
    for (head = (const guint8 *)shape.ptr; *head != '\0'; count++) {
        synfin_value *value = &all->unpacked[count];
        guint64 what;

        head = get_varint(head, &what);
        what -= 1;
        field += (guint32)(what >> TYPE_BITS);
        *value = (synfin_value){.field = field, .type = what & ((1u << TYPE_BITS) - 1)};
        next = get_value(all, next, value);
    }
    *values = all->unpacked;
    return count;
}

/* ---- transactions ---- */

#define TRANSACTION_WORDS (sizeof(synfin_transaction_info) / sizeof(guint64))

G_STATIC_ASSERT(sizeof(synfin_transaction_info) % sizeof(guint64) == 0);
G_STATIC_ASSERT(TRANSACTION_WORDS <= WORDS_MAX);

#define TRANSACTION_TEXTS 10

static void texts_of(synfin_transaction_info *info, synfin_str *texts[TRANSACTION_TEXTS])
{
    synfin_str *const all[TRANSACTION_TEXTS] = {
        &info->method,          &info->target,           &info->reason,
        &info->host,            &info->user_agent,       &info->referer,
        &info->request_version, &info->response_version, &info->request_content_type,
        &info->response_content_type,
    };

    memcpy(texts, all, sizeof all);
}

/* The numbers of it, then the texts. */
static const guint8 *pack_transaction(archive *all, const synfin_transaction_info *info)
{
    synfin_transaction_info numbers = *info;
    synfin_transaction_info whole = *info;
    synfin_str *texts[TRANSACTION_TEXTS];
    size_t most = PACKED_MAX(TRANSACTION_WORDS);
    guint8 *begin;
    guint8 *next;

    texts_of(&numbers, texts);
    for (guint i = 0; i < TRANSACTION_TEXTS; i++) {
        most += text_most(texts[i]);
        *texts[i] = (synfin_str){NULL, 0};
    }
    begin = pages_room(&all->memory, most);
    next = pack_words(begin, (const struct_word *)&numbers, TRANSACTION_WORDS);
    texts_of(&whole, texts);
    for (guint i = 0; i < TRANSACTION_TEXTS; i++)
        next = put_text(all, &all->words, next, texts[i]);
    return pages_take(&all->memory, (size_t)(next - begin));
}

void archive_transaction(archive *all, const synfin_transaction_info *info)
{
    if (all->transaction_count == all->transaction_room) {
        all->transaction_room = more(all->transaction_room);
        all->transactions = (const guint8 **)wmem_realloc(all->memory.scope, all->transactions,
                                                          all->transaction_room * sizeof *all->transactions);
    }
    all->transactions[all->transaction_count++] = pack_transaction(all, info);
}

gboolean archive_transaction_of(const archive *all, guint64 connection, guint32 index, synfin_transaction_info *info)
{
    synfin_str *texts[TRANSACTION_TEXTS];
    const guint8 *next;
    guint64 number;
    guint64 end;

    if (connection >= all->count)
        return FALSE;
    number = all->entries[connection].first_transaction + index;
    end = connection + 1 < all->count ? all->entries[connection + 1].first_transaction : all->transaction_count;
    if (number >= end)
        return FALSE;
    next = unpack_words(all->transactions[number], (struct_word *)info, TRANSACTION_WORDS);
    texts_of(info, texts);
    for (guint i = 0; i < TRANSACTION_TEXTS; i++)
        next = get_text(&all->words, next, texts[i]);
    return TRUE;
}
