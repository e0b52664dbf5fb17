/* Tells when TCP connections of an interface are open, and when they are closed.

       cc live.c -lsynfin -lpcap -o live && ./live [INTERFACE [CONNECTIONS [FILTER]]]

   The interface is lo if none is given. Ends after CONNECTIONS closed ones (0, the default: never) or with Ctrl-C. */
#define _DEFAULT_SOURCE /* libpcap's header needs it where -std=c11 is asked for */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <synfin.h>

static pcap_t *capture;

static void stop(int signal_number)
{
    (void)signal_number;
    pcap_breakloop(capture); /* may be called in a signal handler */
}

static bool ok(const char *call, synfin_status status)
{
    if (status != SYNFIN_OK)
        fprintf(stderr, "live: %s: %s\n", call, synfin_status_str(status));
    return status == SYNFIN_OK;
}

/* The same for libpcap: positive answers are warnings. */
static bool pcap_ok(const char *call, int answer)
{
    if (answer != 0)
        fprintf(stderr, "live: %s: %s (%s)\n", call, pcap_statustostr(answer), pcap_geterr(capture));
    return answer >= 0;
}

static bool listen_on(const char *interface, const char *expression)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    struct bpf_program filter;
    capture = pcap_create(interface, error);
    if (capture == NULL) {
        fprintf(stderr, "live: pcap_create: %s\n", error);
        return false;
    }
    /* Immediate mode: a packet is told of when it comes, not when a buffer is full. */
    if (!pcap_ok("pcap_set_snaplen", pcap_set_snaplen(capture, 262144))
        || !pcap_ok("pcap_set_immediate_mode", pcap_set_immediate_mode(capture, 1))
        || !pcap_ok("pcap_set_timeout", pcap_set_timeout(capture, 100))
        || !pcap_ok("pcap_activate", pcap_activate(capture))
        || !pcap_ok("pcap_compile", pcap_compile(capture, &filter, expression, 1, PCAP_NETMASK_UNKNOWN)))
        return false;
    const bool is_set = pcap_ok("pcap_setfilter", pcap_setfilter(capture, &filter));
    pcap_freecode(&filter);
    return is_set;
}

/* Prints what a segment does to its connection; counts the closed ones. */
static bool tell(const synfin_annotation *a, synfin_values *values, uint64_t *closed)
{
    if (a->present & SYNFIN_HAS_STEP
        && (a->step == SYNFIN_STEP_ACK || a->step == SYNFIN_STEP_ACK_AND_FIRST_FIN))
        printf("connection %" PRIu64 ": handshake complete, port %d > %d\n", a->connection, a->src_port,
               a->dst_port);
    /* From SYNFIN_CLOSE_VERDICT_CLOSING on it is not over yet, nor where nobody ended it. */
    if (a->present & SYNFIN_HAS_CLOSE_VERDICT && a->close_verdict_so_far < SYNFIN_CLOSE_VERDICT_CLOSING
        && a->close_by_so_far != SYNFIN_CLOSER_NOBODY) {
        const synfin_value *how, *who;
        if (!ok("synfin_annotation_values", synfin_annotation_values(a, values))
            || !ok("synfin_values_find", synfin_values_find(values, "synfin.close.verdict_so_far", &how))
            || !ok("synfin_values_find", synfin_values_find(values, "synfin.close.by_so_far", &who)))
            return false;
        printf("connection %" PRIu64 ": closed (%s) by %s\n", a->connection, how->value.text.ptr,
               who->value.text.ptr);
        ++*closed;
    }
    return true;
}

/* Connections that made room for newer ones would stay readable, and in memory. */
static bool forget_evicted(synfin_dissector *dissector)
{
    uint64_t id;
    synfin_status status;
    while ((status = synfin_dissector_next_evicted(dissector, &id)) == SYNFIN_OK)
        if (!ok("synfin_dissector_forget", synfin_dissector_forget(dissector, id)))
            return false;
    return status == SYNFIN_ERR_NOT_FOUND || ok("synfin_dissector_next_evicted", status);
}

static bool watch(synfin_dissector *dissector, synfin_values *values, uint64_t wanted)
{
    struct pcap_pkthdr *header;
    const u_char *data;
    uint64_t number = 0, closed = 0;
    const int dlt = pcap_datalink(capture);
    int got = 0;
    while ((wanted == 0 || closed < wanted) && (got = pcap_next_ex(capture, &header, &data)) >= 0) {
        if (got == 0)
            continue; /* nothing for a while */
        const synfin_frame frame = {
            .struct_size = sizeof frame, .wire_len = header->len, .number = ++number,
            .time_ns = (int64_t)header->ts.tv_sec * 1000000000 + (int64_t)header->ts.tv_usec * 1000,
            .data = data, .len = header->caplen, .link_type = dlt == DLT_RAW ? 101 : (uint16_t)dlt,
        };
        synfin_annotation annotation = {.struct_size = sizeof annotation};
        const synfin_status status = synfin_dissector_frame(dissector, &frame, &annotation);
        if (status < SYNFIN_NOT_TCP
            && (!ok("synfin_dissector_frame", status) || !tell(&annotation, values, &closed)
                || !forget_evicted(dissector)))
            return false;
    }
    return got == PCAP_ERROR_BREAK || pcap_ok("pcap_next_ex", got > 0 ? 0 : got);
}

int main(int argc, char **argv)
{
    char *end = "";
    const char *interface = argc > 1 ? argv[1] : "lo";
    const uint64_t wanted = argc > 2 ? strtoull(argv[2], &end, 10) : 0;
    if (argc > 4 || *end != '\0') {
        fprintf(stderr, "usage: live [INTERFACE [CONNECTIONS [FILTER]]]\n");
        return 2;
    }
    synfin_config config = {.struct_size = sizeof config};
    synfin_dissector *dissector = NULL;
    synfin_values *values = NULL;
    struct sigaction action = {.sa_handler = stop};
    bool done = ok("synfin_config_init", synfin_config_init(&config));
    config.max_connections = 100000; /* bounds the memory */
    done = done && ok("synfin_dissector_new", synfin_dissector_new(&config, &dissector))
           && ok("synfin_values_new", synfin_values_new(&values))
           && listen_on(interface, argc > 3 ? argv[3] : "tcp");
    if (done && (sigaction(SIGINT, &action, NULL) != 0 || setvbuf(stdout, NULL, _IOLBF, 0) != 0)) {
        perror("live");
        done = false;
    }
    if (done) {
        printf("listening on %s\n", interface);
        done = watch(dissector, values, wanted);
    }
    if (capture != NULL)
        pcap_close(capture);
    synfin_values_free(values);
    synfin_dissector_free(dissector);
    return done ? 0 : 1;
}
