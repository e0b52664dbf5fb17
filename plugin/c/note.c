/* note.c
 * A segment's meaning in a few words: step and the name of its role.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <epan/column-utils.h>

/* As many as the set of rules in an answer can hold. */
#define RULES_MAX (64 * G_N_ELEMENTS(((synfin_annotation *)NULL)->rules))

static int hf_what = -1;

void note_register(void)
{
    static hf_register_info fields[] = {
        {&hf_what,
         {"What", "synfin.what", FT_STRING, BASE_NONE, NULL, 0, "Name of the rule that says best what the segment is",
          HFILL}},
    };

    proto_register_field_array(proto_synfin, fields, array_length(fields));
}

void note_add(proto_tree *tree, const noted_layer *layer)
{
    synfin_rule role = {.struct_size = sizeof role};

    if (layer->answer.present & SYNFIN_HAS_ROLE && synfin_rule_at(layer->answer.role, &role) == SYNFIN_OK)
        proto_item_set_hidden(proto_tree_add_string(tree, hf_what, layer->tvb, 0, 0, role.name.ptr));
}

const char *note_rule_name(const char *id)
{
    synfin_rule rule = {.struct_size = sizeof rule};
    size_t number;

    if (synfin_rule_find(id, &number) != SYNFIN_OK || synfin_rule_at(number, &rule) != SYNFIN_OK)
        return NULL;
    return rule.name.ptr; /* static */
}

/* Step and role of a segment, in words made from its values. */
static const char *make_words(const noted_layer *layer)
{
    const synfin_value *values;
    size_t count = state_values(layer, &values);
    const char *step = fields_text("synfin.step", values, count);
    const char *role = fields_text("synfin.role", values, count);
    const char *name = role == NULL ? NULL : note_rule_name(role);

    if (step != NULL && name != NULL)
        return wmem_strdup_printf(wmem_epan_scope(), "%s %s", step, name);
    return wmem_strdup(wmem_epan_scope(), step != NULL ? step : name != NULL ? name : "?");
}

static gboolean has_words(const synfin_annotation *answer)
{
    return (answer->present & (SYNFIN_HAS_STEP | SYNFIN_HAS_ROLE)) != 0;
}

/* Packets are many, pairs of step and role few: words are made once for each. */
typedef struct {
    const char *words;
    const char *suffix; /* the same as the column shows it */
} note_text;

static const note_text *text_of(const noted_layer *layer)
{
    const synfin_annotation *answer = &layer->answer;
    static note_text *known[1 + UINT8_MAX + 1]; /* by step, and there by role */
    guint step = answer->present & SYNFIN_HAS_STEP ? 1u + answer->step : 0;
    guint role = answer->present & SYNFIN_HAS_ROLE ? 1u + answer->role : 0;
    note_text *text;

    if (!has_words(answer))
        return NULL;
    if (known[step] == NULL)
        known[step] = wmem_alloc0_array(wmem_epan_scope(), note_text, 1 + RULES_MAX);
    text = &known[step][role];
    if (text->words == NULL) {
        text->words = make_words(layer);
        text->suffix = wmem_strdup_printf(wmem_epan_scope(), " [%s]", text->words);
    }
    return text;
}

const char *note_words(const noted_layer *layer)
{
    const note_text *text = text_of(layer);

    return text == NULL ? NULL : text->words;
}

static void put_note(column_info *columns, const note_text *text)
{
    /* Protocols above TCP may have closed the column to others. */
    gboolean writable = col_get_writable(columns, COL_INFO);

    col_set_writable(columns, COL_INFO, TRUE);
    if (prefs_now.note_style == NOTE_PREFIX)
        col_prepend_fence_fstr(columns, COL_INFO, "[%s] ", text->words);
    else
        col_append_lstr(columns, COL_INFO, text->suffix, COL_ADD_LSTR_TERMINATOR);
    col_set_writable(columns, COL_INFO, writable);
}

void note_column(packet_info *pinfo, const noted_layer *layers)
{
    if (prefs_now.note_style == NOTE_OFF || pinfo->cinfo == NULL)
        return;
    for (const noted_layer *layer = layers; layer != NULL; layer = layer->next) {
        const note_text *text = layer->known ? text_of(layer) : NULL;

        if (text != NULL)
            put_note(pinfo->cinfo, text);
    }
}
