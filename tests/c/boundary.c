/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What benches/boundary.rs measures: the same frames through the C ABI, from C. */
#include <stdlib.h>

#include "synfin.h"

static uint64_t ended(synfin_dissector *dissector, uint64_t sum) {
    uint64_t connections = 0;
    synfin_dissector_finish(dissector, &connections);
    synfin_dissector_free(dissector);
    return sum + connections;
}

/* Every frame by a call of its own, every annotation looked at. */
uint64_t boundary_each(const synfin_frame *frames, size_t count) {
    synfin_dissector *dissector;
    synfin_annotation annotation = {.struct_size = sizeof annotation};
    uint64_t sum = 0;
    if (synfin_dissector_new(NULL, &dissector) != SYNFIN_OK) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        if (synfin_dissector_frame(dissector, &frames[i], &annotation) == SYNFIN_OK) {
            sum += annotation.step;
        }
    }
    return ended(dissector, sum);
}

/* All frames by one call, connections only. */
uint64_t boundary_batch(const synfin_batch *batch) {
    synfin_dissector *dissector;
    if (synfin_dissector_new(NULL, &dissector) != SYNFIN_OK ||
        synfin_dissector_frames(dissector, batch, NULL, NULL) != SYNFIN_OK) {
        abort();
    }
    return ended(dissector, 0);
}
