/* stats_print.c
 * The tables of a statistic as text, for tshark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stats.h"

#include <stdio.h>
#include <string.h>

#define BETWEEN 2 /* spaces between columns */
#define RULE_WIDTH 80

static int compare(const stat_tap_table_item_type *a, const stat_tap_table_item_type *b)
{
    if (a->type == TABLE_ITEM_UINT)
        return (a->value.uint_value > b->value.uint_value) - (a->value.uint_value < b->value.uint_value);
    return strcmp(a->value.string_value, b->value.string_value);
}

static int compare_rows(const void *a, const void *b, void *data _U_)
{
    const stat_tap_table_item_type *row_a = *(stat_tap_table_item_type *const *)a;
    const stat_tap_table_item_type *row_b = *(stat_tap_table_item_type *const *)b;

    return compare(&row_a[0], &row_b[0]);
}

/* The text of a cell, to be freed. */
static char *text_of(const stat_tap_table_item_type *cell)
{
    switch (cell->type) {
    case TABLE_ITEM_UINT:
        return g_strdup_printf("%u", cell->value.uint_value);
    case TABLE_ITEM_FLOAT:
        return g_strdup_printf("%.6f", cell->value.float_value);
    default:
        return g_strchug(g_strdup(cell->value.string_value)); /* the column's width is made here */
    }
}

static void add_cell(GString *line, const char *text, glong width, tap_alignment_type align)
{
    int fill = (int)(width - g_utf8_strlen(text, -1));

    if (align == TAP_ALIGN_RIGHT)
        g_string_append_printf(line, "%*s%s%*s", fill, "", text, BETWEEN, "");
    else
        g_string_append_printf(line, "%s%*s", text, fill + BETWEEN, "");
}

/* Cells row by row, the first one the headings; empty where a column says nothing in this table. */
static void print_cells(char **cells, guint rows, guint columns, const stat_tap_table_item *heads)
{
    glong *widths = g_new0(glong, columns);

    for (guint i = 0; i < columns; i++) {
        gboolean says = rows == 1 || heads[i].type != TABLE_ITEM_STRING;

        for (guint row = 1; row < rows; row++)
            says = says || cells[row * columns + i][0] != '\0';
        for (guint row = 0; says && row < rows; row++)
            widths[i] = MAX(widths[i], g_utf8_strlen(cells[row * columns + i], -1));
    }
    for (guint row = 0; row < rows; row++) {
        GString *line = g_string_new(NULL);

        for (guint i = 0; i < columns; i++) {
            if (widths[i] > 0)
                add_cell(line, cells[row * columns + i], widths[i], heads[i].align);
        }
        puts(g_strchomp(line->str));
        g_string_free(line, TRUE);
    }
    g_free(widths);
}

static void print_table(const stat_tap_table *table, const stat_tap_table_item *heads)
{
    guint columns = table->num_fields;
    guint rows = table->num_elements + 1;
    char **cells = g_new0(char *, (gsize)rows * columns + 1);

    for (guint i = 0; i < columns; i++) {
        cells[i] = g_strdup(heads[i].column_name);
        for (guint row = 1; row < rows; row++)
            cells[row * columns + i] = text_of(&table->elements[row - 1][i]);
    }
    print_cells(cells, rows, columns, heads);
    g_strfreev(cells);
}

static void print_rule(void)
{
    for (int i = 0; i < RULE_WIDTH; i++)
        putchar('=');
    putchar('\n');
}

void tables_print(const statistic *stat, const char *filter)
{
    putchar('\n');
    print_rule();
    printf("%s\nFilter: %s\n", stat->ui.title, filter == NULL ? "<none>" : filter);
    for (guint i = 0; i < stat->ui.tables->len; i++) {
        stat_tap_table *table = table_of(stat, i);

        if (table->num_elements > 0 && !stat->is_sorted)
            g_qsort_with_data(table->elements, (gint)table->num_elements, sizeof *table->elements, compare_rows, NULL);
        printf("\n");
        if (stat->ui.tables->len > 1)
            printf("%s\n", table->title);
        print_table(table, stat->ui.fields);
    }
    print_rule();
}
