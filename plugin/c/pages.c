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

/* Each word that is not that of the other words, as their difference: its first and last byte that are not zero (high
 * and low half of the first byte), then the bytes from the one to the other. Which words these are stands before
 * them, a bit a word. */
guint8 *pack_words(guint8 *to, const struct_word *words, const struct_word *other, guint count)
{
    guint8 *map = to;
    guint32 set = 0;

    to += sizeof set;
#pragma GCC unroll 8
    for (guint i = 0; i < count; i++) {
        guint64 word = words[i] ^ other[i];

        if (word != 0) {
            guint first = (guint)__builtin_ctzll(word) / 8;
            guint last = (63u ^ (guint)__builtin_clzll(word)) / 8;

            set |= 1u << i;
            word = GUINT64_TO_LE(word >> 8 * first);
            *to++ = (guint8)(first << 4 | last);
            memcpy(to, &word, sizeof word); /* what is past the last is overwritten */
            to += last - first + 1;
        }
    }
    memcpy(map, &set, sizeof set);
    return to;
}

/* How many bytes follow the first. */
static guint packed_length(guint8 head)
{
    return (head & 0xfu) - (head >> 4) + 1u;
}

const guint8 *skip_words(const guint8 *from)
{
    guint32 set;

    memcpy(&set, from, sizeof set);
    from += sizeof set;
    for (; set != 0; set &= set - 1)
        from += 1 + packed_length(*from);
    return from;
}

const guint8 *unpack_words(const guint8 *from, struct_word *words, const struct_word *other, guint count)
{
    guint32 set;

    memcpy(&set, from, sizeof set);
    from += sizeof set;
    for (guint i = 0; i < count; i++) {
        guint64 word = 0;

        if (set & 1u << i) {
            guint first = *from >> 4;
            guint length = packed_length(*from++);

            memcpy(&word, from, length);
            word = GUINT64_FROM_LE(word) << 8 * first;
            from += length;
        }
        words[i] = word ^ other[i];
    }
    return from;
}
