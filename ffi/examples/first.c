/* The first segment of a connection, dissected. Build and run: make demo-c */
#include <stdio.h>
#include <synfin.h>

static const uint8_t syn[] = {
    0x45, 0, 0, 40, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,        /* IPv4 */
    0x9c, 0x40, 0, 80, 0, 0, 3, 0xe8, 0, 0, 0, 0, 0x50, 2, 0xfa, 0xf0, 0, 0, 0, 0 /* TCP, SYN */
};

int main(void)
{
    synfin_dissector *dissector;
    synfin_status status = synfin_dissector_new(NULL, &dissector);
    if (status != SYNFIN_OK) {
        fprintf(stderr, "synfin: %s\n", synfin_status_str(status));
        return 1;
    }

    const synfin_frame frame = {
        .struct_size = sizeof frame, .number = 1, .link_type = 101, /* raw IP */
        .wire_len = sizeof syn, .data = syn, .len = sizeof syn,
    };
    synfin_annotation annotation = {.struct_size = sizeof annotation};
    status = synfin_dissector_frame(dissector, &frame, &annotation);
    if (status == SYNFIN_OK) {
        char json[2048];
        if (synfin_annotation_json(&annotation, json, sizeof json, NULL) == SYNFIN_OK)
            puts(json);
        if (annotation.present & SYNFIN_HAS_STEP && annotation.step == SYNFIN_STEP_SYN)
            puts("a connection begins");
    }
    synfin_dissector_free(dissector);
    return status != SYNFIN_OK;
}
