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

/* Each word that is not that of the other words, as their difference: how many of its low bytes are zero (high half of the first byte), how many
 * bytes follow (low half), these bytes. Which words these are stands before them, a bit a word. */
guint8 *pack_words(guint8 *to, const struct_word *words, const struct_word *other, guint count)
{
    guint8 *map = to;
    guint32 set = 0;

    to += sizeof set;
    for (guint i = 0; i < count; i++) {
        guint64 word = words[i] ^ other[i];

        if (word != 0) {
            guint low = (guint)__builtin_ctzll(word) / 8;
            guint length = 8 - (guint)__builtin_clzll(word) / 8 - low;

            set |= 1u << i;
            word = GUINT64_TO_LE(word >> 8 * low);
            *to++ = (guint8)(low << 4 | length);
            memcpy(to, &word, sizeof word); /* what is past length is overwritten */
            to += length;
        }
    }
    memcpy(map, &set, sizeof set);
    return to;
}

const guint8 *skip_words(const guint8 *from)
{
    guint32 set;

    memcpy(&set, from, sizeof set);
    from += sizeof set;
    for (; set != 0; set &= set - 1)
        from += 1 + (*from & 0xf);
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
            guint low = *from >> 4;
            guint length = *from++ & 0xf;

            memcpy(&word, from, length);
            word = GUINT64_FROM_LE(word) << 8 * low;
            from += length;
        }
        words[i] = word ^ other[i];
    }
    return from;
}
