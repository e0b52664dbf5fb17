/* pages.c
 * Memory for many small things that stay as long as a capture file: bytes behind each other in pages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <string.h>

#define PAGE_BYTES 65536u

void pages_init(pages *at, wmem_allocator_t *scope)
{
    *at = (pages){.scope = scope};
}

guint8 *pages_room(pages *at, size_t most)
{
    if (most > at->room) {
        at->room = MAX(most, PAGE_BYTES);
        at->next = (guint8 *)wmem_alloc(at->scope, at->room);
    }
    return at->next;
}

guint8 *pages_take(pages *at, size_t used)
{
    guint8 *taken = at->next;

    at->next += used;
    at->room -= used;
    return taken;
}

guint8 *put_varint(guint8 *to, guint64 number)
{
    while (number >= 0x80) {
        *to++ = (guint8)(number | 0x80);
        number >>= 7;
    }
    *to++ = (guint8)number;
    return to;
}

const guint8 *get_varint(const guint8 *from, guint64 *number)
{
    guint shift = 0;

    *number = 0;
    for (; *from & 0x80; shift += 7)
        *number |= (guint64)(*from++ & 0x7f) << shift;
    *number |= (guint64)*from++ << shift;
    return from;
}

/* The bytes of a number from the first to the last that is not zero, or of several numbers at once. */
typedef struct {
    guint first;
    guint length; /* 1 to 8 */
} byte_range;

static byte_range range_of(guint64 number)
{
    guint first = (guint)__builtin_ctzll(number) / 8;
    guint last = (63u ^ (guint)__builtin_clzll(number)) / 8;

    return (byte_range){first, last - first + 1};
}

static guint8 put_range(byte_range range)
{
    return (guint8)(range.first << 4 | range.length);
}

static byte_range get_range(guint8 packed)
{
    return (byte_range){packed >> 4, packed & 0xf};
}

/* Writes eight bytes, of which only those of the range count. */
static void put_bytes(guint8 *to, guint64 number, byte_range range)
{
    number = GUINT64_TO_LE(number >> 8 * range.first);
    memcpy(to, &number, sizeof number);
}

/* Reads as many: they are there, as they were written. */
static guint64 get_bytes(const guint8 *from, byte_range range)
{
    guint64 number;

    memcpy(&number, from, sizeof number);
    number = GUINT64_FROM_LE(number) & G_MAXUINT64 >> (64 - 8 * range.length);
    return number << 8 * range.first;
}

/* Which words are not zero, a bit each; then of each of those its range, and its bytes. */
guint8 *pack_words(guint8 *to, const struct_word *words, guint count)
{
    guint8 *map = to;
    guint64 set = 0;

    to += sizeof set;
    for (guint i = 0; i < count; i++) {
        byte_range range;

        if (words[i] == 0)
            continue;
        range = range_of(words[i]);
        set |= (guint64)1 << i;
        *to++ = put_range(range);
        put_bytes(to, words[i], range);
        to += range.length;
    }
    memcpy(map, &set, sizeof set);
    return to;
}

const guint8 *unpack_words(const guint8 *from, struct_word *words, guint count)
{
    guint64 set;

    memcpy(&set, from, sizeof set);
    from += sizeof set;
    for (guint i = 0; i < count; i++) {
        byte_range range;

        words[i] = 0;
        if (!(set & (guint64)1 << i))
            continue;
        range = get_range(*from++);
        words[i] = get_bytes(from, range);
        from += range.length;
    }
    return from;
}

/* Which numbers are not zero, a bit each; one range for all; then the bytes of each of those. */
guint8 *pack_column(guint8 *to, const column *values)
{
    guint64 any = 0;
    guint16 set = 0;
    guint8 *head = to;
    byte_range range;

    for (guint row = 0; row < COLUMN_ROWS; row++)
        any |= (*values)[row];
    if (any == 0)
        return to;
    range = range_of(any);
    to += sizeof set + 1;
    for (guint row = 0; row < COLUMN_ROWS; row++) {
        guint64 value = (*values)[row];

        put_bytes(to, value, range);
        to += value != 0 ? range.length : 0;
        set |= (guint16)((value != 0) << row);
    }
    memcpy(head, &set, sizeof set);
    head[sizeof set] = put_range(range);
    return to;
}

static const guint8 *open_column(const guint8 *from, guint16 *set, byte_range *range)
{
    memcpy(set, from, sizeof *set);
    *range = get_range(from[sizeof *set]);
    return from + sizeof *set + 1;
}

const guint8 *unpack_column(const guint8 *from, column *values)
{
    guint16 set;
    byte_range range;

    from = open_column(from, &set, &range);
    for (guint row = 0; row < COLUMN_ROWS; row++) {
        gboolean is_there = set >> row & 1;

        (*values)[row] = is_there ? get_bytes(from, range) : 0;
        from += is_there ? range.length : 0;
    }
    return from;
}

const guint8 *read_column(const guint8 *from, guint row, guint64 *value)
{
    guint16 set;
    byte_range range;
    guint before;

    from = open_column(from, &set, &range);
    before = (guint)__builtin_popcount(set & ((1u << row) - 1));
    *value = set >> row & 1 ? get_bytes(from + before * range.length, range) : 0;
    return from + (guint)__builtin_popcount(set) * range.length;
}

const guint8 *skip_column(const guint8 *from)
{
    guint64 nobody;

    return read_column(from, 0, &nobody);
}
