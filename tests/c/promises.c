/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Runs the tests of what synfin.h promises. */
#include "promises.h"

int failures;

const uint8_t SYN[40] = {0x45, 0, 0, 40, 0,    1, 0x40, 0,    64, 6, 0,    0, 10,   0,    0, 1, 10, 0, 0, 2,
                                0x9c, 0x40, 0, 80, 0, 0, 3, 0xe8, 0, 0, 0, 0, 0x50, 2, 0xfa, 0xf0, 0, 0, 0, 0};
const uint8_t ARP[42] = {[12] = 8, [13] = 6};

synfin_frame frame_of(uint64_t number, const uint8_t *data, size_t len, uint16_t link_type) {
    synfin_frame frame = {
        .struct_size = sizeof frame,
        .wire_len = (uint32_t)len,
        .number = number,
        .time_ns = (int64_t)number * 1000,
        .data = data,
        .len = len,
        .link_type = link_type,
    };
    return frame;
}

synfin_dissector *new_dissector(void) {
    synfin_dissector *dissector = NULL;
    GIVES(SYNFIN_OK, synfin_dissector_new(NULL, &dissector));
    CHECK(dissector != NULL);
    return dissector;
}

synfin_values *new_values(void) {
    synfin_values *values = NULL;
    GIVES(SYNFIN_OK, synfin_values_new(&values));
    CHECK(values != NULL);
    return values;
}

synfin_dissector *with_syn(synfin_annotation *annotation) {
    synfin_dissector *dissector = new_dissector();
    synfin_frame frame = frame_of(1, SYN, sizeof SYN, RAW);
    memset(annotation, 0xee, sizeof *annotation);
    annotation->struct_size = sizeof *annotation;
    GIVES(SYNFIN_OK, synfin_dissector_frame(dissector, &frame, annotation));
    return dissector;
}

size_t value_count(const synfin_values *list) {
    const synfin_value *values;
    size_t count = 99;
    GIVES(SYNFIN_OK, synfin_values_get(list, &values, &count));
    CHECK((values == NULL) == (count == 0));
    return count;
}

const synfin_value *value_of(const synfin_values *list, const char *name) {
    const synfin_value *values;
    size_t count;
    GIVES(SYNFIN_OK, synfin_values_get(list, &values, &count));
    for (size_t i = 0; i < count; i++) {
        synfin_field field = {.struct_size = sizeof field};
        GIVES(SYNFIN_OK, synfin_field_at(values[i].field, &field));
        if (strcmp(field.name.ptr, name) == 0) {
            CHECK(values[i].type == field.type);
            CHECK(values[i].offset == field.offset && values[i].length == field.length);
            return &values[i];
        }
    }
    return NULL;
}

int main(void) {
    promises_of_calls();
    promises_of_packets();
    promises_of_answers();
    if (failures > 0) {
        fprintf(stderr, "%d promises broken\n", failures);
        return 1;
    }
    puts("every promise kept");
    return 0;
}
