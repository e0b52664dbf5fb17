/* The Wireshark plugin with a library that panics at the fourth frame. Linked with
 * -Wl,--wrap=synfin_dissector_segment to the plugin's C half and a library that has synfin_test_panic(). */
#include <ws_version.h>

#include "synfin.h"

extern const char plugin_version[];
extern const int plugin_want_major;
extern const int plugin_want_minor;
void plugin_register(void);
uint32_t plugin_describe(void);

void synfin_plugin_start(void);
synfin_status synfin_test_panic(synfin_dissector *dissector);
synfin_status __real_synfin_dissector_segment(synfin_dissector *dissector, const synfin_segment *segment,
                                              synfin_annotation *out);
synfin_status __wrap_synfin_dissector_segment(synfin_dissector *dissector, const synfin_segment *segment,
                                              synfin_annotation *out);

const char plugin_version[] = "panics";
const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

void plugin_register(void)
{
    synfin_plugin_start();
}

uint32_t plugin_describe(void)
{
    return 1;
}

synfin_status __wrap_synfin_dissector_segment(synfin_dissector *dissector, const synfin_segment *segment,
                                              synfin_annotation *out)
{
    if (segment->frame == 4)
        return synfin_test_panic(dissector);
    return __real_synfin_dissector_segment(dissector, segment, out);
}
