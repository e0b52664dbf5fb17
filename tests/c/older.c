/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Uses every struct that has grown. Compiled with the header of an older layout and with today's, it must print
   the same but for the sizes, which go to standard error. */
#include <stdio.h>
#include <string.h>

#include "synfin.h"

/* What follows a struct in an older program's memory is not the library's. */
#define GUARDED(type, name)                                                                             \
    struct {                                                                                            \
        type value;                                                                                     \
        unsigned char guard[64];                                                                        \
    } name;                                                                                             \
    memset(&name, 0xee, sizeof name);                                                                   \
    memset(&name.value, 0, sizeof name.value);                                                          \
    name.value.struct_size = sizeof name.value

static int is_whole(const unsigned char *guard) {
    for (int i = 0; i < 64; i++) {
        if (guard[i] != 0xee) {
            return 0;
        }
    }
    return 1;
}

int main(void) {
    static const uint8_t syn[20] = {0x9c, 0x40, 0, 80, 0, 0, 3, 0xe8, 0, 0, 0, 0, 0x50, 2, 0xfa, 0xf0};
    synfin_dissector *dissector;
    char json[4096];
    GUARDED(synfin_config, config);
    if (synfin_config_init(&config.value) != SYNFIN_OK || !is_whole(config.guard)) {
        return 1;
    }
    config.value.max_connections = 5;
    if (synfin_dissector_new(&config.value, &dissector) != SYNFIN_OK) {
        return 2;
    }
    GUARDED(synfin_segment, segment);
    segment.value.wire_len = sizeof syn;
    segment.value.frame = 1;
    segment.value.time_ns = 1000;
    segment.value.data = syn;
    segment.value.len = sizeof syn;
    memcpy(segment.value.src, "\x0a\0\0\1", 4);
    memcpy(segment.value.dst, "\x0a\0\0\2", 4);
    segment.value.tcp_offset = UINT32_MAX;
    segment.value.ip_id = -1;
    segment.value.ttl = 64;
    segment.value.address_len = 4;
    segment.value.layer = 0;
    GUARDED(synfin_annotation, annotation);
    if (synfin_dissector_segment(dissector, &segment.value, &annotation.value) != SYNFIN_OK ||
        !is_whole(annotation.guard)) {
        return 3;
    }
    if (synfin_annotation_json(&annotation.value, json, sizeof json, NULL) != SYNFIN_OK) {
        return 4;
    }
    puts(json);
    if (synfin_dissector_finish(dissector, NULL) != SYNFIN_OK ||
        synfin_dissector_connection_json(dissector, 0, json, sizeof json, NULL) != SYNFIN_OK) {
        return 5;
    }
    puts(json);
    synfin_dissector_free(dissector);
    fprintf(stderr, "config %zu segment %zu\n", sizeof(synfin_config), sizeof(synfin_segment));
    return 0;
}
