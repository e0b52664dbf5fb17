// The library in C++17: resources end themselves, statuses are exceptions, events are callbacks.
//
//     c++ -std=c++17 events.cpp -lsynfin -lpcap -o events && ./events FILE
#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <pcap/pcap.h>
#include <stdexcept>
#include <string>
#include <synfin.h>
#include <type_traits>

struct Error : std::runtime_error {
    Error(const std::string &call, synfin_status status)
        : std::runtime_error(call + ": " + synfin_status_str(status)), status(status) {}
    const synfin_status status;
};

static void expect_ok(const char *call, synfin_status status) {
    if (status != SYNFIN_OK)
        throw Error(call, status);
}

/// Ends a handle: a type that converts to the function, and so can be called.
template <auto Free> using Deleter = std::integral_constant<decltype(Free), Free>;

/// A struct of the library with its size set, all else 0.
template <typename T> T sized() {
    T made{};
    made.struct_size = sizeof made;
    return made;
}

/// Connections in the order of their numbers, as long as their dissector lives.
struct Connections {
    struct Iterator {
        synfin_dissector *from;
        std::uint64_t id;
        synfin_connection operator*() const {
            auto connection = sized<synfin_connection>();
            expect_ok("synfin_dissector_connection", synfin_dissector_connection(from, id, &connection));
            return connection;
        }
        Iterator &operator++() { return ++id, *this; }
        bool operator!=(const Iterator &other) const { return id != other.id; }
    };
    synfin_dissector *from;
    std::uint64_t count;
    Iterator begin() const { return {from, 0}; }
    Iterator end() const { return {from, count}; }
};

class Dissector {
    std::unique_ptr<synfin_dissector, Deleter<synfin_dissector_free>> handle;

public:
    using Event = std::function<void(const synfin_annotation &)>;
    Event on_handshake_complete, on_closed;

    Dissector() {
        synfin_dissector *made;
        expect_ok("synfin_dissector_new", synfin_dissector_new(nullptr, &made));
        handle.reset(made);
    }
    /// Takes in a frame. What a callback throws comes out here.
    void frame(const synfin_frame &frame) {
        auto seen = sized<synfin_annotation>();
        const synfin_status status = synfin_dissector_frame(handle.get(), &frame, &seen);
        if (status >= SYNFIN_NOT_TCP)
            return; // nothing to annotate in this packet, and no mistake of ours
        expect_ok("synfin_dissector_frame", status);
        if (on_handshake_complete && (seen.step == SYNFIN_STEP_ACK || seen.step == SYNFIN_STEP_ACK_AND_FIRST_FIN))
            on_handshake_complete(seen); // a segment without a step has 0 there
        // From SYNFIN_CLOSE_VERDICT_CLOSING on it is not over yet, nor where nobody ended it.
        if (on_closed && seen.present & SYNFIN_HAS_CLOSE_VERDICT && seen.close_by_so_far != SYNFIN_CLOSER_NOBODY
            && seen.close_verdict_so_far < SYNFIN_CLOSE_VERDICT_CLOSING)
            on_closed(seen);
    }
    /// Ends the capture.
    Connections finish() {
        std::uint64_t count;
        expect_ok("synfin_dissector_finish", synfin_dissector_finish(handle.get(), &count));
        return {handle.get(), count};
    }
    synfin_dissector *get() const { return handle.get(); }
};

/// What is known of a connection, by the names of fields.
class Values {
    std::unique_ptr<synfin_values, Deleter<synfin_values_free>> list;

public:
    Values(const Dissector &dissector, std::uint64_t id) {
        synfin_values *made;
        expect_ok("synfin_values_new", synfin_values_new(&made));
        list.reset(made);
        const synfin_status status = synfin_dissector_connection_values(dissector.get(), id, list.get());
        expect_ok("synfin_dissector_connection_values", status);
    }
    std::string operator[](const char *name) const {
        const synfin_value *value;
        expect_ok(name, synfin_values_find(list.get(), name, &value));
        return value->type == SYNFIN_TYPE_TEXT ? std::string(value->value.text.ptr, value->value.text.len) : "";
    }
};

static void run(const char *path) {
    char error[PCAP_ERRBUF_SIZE] = "";
    std::unique_ptr<pcap_t, Deleter<pcap_close>> capture(
        pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, error));
    if (!capture)
        throw std::runtime_error(error);
    Dissector dissector;
    dissector.on_handshake_complete = [](const synfin_annotation &seen) {
        std::cout << "frame " << seen.frame << ": connection " << seen.connection << " is open\n";
    };
    dissector.on_closed = [](const synfin_annotation &seen) {
        std::cout << "frame " << seen.frame << ": connection " << seen.connection << " is closed\n";
    };
    auto frame = sized<synfin_frame>();
    const int dlt = pcap_datalink(capture.get());
    frame.link_type = dlt == DLT_RAW ? 101 : static_cast<std::uint16_t>(dlt);
    pcap_pkthdr *header;
    int got;
    while ((got = pcap_next_ex(capture.get(), &header, &frame.data)) == 1) {
        frame.time_ns = std::int64_t{header->ts.tv_sec} * 1000000000 + header->ts.tv_usec;
        frame.number++, frame.len = header->caplen, frame.wire_len = header->len;
        dissector.frame(frame);
    }
    if (got != PCAP_ERROR_BREAK) // which is the end of the file here
        throw std::runtime_error(pcap_geterr(capture.get()));
    for (const synfin_connection &connection : dissector.finish()) {
        const Values values(dissector, connection.connection);
        std::cout << "connection " << connection.connection << ": handshake " << values["synfin.handshake.verdict"]
                  << ", close " << values["synfin.close.verdict"] << '\n';
    }
}

int main(int argc, char **argv) {
    try {
        if (argc != 2)
            throw std::runtime_error("usage: events FILE");
        run(argv[1]);
    } catch (const std::exception &error) {
        std::cerr << "events: " << error.what() << '\n';
        return 1;
    }
}
