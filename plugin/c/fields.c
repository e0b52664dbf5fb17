/* fields.c
 * The registry's fields as Wireshark fields. Nothing here knows a field by its name, except for the kind
 * of arrow that a link to a frame gets in the packet list, and which texts are ids of rules.
 *
 * A dotted name makes groups: synfin.options.initiator.mss is shown under synfin.options.initiator, under
 * synfin.options. Groups are fields without a value, so they can be filtered for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plugin.h"

#include <epan/to_str.h>
#include <epan/unit_strings.h>
#include <string.h>

#define NO_GROUP (-1)

/* Names and other texts of the registry are static C strings. */
typedef struct {
    const char *name;
    char *label; /* the last part of the name, in words */
    int hf;
    int group; /* which it is shown under, or NO_GROUP */
    guint32 scope;
    gboolean is_rule;
} field_row;

typedef struct {
    char *name;
    int hf;
    int ett;
    int parent; /* another group, before this one in the table; or NO_GROUP */
} group_row;

static synfin_field *registry;
static field_row *fields;
static int field_count;
static group_row *groups;
static int group_count;

/* The row of a registry name, or -1. */
static int find_field(const char *name)
{
    size_t number;

    return synfin_field_find(name, &number) == SYNFIN_OK ? (int)number : -1;
}

/* The group that a name with dots is shown under, made if need be. What is a field itself is no group. */
static int group_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    char *prefix;
    int parent;

    if (dot == NULL || memchr(name, '.', (size_t)(dot - name)) == NULL)
        return NO_GROUP; /* synfin.step: in the tree itself */
    prefix = wmem_strndup(wmem_epan_scope(), name, (gsize)(dot - name));
    for (int i = 0; i < group_count; i++) {
        if (strcmp(groups[i].name, prefix) == 0)
            return i;
    }
    parent = group_of(prefix);
    if (find_field(prefix) >= 0)
        return parent;
    groups = (group_row *)wmem_realloc(wmem_epan_scope(), groups, (group_count + 1) * sizeof *groups);
    groups[group_count] = (group_row){prefix, -1, -1, parent};
    return group_count++;
}

/* "Verdict so far" of synfin.close.verdict_so_far in the group synfin.close. */
static const char *title_of(const char *name, int group)
{
    static const char *const capitals[] = {"HTTP", "ID", "ISN", "MPTCP", "MSS", "RTT", "SACK"};
    const char *rest = name + (group == NO_GROUP ? strlen("synfin.") : strlen(groups[group].name) + 1);
    char **words = g_strsplit_set(rest, "._", -1);
    char *joined;
    char *title;

    for (char **word = words; *word != NULL; word++) {
        if (word == words)
            **word = g_ascii_toupper(**word);
        for (size_t i = 0; i < G_N_ELEMENTS(capitals); i++) {
            if (g_ascii_strcasecmp(*word, capitals[i]) == 0)
                memcpy(*word, capitals[i], strlen(capitals[i]));
        }
    }
    joined = g_strjoinv(" ", words);
    title = wmem_strdup(wmem_epan_scope(), joined);
    g_free(joined);
    g_strfreev(words);
    return title;
}

static const void *arrow_of(const char *name)
{
    static const struct {
        const char *name;
        enum ft_framenum_type arrow;
    } arrows[] = {
        {"synfin.answers", FT_FRAMENUM_ACK},
        {"synfin.retransmission_of", FT_FRAMENUM_RETRANS_PREV},
        {"synfin.http.request_in", FT_FRAMENUM_REQUEST},
        {"synfin.http.request_frame", FT_FRAMENUM_REQUEST},
        {"synfin.http.response_in", FT_FRAMENUM_RESPONSE},
        {"synfin.http.response_frame", FT_FRAMENUM_RESPONSE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(arrows); i++) {
        if (strcmp(arrows[i].name, name) == 0)
            return FRAMENUM_TYPE(arrows[i].arrow);
    }
    return FRAMENUM_TYPE(FT_FRAMENUM_NONE);
}

static gboolean is_rule_id(const char *name)
{
    return strcmp(name, "synfin.role") == 0 || strcmp(name, "synfin.rules") == 0 ||
           strcmp(name, "synfin.rules.id") == 0;
}

static void set_kind(hf_register_info *info, const synfin_field *field)
{
    header_field_info *h = &info->hfinfo;
    const char *unit = field->unit.ptr;

    h->display = BASE_NONE;
    switch (field->type) {
    case SYNFIN_TYPE_UNSIGNED:
        h->type = FT_UINT64;
        h->display = BASE_DEC;
        if (unit[0] != '\0') {
            unit_name_string *name = wmem_new(wmem_epan_scope(), unit_name_string);
            char *text = wmem_strdup_printf(wmem_epan_scope(), strcmp(unit, "%") == 0 ? "%s" : " %s", unit);

            name->singular = text;
            name->plural = text;
            h->display |= BASE_UNIT_STRING;
            h->strings = name;
        }
        break;
    case SYNFIN_TYPE_BOOL:
        h->type = FT_BOOLEAN;
        break;
    case SYNFIN_TYPE_FRAME:
        h->type = FT_FRAMENUM;
        h->strings = arrow_of(field->name.ptr);
        break;
    case SYNFIN_TYPE_RELATIVE_TIME:
        h->type = FT_RELATIVE_TIME;
        break;
    case SYNFIN_TYPE_ABSOLUTE_TIME:
        h->type = FT_ABSOLUTE_TIME;
        h->display = ABSOLUTE_TIME_LOCAL;
        break;
    default: /* texts, and addresses, which may be of either IP version */
        h->type = FT_STRING;
        break;
    }
}

static hf_register_info describe_field(field_row *row, const synfin_field *field)
{
    hf_register_info info = {&row->hf, {NULL}};

    info.hfinfo.name = title_of(row->name, row->group);
    info.hfinfo.abbrev = row->name;
    info.hfinfo.blurb = field->description.ptr;
    set_kind(&info, field);
    HFILL_INIT(info);
    return info;
}

static hf_register_info describe_group(group_row *row)
{
    hf_register_info info = {&row->hf, {NULL}};

    info.hfinfo.name = title_of(row->name, row->parent);
    info.hfinfo.abbrev = row->name;
    info.hfinfo.type = FT_NONE;
    info.hfinfo.display = BASE_NONE;
    HFILL_INIT(info);
    return info;
}

/* Groups can only be told when all names are known: a name may be a field and the beginning of others. */
static void load_fields(void)
{
    field_count = (int)synfin_field_count();
    fields = wmem_alloc0_array(wmem_epan_scope(), field_row, field_count);
    registry = wmem_alloc0_array(wmem_epan_scope(), synfin_field, field_count);
    for (int i = 0; i < field_count; i++) {
        registry[i].struct_size = sizeof registry[i];
        if (synfin_field_at((size_t)i, &registry[i]) != SYNFIN_OK)
            g_error("synfin: field %d is missing", i);
        fields[i] = (field_row){
            .name = registry[i].name.ptr,
            .label = g_strdelimit(wmem_strdup(wmem_epan_scope(), strrchr(registry[i].name.ptr, '.') + 1), "_", ' '),
            .hf = -1,
            .scope = registry[i].scope,
            .is_rule = is_rule_id(registry[i].name.ptr),
        };
    }
    for (int i = 0; i < field_count; i++)
        fields[i].group = group_of(fields[i].name);
}

void fields_register(void)
{
    hf_register_info *infos; /* in use for as long as epan is, so that is how long its memory lives */
    gint **subtrees;

    load_fields();
    infos = wmem_alloc_array(wmem_epan_scope(), hf_register_info, field_count + group_count);
    subtrees = wmem_alloc_array(wmem_epan_scope(), gint *, group_count);
    for (int i = 0; i < field_count; i++)
        infos[i] = describe_field(&fields[i], &registry[i]);
    for (int i = 0; i < group_count; i++) {
        infos[field_count + i] = describe_group(&groups[i]);
        subtrees[i] = &groups[i].ett;
    }
    proto_register_field_array(proto_synfin, infos, field_count + group_count);
    proto_register_subtree_array(subtrees, group_count);
}

/* The branch of a group in this tree, made when its first value comes. */
static proto_tree *branch_of(proto_tree **branches, int group, proto_tree *tree, tvbuff_t *tvb)
{
    if (group == NO_GROUP)
        return tree;
    if (branches[group] == NULL) {
        proto_tree *above = branch_of(branches, groups[group].parent, tree, tvb);
        proto_item *item = proto_tree_add_item(above, groups[group].hf, tvb, 0, 0, ENC_NA);

        proto_item_set_generated(item);
        branches[group] = proto_item_add_subtree(item, groups[group].ett);
    }
    return branches[group];
}

static nstime_t time_span(gint64 ns)
{
    return (nstime_t){(time_t)(ns / 1000000000), (int)(ns % 1000000000)};
}

static nstime_t point_in_time(gint64 ns)
{
    nstime_t time = time_span(ns);

    if (time.nsecs < 0) { /* before 1970: count up from the second before */
        time.secs -= 1;
        time.nsecs += 1000000000;
    }
    return time;
}

const char *fields_address(wmem_allocator_t *scope, const synfin_address *from)
{
    address at;

    set_address(&at, from->len == 4 ? AT_IPv4 : AT_IPv6, from->len == 4 ? 4 : 16, from->bytes);
    return address_to_str(scope, &at);
}

/* Adds one value; NULL if it cannot be shown. */
static proto_item *add_value(proto_tree *tree, int hf, tvbuff_t *tvb, gint start, gint length, packet_info *pinfo,
                             const synfin_value *value)
{
    const union synfin_datum *datum = &value->value;
    guint32 frame;
    nstime_t time;

    switch (value->type) {
    case SYNFIN_TYPE_UNSIGNED:
        return proto_tree_add_uint64(tree, hf, tvb, start, length, datum->number);
    case SYNFIN_TYPE_BOOL:
        return proto_tree_add_boolean(tree, hf, tvb, start, length, datum->number != 0);
    case SYNFIN_TYPE_FRAME:
        frame = frames_number(datum->number);
        return frame == 0 ? NULL : proto_tree_add_uint(tree, hf, tvb, start, length, frame);
    case SYNFIN_TYPE_TEXT:
        return proto_tree_add_string(tree, hf, tvb, start, length, datum->text.ptr);
    case SYNFIN_TYPE_ADDRESS:
        return proto_tree_add_string(tree, hf, tvb, start, length, fields_address(pinfo->pool, &datum->address));
    case SYNFIN_TYPE_RELATIVE_TIME:
        time = time_span(datum->time_ns);
        return proto_tree_add_time(tree, hf, tvb, start, length, &time);
    case SYNFIN_TYPE_ABSOLUTE_TIME:
        time = point_in_time(datum->time_ns);
        return proto_tree_add_time(tree, hf, tvb, start, length, &time);
    default:
        return NULL;
    }
}

/* A group of a segment says what is in it: "State: initiator SYN-SENT → ESTABLISHED, responder ...". */
static void summarise(proto_tree *branch, const synfin_value *value, const synfin_value *before)
{
    const field_row *row = &fields[value->field];
    proto_item *item = proto_tree_get_parent(branch);
    gboolean again = before != NULL && before->field == value->field;
    gboolean first = before == NULL || fields[before->field].group != row->group;

    if (value->type != SYNFIN_TYPE_TEXT)
        return;
    if (again)
        proto_item_append_text(item, " → %s", value->value.text.ptr);
    else
        proto_item_append_text(item, "%s %s %s", first ? ":" : ",", row->label, value->value.text.ptr);
}

void fields_add(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, value_scope scope,
                const synfin_value *values, size_t count)
{
    proto_tree **branches = wmem_alloc0_array(pinfo->pool, proto_tree *, group_count);
    guint captured = tvb_captured_length(tvb);

    for (size_t i = 0; i < count; i++) {
        const synfin_value *value = &values[i];
        const field_row *row = &fields[value->field];
        gboolean in_bytes = value->length > 0 && value->offset <= captured && value->length <= captured - value->offset;
        proto_tree *branch;
        proto_item *item;

        /* What both have is the segment's: one value for each field and layer, in every pass. */
        if (scope == SCOPE_CONNECTION && row->scope & SYNFIN_SCOPE_SEGMENT)
            continue;
        branch = branch_of(branches, row->group, tree, tvb);
        item = add_value(branch, row->hf, tvb, in_bytes ? (gint)value->offset : 0,
                         in_bytes ? (gint)value->length : 0, pinfo, value);
        if (!in_bytes)
            proto_item_set_generated(item);
        if (row->is_rule && value->type == SYNFIN_TYPE_TEXT)
            proto_item_append_text(item, " (%s)", note_rule_name(value->value.text.ptr));
        if (scope == SCOPE_SEGMENT && row->group != NO_GROUP)
            summarise(branch, value, i == 0 ? NULL : &values[i - 1]);
    }
}

synfin_value fields_link(const char *name, guint32 frame)
{
    return (synfin_value){
        .field = (guint32)find_field(name), .type = SYNFIN_TYPE_FRAME, .value = {.number = frame}};
}

const char *fields_text(const char *name, const synfin_value *values, size_t count)
{
    int index = find_field(name);

    for (size_t i = 0; i < count; i++) {
        if ((int)values[i].field == index && values[i].type == SYNFIN_TYPE_TEXT)
            return values[i].value.text.ptr;
    }
    return NULL;
}
