/* experts.c
 * An expert item for each rule of the rule table, by enumeration.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <epan/column-info.h>
#include <epan/expert.h>
#include <epan/tap.h>

static expert_field ei_failure = EI_INIT;
static expert_field *ei_rules; /* by the rules' numbers */

static int severity_of(const synfin_rule *rule)
{
    switch (rule->severity) {
    case SYNFIN_SEVERITY_ERROR:
        return PI_ERROR;
    case SYNFIN_SEVERITY_WARN:
        return PI_WARN;
    case SYNFIN_SEVERITY_NOTE:
        return PI_NOTE;
    default:
        return PI_CHAT;
    }
}

static int group_of(const synfin_rule *rule)
{
    switch (rule->group) {
    case SYNFIN_RULE_GROUP_SECURITY:
        return PI_SECURITY;
    case SYNFIN_RULE_GROUP_PROTOCOL:
        return PI_PROTOCOL;
    default:
        return PI_SEQUENCE;
    }
}

/* "Connection refused (O15, RFC 9293 3.5.2 group 1)". */
static char *summary_of(const synfin_rule *rule)
{
    char *summary = wmem_strdup_printf(wmem_epan_scope(), "%s (%s, %s)", rule->name.ptr, rule->id.ptr, rule->rfc.ptr);

    summary[0] = g_ascii_toupper(summary[0]);
    return summary;
}

static ei_register_info describe(size_t number)
{
    synfin_rule rule = {.struct_size = sizeof rule};

    if (synfin_rule_at(number, &rule) != SYNFIN_OK)
        g_error("synfin: rule %zu is missing", number);
    return (ei_register_info){
        &ei_rules[number],
        {wmem_strdup_printf(wmem_epan_scope(), "synfin.rule.%s", rule.id.ptr), group_of(&rule), severity_of(&rule),
         summary_of(&rule), EXPFILL},
    };
}

void experts_register(void)
{
    static ei_register_info failure[] = {
        {&ei_failure, {"synfin.failure", PI_DEBUG, PI_ERROR, "synfin gave up on this file", EXPFILL}},
    };
    size_t count = synfin_rule_count();
    expert_module_t *module = expert_register_protocol(proto_synfin);
    ei_register_info *infos = wmem_alloc_array(wmem_epan_scope(), ei_register_info, count);

    ei_rules = wmem_alloc_array(wmem_epan_scope(), expert_field, count);
    for (size_t i = 0; i < count; i++) {
        ei_rules[i] = (expert_field)EI_INIT;
        infos[i] = describe(i);
    }
    expert_register_field_array(module, failure, array_length(failure));
    expert_register_field_array(module, infos, (int)count);
}

/* Without a tree, expert information is for the tap of that name and the column; making it for nobody is what costs
 * most in a pass that shows nothing. */
static gboolean is_asked_for(const packet_info *pinfo, const proto_item *item)
{
    static int tap;

    if (item != NULL)
        return TRUE;
    if (tap == 0)
        tap = find_tap_id("expert");
    return have_tap_listener(tap) || (pinfo->cinfo != NULL && pinfo->cinfo->col_first[COL_EXPERT] >= 0);
}

/* The list of expert information names whoever dissects now, which a protocol in name only does not become. */
static void add_as_ours(packet_info *pinfo, proto_item *item, expert_field *field)
{
    const char *current = pinfo->current_proto;

    pinfo->current_proto = proto_get_protocol_short_name(find_protocol_by_id(proto_synfin));
    expert_add_info(pinfo, item, field);
    pinfo->current_proto = current;
}

static gboolean has_no_rules(const synfin_annotation *answer)
{
    guint64 any = 0;

    for (guint word = 0; word < G_N_ELEMENTS(answer->rules); word++)
        any |= answer->rules[word];
    return any == 0;
}

void experts_add(packet_info *pinfo, proto_item *item, const synfin_annotation *answer)
{
    if (has_no_rules(answer) || !is_asked_for(pinfo, item))
        return;
    for (guint word = 0; word < G_N_ELEMENTS(answer->rules); word++) {
        for (guint64 bits = answer->rules[word]; bits != 0; bits &= bits - 1)
            add_as_ours(pinfo, item, &ei_rules[word * 64 + (guint)__builtin_ctzll(bits)]);
    }
}

void experts_add_failure(packet_info *pinfo, proto_item *item, const char *why)
{
    expert_add_info_format(pinfo, item, &ei_failure, "synfin gave up on this file: %s", why);
}
