/* plugin.c
 * Registration: the protocol, and the parts' own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

int proto_synfin = -1;

static void register_all(void)
{
    /* Another ABI's structs would be read wrongly. The ABI is linked in, so this is a build gone wrong. */
    if (synfin_abi_version() != SYNFIN_ABI_VERSION) {
        g_warning("synfin: built against another version of synfin.h; the plugin stays off");
        return;
    }
    proto_synfin = proto_register_protocol("TCP lifecycle (synfin)", "synfin", "synfin");
    prefs_register();
    fields_register();
    note_register();
    state_register();
    tree_register();
    experts_register();
    stats_register();
    hook_register();
}

static void handoff_all(void)
{
    if (proto_synfin != -1)
        hook_handoff();
}

/* Called by plugin_register in ../src/lib.rs. */
__attribute__((visibility("default"))) void synfin_plugin_start(void);

void synfin_plugin_start(void)
{
    static const proto_plugin plugin = {register_all, handoff_all};

    proto_register_plugin(&plugin);
}
