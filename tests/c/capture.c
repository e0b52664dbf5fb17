/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "capture.h"

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, ENHANCED_PACKET = 6, TSRESOL = 9, TSOFFSET = 14 };

static uint16_t u16(const struct capture *capture, const uint8_t *p) {
    return (uint16_t)(capture->is_swapped ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static uint32_t u32(const struct capture *capture, const uint8_t *p) {
    uint32_t first = u16(capture, p), second = u16(capture, p + 2);
    return capture->is_swapped ? first << 16 | second : second << 16 | first;
}

static int64_t time_ns(const struct capture_interface *interface, uint64_t units) {
    uint64_t seconds = units / interface->units_per_second;
    uint64_t rest = units % interface->units_per_second * UINT64_C(1000000000) / interface->units_per_second;
    return ((int64_t)seconds + interface->offset_s) * INT64_C(1000000000) + (int64_t)rest;
}

/* if_tsresol: a negative power of ten, or of two with the top bit set; 0 for what does not fit our sums. */
static uint64_t resolution(uint8_t option) {
    unsigned power = option & 0x7f;
    uint64_t units = 1;
    if (power > ((option & 0x80) != 0 ? 30U : 9U)) {
        return 0;
    }
    while (power-- > 0) {
        units *= (option & 0x80) != 0 ? 2 : 10;
    }
    return units;
}

static bool add_interface(struct capture *capture, const uint8_t *body, size_t len) {
    struct capture_interface interface = {.units_per_second = 1000000};
    if (len < 8 || capture->interface_count == CAPTURE_INTERFACES) {
        return false;
    }
    interface.link_type = u16(capture, body);
    for (size_t at = 8; len - at >= 4;) {
        uint16_t code = u16(capture, body + at);
        size_t value_len = u16(capture, body + at + 2);
        const uint8_t *value = body + at + 4;
        size_t padded = (value_len + 3) & ~(size_t)3;
        if (code == 0) {
            break;
        }
        if (padded > len - at - 4) {
            return false;
        }
        if (code == TSRESOL && value_len == 1) {
            interface.units_per_second = resolution(value[0]);
        } else if (code == TSOFFSET && value_len == 8) {
            uint64_t low = u32(capture, value + (capture->is_swapped ? 4 : 0));
            uint64_t high = u32(capture, value + (capture->is_swapped ? 0 : 4));
            interface.offset_s = (int64_t)(high << 32 | low);
        }
        at += 4 + padded;
    }
    capture->interfaces[capture->interface_count++] = interface;
    return interface.units_per_second != 0;
}

static bool enhanced_packet(const struct capture *capture, const uint8_t *body, size_t len,
                            struct capture_packet *packet) {
    if (len < 20 || u32(capture, body) >= capture->interface_count || u32(capture, body + 12) > len - 20) {
        return false;
    }
    const struct capture_interface *interface = &capture->interfaces[u32(capture, body)];
    uint64_t units = (uint64_t)u32(capture, body + 4) << 32 | u32(capture, body + 8);
    *packet = (struct capture_packet){time_ns(interface, units), u32(capture, body + 16), interface->link_type,
                                      body + 20, u32(capture, body + 12)};
    return true;
}

static int next_block(struct capture *capture, struct capture_packet *packet) {
    while (capture->len - capture->at >= 12) {
        const uint8_t *block = capture->bytes + capture->at;
        if (u32(capture, block) == SECTION) { /* the same in both byte orders */
            capture->is_swapped = block[8] == 0x1a;
            capture->interface_count = 0;
        }
        uint32_t type = u32(capture, block);
        size_t len = u32(capture, block + 4);
        if (len < 12 || len % 4 != 0 || len > capture->len - capture->at) {
            return -1;
        }
        capture->at += len;
        if (type == INTERFACE && !add_interface(capture, block + 8, len - 12)) {
            return -1;
        }
        if (type == ENHANCED_PACKET) {
            return enhanced_packet(capture, block + 8, len - 12, packet) ? 1 : -1;
        }
    }
    return capture->at == capture->len ? 0 : -1;
}

static int next_record(struct capture *capture, struct capture_packet *packet) {
    const struct capture_interface *interface = &capture->interfaces[0];
    size_t left = capture->len - capture->at;
    const uint8_t *record = capture->bytes + capture->at;
    if (left == 0) {
        return 0;
    }
    if (left < 16 || u32(capture, record + 8) > left - 16) {
        return -1;
    }
    int64_t fraction_ns = u32(capture, record + 4) * (INT64_C(1000000000) / (int64_t)interface->units_per_second);
    *packet = (struct capture_packet){u32(capture, record) * INT64_C(1000000000) + fraction_ns,
                                      u32(capture, record + 12), interface->link_type, record + 16,
                                      u32(capture, record + 8)};
    capture->at += 16 + packet->len;
    return 1;
}

bool capture_open(struct capture *capture, const uint8_t *bytes, size_t len) {
    *capture = (struct capture){.bytes = bytes, .len = len};
    if (len >= 12 && u32(capture, bytes) == SECTION) {
        capture->is_pcapng = true;
        return true;
    }
    if (len < 24) {
        return false;
    }
    capture->is_swapped = bytes[0] == 0xa1;
    uint32_t magic = u32(capture, bytes);
    uint64_t units = magic == 0xa1b2c3d4 ? 1000000 : 1000000000;
    capture->interfaces[0] = (struct capture_interface){(uint16_t)u32(capture, bytes + 20), units, 0};
    capture->interface_count = 1;
    capture->at = 24;
    return magic == 0xa1b2c3d4 || magic == 0xa1b23c4d;
}

int capture_next(struct capture *capture, struct capture_packet *packet) {
    return capture->is_pcapng ? next_block(capture, packet) : next_record(capture, packet);
}
