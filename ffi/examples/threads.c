/* One dissector a thread: each connection's packets go to the same one. Counts how connections were closed,
   by all threads and by one alone.

       cc threads.c -lsynfin -lpcap -lpthread -o threads && ./threads FILE [THREADS] */
#define _DEFAULT_SOURCE /* libpcap's header needs it where -std=c11 is asked for */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synfin.h>

enum { VERDICTS = SYNFIN_CLOSE_VERDICT_OPEN + 2, MAX_THREADS = 64 };
static const char *const words[VERDICTS] = {
    "not-opened", "simultaneous", "three-segment", "four-way", "fin-then-reset", "reset", "superseded",
    "timed-out", "closing", "half-closed", "open", "of a newer library"};

/* The capture, read by all threads, changed by none of them. Behind its last frame stands an empty one of the
   same time that all dissectors get: silence to the end counts, also where packets of others break it. */
static struct { synfin_frame frame; unsigned hash; } *frames;
static size_t frame_count;

struct job {
    unsigned number, threads;
    uint64_t closed[VERDICTS];
};

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "threads: %s: %s\n", what, why);
    exit(1);
}
static void expect_ok(const char *call, synfin_status status)
{
    if (status != SYNFIN_OK)
        stop(call, synfin_status_str(status));
}

/* The same for both directions of a flow, as sums do not care for order; 0 for what is no TCP over IPv4 or IPv6
   here (fragments, tunnels, IPv6 extension headers), which so is all dissected by the first thread. */
static unsigned flow_hash(const synfin_frame *frame)
{
    const uint8_t *data = frame->data, *end = data + frame->len, *addresses;
    uint32_t sum = 0;
    size_t size;
    int type;
    if (frame->link_type == 1 && frame->len >= 14) /* Ethernet, VLAN tags passed over */
        for (data += 14; end - data >= 4 && ((type = data[-2] << 8 | data[-1]) == 0x8100 || type == 0x88a8);)
            data += 4;
    else if (frame->link_type != 101)
        return 0;
    if (end - data >= 24 && data[0] >> 4 == 4 && data[9] == 6 && ((data[6] & 0x3f) | data[7]) == 0
        && end - data >= (data[0] & 15) * 4 + 4)
        addresses = data + 12, size = 8, data += (data[0] & 15) * 4;
    else if (end - data >= 44 && data[0] >> 4 == 6 && data[6] == 6)
        addresses = data + 8, size = 32, data += 40;
    else
        return 0;
    for (size_t i = 0; i < size; i++)
        sum += (uint32_t)addresses[i] << i % 4 * 8;
    sum += (uint32_t)(data[0] << 8 | data[1]) + (uint32_t)(data[2] << 8 | data[3]);
    return sum * 2654435769U >> 16; /* the multiplication spreads, the upper half is spread best */
}

static void *run(void *argument)
{
    struct job *job = argument;
    synfin_dissector *dissector;
    uint64_t count;
    expect_ok("synfin_dissector_new", synfin_dissector_new(NULL, &dissector));
    for (size_t i = 0; i <= frame_count; i++)
        if (i == frame_count || frames[i].hash % job->threads == job->number) {
            const synfin_status status = synfin_dissector_frame(dissector, &frames[i].frame, NULL);
            if (status < SYNFIN_NOT_TCP) /* else the packet has no segment, no mistake of ours */
                expect_ok("synfin_dissector_frame", status);
        }
    expect_ok("synfin_dissector_finish", synfin_dissector_finish(dissector, &count));
    for (uint64_t id = 0; id < count; id++) {
        synfin_connection connection = {.struct_size = sizeof connection};
        expect_ok("synfin_dissector_connection", synfin_dissector_connection(dissector, id, &connection));
        job->closed[connection.close_verdict < VERDICTS ? connection.close_verdict : VERDICTS - 1]++;
    }
    synfin_dissector_free(dissector);
    return NULL;
}

static void read_capture(const char *path)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    pcap_t *capture = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, error);
    struct pcap_pkthdr *header;
    const u_char *bytes;
    int got;
    int64_t end_ns = INT64_MIN;
    if (capture == NULL)
        stop("pcap_open_offline", error);
    const int dlt = pcap_datalink(capture);
    for (size_t room = 0;; frame_count++) {
        if (frame_count == room && (frames = realloc(frames, (room += room + 1024) * sizeof *frames)) == NULL)
            stop("realloc", "no memory");
        synfin_frame *frame = &frames[frame_count].frame;
        *frame = (synfin_frame) {.struct_size = sizeof *frame, .number = frame_count + 1, .time_ns = end_ns};
        if ((got = pcap_next_ex(capture, &header, &bytes)) != 1)
            break;
        if ((frame->data = malloc(header->caplen + 1)) == NULL)
            stop("malloc", "no memory");
        memcpy((uint8_t *)frame->data, bytes, header->caplen);
        frame->len = header->caplen, frame->wire_len = header->len;
        frame->time_ns = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec;
        frame->link_type = dlt == DLT_RAW ? 101 : (uint16_t)dlt;
        frames[frame_count].hash = flow_hash(frame);
        end_ns = frame->time_ns > end_ns ? frame->time_ns : end_ns;
    }
    if (got != PCAP_ERROR_BREAK) /* which is the end of the file here */
        stop("pcap_next_ex", pcap_geterr(capture));
    pcap_close(capture);
}

int main(int argc, char **argv)
{
    const int threads = argc > 2 ? atoi(argv[2]) : 4;
    struct job jobs[MAX_THREADS], alone = {.threads = 1};
    pthread_t handles[MAX_THREADS];
    if (argc < 2 || threads < 1 || threads > MAX_THREADS)
        stop("usage", "threads FILE [THREADS]");
    read_capture(argv[1]);
    for (int i = 0; i < threads; i++) {
        jobs[i] = (struct job) {.number = (unsigned)i, .threads = (unsigned)threads};
        if (pthread_create(&handles[i], NULL, run, &jobs[i]) != 0)
            stop("pthread_create", "failed");
    }
    run(&alone);
    bool is_same = true;
    for (int i = 0; i < threads; i++)
        if (pthread_join(handles[i], NULL) != 0)
            stop("pthread_join", "failed");
    printf("%-20s%10s%10s\n", "close", "threads", "alone");
    for (int v = 0; v < VERDICTS; v++) {
        uint64_t sum = 0;
        for (int i = 0; i < threads; i++)
            sum += jobs[i].closed[v];
        printf("%-20s%10" PRIu64 "%10" PRIu64 "\n", words[v], sum, alone.closed[v]);
        is_same = is_same && sum == alone.closed[v];
    }
    if (!is_same)
        stop(argv[1], "threads and one alone disagree");
}
