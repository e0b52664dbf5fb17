/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Dissects captures through the C ABI.

       host FILE...          "frame step role" of each segment, "-" for none
       host --json FILE...   a line of JSON for each segment, then for each connection */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "synfin.h"

static void stop(const char *what, const char *why) {
    fprintf(stderr, "host: %s: %s\n", what, why);
    exit(1);
}

static void expect_ok(const char *call, synfin_status status) {
    if (status != SYNFIN_OK) {
        stop(call, synfin_status_str(status));
    }
}

static void *grown(void *old, size_t size) {
    void *memory = realloc(old, size);
    if (memory == NULL) {
        stop("realloc", "no memory");
    }
    return memory;
}

static uint8_t *read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    size_t capacity = 1 << 16, got;
    uint8_t *bytes = grown(NULL, capacity);
    if (file == NULL) {
        stop(path, "cannot be opened");
    }
    *len = 0;
    while ((got = fread(bytes + *len, 1, capacity - *len, file)) > 0) {
        *len += got;
        if (*len == capacity) {
            bytes = grown(bytes, capacity *= 2);
        }
    }
    fclose(file);
    return bytes;
}

/* A buffer for JSON that grows to what the library says it needs. */
static char *json;
static size_t json_capacity;

static void print_annotation_json(const synfin_annotation *annotation) {
    size_t needed;
    synfin_status status = synfin_annotation_json(annotation, json, json_capacity, &needed);
    if (status == SYNFIN_ERR_BUFFER_TOO_SMALL) {
        json = grown(json, json_capacity = needed);
        status = synfin_annotation_json(annotation, json, json_capacity, &needed);
    }
    expect_ok("synfin_annotation_json", status);
    puts(json);
}

static void print_connection_json(synfin_dissector *dissector, uint64_t id) {
    size_t needed;
    synfin_status status = synfin_dissector_connection_json(dissector, id, json, json_capacity, &needed);
    if (status == SYNFIN_ERR_BUFFER_TOO_SMALL) {
        json = grown(json, json_capacity = needed);
        status = synfin_dissector_connection_json(dissector, id, json, json_capacity, &needed);
    }
    expect_ok("synfin_dissector_connection_json", status);
    puts(json);
}

/* Text of the first value of a field, found by its name: the host knows no field number. */
static const char *text_of(const synfin_values *list, const char *name) {
    const synfin_value *values;
    size_t count;
    expect_ok("synfin_values_get", synfin_values_get(list, &values, &count));
    for (size_t i = 0; i < count; i++) {
        synfin_field field = {.struct_size = sizeof field};
        expect_ok("synfin_field_at", synfin_field_at(values[i].field, &field));
        if (values[i].type == SYNFIN_TYPE_TEXT && strcmp(field.name.ptr, name) == 0) {
            return values[i].value.text.ptr;
        }
    }
    return "-";
}

static void print_text(const synfin_annotation *annotation, synfin_values *list) {
    expect_ok("synfin_annotation_values", synfin_annotation_values(annotation, list));
    printf("%llu %s %s\n", (unsigned long long)annotation->frame, text_of(list, "synfin.step"),
           text_of(list, "synfin.role"));
}

static void dissect(const char *path, int as_json, synfin_values *list) {
    size_t len;
    uint8_t *bytes = read_file(path, &len);
    struct capture capture;
    struct capture_packet packet;
    synfin_dissector *dissector;
    int more = 0;
    if (!capture_open(&capture, bytes, len)) {
        stop(path, "not a capture");
    }
    expect_ok("synfin_dissector_new", synfin_dissector_new(NULL, &dissector));
    for (uint64_t number = 1; (more = capture_next(&capture, &packet)) > 0; number++) {
        synfin_frame frame = {
            .struct_size = sizeof frame,
            .wire_len = packet.wire_len,
            .number = number,
            .time_ns = packet.time_ns,
            .data = packet.data,
            .len = packet.len,
            .link_type = packet.link_type,
        };
        synfin_annotation annotation = {.struct_size = sizeof annotation};
        synfin_status status = synfin_dissector_frame(dissector, &frame, &annotation);
        if (status >= SYNFIN_NOT_TCP) {
            continue; /* it is the packet */
        }
        expect_ok("synfin_dissector_frame", status);
        if (as_json) {
            print_annotation_json(&annotation);
        } else {
            print_text(&annotation, list);
        }
    }
    if (more < 0) {
        stop(path, "damaged");
    }
    uint64_t connections;
    expect_ok("synfin_dissector_finish", synfin_dissector_finish(dissector, &connections));
    for (uint64_t id = 0; as_json && id < connections; id++) {
        print_connection_json(dissector, id);
    }
    synfin_dissector_free(dissector);
    free(bytes);
}

int main(int argc, char **argv) {
    int as_json = argc > 1 && strcmp(argv[1], "--json") == 0;
    synfin_values *list;
    if (argc < 2 + as_json) {
        fprintf(stderr, "usage: host [--json] FILE...\n");
        return 2;
    }
    expect_ok("synfin_values_new", synfin_values_new(&list));
    for (int i = 1 + as_json; i < argc; i++) {
        dissect(argv[i], as_json, list);
    }
    synfin_values_free(list);
    free(json);
    return 0;
}
