/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The least of a capture reader: classic pcap, and pcapng's Enhanced Packet Blocks. Every length is
   compared with what is there before it is believed. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAPTURE_INTERFACES 16

struct capture_interface {
    uint16_t link_type;
    uint64_t units_per_second;
    int64_t offset_s;
};

struct capture {
    const uint8_t *bytes;
    size_t len;
    size_t at; /* where the next record or block begins */
    bool is_pcapng;
    bool is_swapped; /* written big-endian: multi-byte numbers are the other way round */
    size_t interface_count;
    struct capture_interface interfaces[CAPTURE_INTERFACES];
};

struct capture_packet {
    int64_t time_ns;
    uint32_t wire_len;
    uint16_t link_type;
    const uint8_t *data;
    size_t len;
};

/* Looks at the header of a capture; false: it is none. */
bool capture_open(struct capture *capture, const uint8_t *bytes, size_t len);
/* 1: a packet; 0: the end; -1: the capture is damaged from here on. */
int capture_next(struct capture *capture, struct capture_packet *packet);

#endif
