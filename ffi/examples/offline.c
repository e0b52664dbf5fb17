/* Every TCP segment of a capture file in words, then what became of each connection.

       cc offline.c -lsynfin -lpcap -o offline && ./offline FILE */
#define _DEFAULT_SOURCE /* libpcap's header needs it where -std=c11 is asked for */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <synfin.h>

/* Says what went wrong, if something did. */
static bool ok(const char *call, synfin_status status)
{
    if (status != SYNFIN_OK)
        fprintf(stderr, "offline: %s: %s\n", call, synfin_status_str(status));
    return status == SYNFIN_OK;
}

/* libpcap's DLT_ numbers are the LINKTYPE_ numbers of files, save for a few old ones. */
static uint16_t link_type_of(int dlt)
{
    return dlt == DLT_RAW ? 101 : (uint16_t)dlt;
}

/* The text of a field, "-" where the list has none; NULL if the library failed. */
static const char *word(const synfin_values *values, const char *name)
{
    const synfin_value *value;
    const synfin_status status = synfin_values_find(values, name, &value);
    if (status == SYNFIN_ERR_NOT_FOUND)
        return "-";
    if (!ok("synfin_values_find", status))
        return NULL;
    return value->type == SYNFIN_TYPE_TEXT ? value->value.text.ptr : "-";
}

static void print_endpoint(const uint8_t *address, uint8_t len, uint16_t port)
{
    if (len == 4) {
        printf("%d.%d.%d.%d:%d", address[0], address[1], address[2], address[3], port);
        return;
    }
    for (int i = 0; i < 16; i += 2)
        printf("%s%x", i == 0 ? "[" : ":", address[i] << 8 | address[i + 1]);
    printf("]:%d", port);
}

static bool print_segment(const synfin_annotation *a, int64_t start_ns, synfin_values *values)
{
    const int64_t since = a->time_ns - start_ns, size = since < 0 ? -since : since;
    printf("%6" PRIu64 " %s%" PRId64 ".%09" PRId64 " ", a->frame, since < 0 ? "-" : "", size / 1000000000,
           size % 1000000000);
    print_endpoint(a->src, a->address_len, a->src_port);
    printf(" > ");
    print_endpoint(a->dst, a->address_len, a->dst_port);
    if (a->present & SYNFIN_HAS_STEP) {
        const char *step;
        if (!ok("synfin_annotation_values", synfin_annotation_values(a, values))
            || (step = word(values, "synfin.step")) == NULL)
            return false;
        printf("  step %s", step);
    }
    if (a->present & SYNFIN_HAS_ROLE) {
        synfin_rule rule = {.struct_size = sizeof rule};
        if (!ok("synfin_rule_at", synfin_rule_at(a->role, &rule)))
            return false;
        printf("  %s: %s", rule.id.ptr, rule.name.ptr);
    }
    putchar('\n');
    return true;
}

static bool print_connections(synfin_dissector *dissector, synfin_values *values)
{
    uint64_t count;
    if (!ok("synfin_dissector_finish", synfin_dissector_finish(dissector, &count)))
        return false;
    for (uint64_t id = 0; id < count; id++) {
        const char *handshake, *close;
        if (!ok("synfin_dissector_connection_values", synfin_dissector_connection_values(dissector, id, values))
            || (handshake = word(values, "synfin.handshake.verdict")) == NULL
            || (close = word(values, "synfin.close.verdict")) == NULL)
            return false;
        printf("connection %" PRIu64 ": handshake %s, close %s\n", id, handshake, close);
    }
    return true;
}

static bool dissect(pcap_t *capture, synfin_dissector *dissector, synfin_values *values)
{
    struct pcap_pkthdr *header;
    const u_char *data;
    int64_t start_ns = 0;
    int got;
    for (uint64_t number = 1; (got = pcap_next_ex(capture, &header, &data)) == 1; number++) {
        const synfin_frame frame = {
            .struct_size = sizeof frame, .wire_len = header->len, .number = number,
            /* Nanoseconds in tv_usec: asked for when the file was opened. */
            .time_ns = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec,
            .data = data, .len = header->caplen, .link_type = link_type_of(pcap_datalink(capture)),
        };
        synfin_annotation annotation = {.struct_size = sizeof annotation};
        const synfin_status status = synfin_dissector_frame(dissector, &frame, &annotation);
        if (number == 1)
            start_ns = frame.time_ns;
        if (status >= SYNFIN_NOT_TCP)
            continue; /* nothing to annotate in this packet, and no mistake of ours */
        if (!ok("synfin_dissector_frame", status) || !print_segment(&annotation, start_ns, values))
            return false;
    }
    if (got != PCAP_ERROR_BREAK) { /* which is the end of the file here */
        fprintf(stderr, "offline: pcap_next_ex: %s\n", pcap_geterr(capture));
        return false;
    }
    return print_connections(dissector, values);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: offline FILE\n");
        return 2;
    }
    char error[PCAP_ERRBUF_SIZE] = "";
    pcap_t *capture = pcap_open_offline_with_tstamp_precision(argv[1], PCAP_TSTAMP_PRECISION_NANO, error);
    if (capture == NULL) {
        fprintf(stderr, "offline: %s\n", error);
        return 1;
    }
    synfin_dissector *dissector = NULL;
    synfin_values *values = NULL;
    bool done = ok("synfin_dissector_new", synfin_dissector_new(NULL, &dissector))
                && ok("synfin_values_new", synfin_values_new(&values)) && dissect(capture, dissector, values);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("offline: standard output");
        done = false;
    }
    synfin_values_free(values);
    synfin_dissector_free(dissector);
    pcap_close(capture);
    return done ? 0 : 1;
}
