/* frames.c
 * Frame numbers under a read filter (tshark -2 -R, "Read filter" in the dialog that opens files).
 *
 * Wireshark dissects a frame to know whether the filter takes it. If not, the next frame gets its number. What
 * is kept of connections speaks of positions, in which all frames that were read count; what is shown speaks of
 * numbers. Without a read filter they are the same. That a frame was dropped shows when the next one has its
 * number: of the last frame of a file nobody tells, and links to it are shown.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <epan/frame_data.h>
#include <epan/wmem_scopes.h>

static wmem_array_t *dropped; /* the number that each dropped frame had, in the order of the file */
static guint32 last_number;   /* of the frame that was read last */
static gint64 last_offset;    /* and its place in the file, which tells it from others of that number */

void frames_reset(void)
{
    dropped = wmem_array_new(wmem_file_scope(), sizeof(guint32));
    last_number = 0;
}

static guint32 dropped_number(guint i)
{
    return *(guint32 *)wmem_array_index(dropped, i);
}

/* How many dropped frames lie before a frame. */
static guint32 dropped_before_number(guint32 number)
{
    guint low = 0;
    guint high = wmem_array_get_count(dropped);

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (dropped_number(middle) <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

guint32 frames_position(const packet_info *pinfo)
{
    guint32 number = pinfo->num;

    if (PINFO_FD_VISITED(pinfo))
        return number + dropped_before_number(number);
    if (number == last_number && pinfo->fd->file_off != last_offset)
        wmem_array_append_one(dropped, number);
    last_number = number;
    last_offset = pinfo->fd->file_off;
    return number + wmem_array_get_count(dropped);
}

guint32 frames_number(guint64 position)
{
    guint low = 0;
    guint high = wmem_array_get_count(dropped);

    if (position > G_MAXUINT32)
        return 0; /* Wireshark's frame numbers end there */
    /* The dropped frame i was at the position dropped_number(i) + i. */
    while (low < high) {
        guint middle = low + (high - low) / 2;

        if ((guint64)dropped_number(middle) + middle < position)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < wmem_array_get_count(dropped) && (guint64)dropped_number(low) + low == position)
        return 0;
    return (guint32)position - low;
}
