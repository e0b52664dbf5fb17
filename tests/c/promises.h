/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the tests of the header's promises share. */
#ifndef PROMISES_H
#define PROMISES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "synfin.h"

/* Exported by a library that was built with the feature "test-hooks"; no header has it. */
synfin_status synfin_test_panic(synfin_dissector *dissector);

extern int failures;

#define CHECK(condition)                                                                                \
    do {                                                                                                \
        if (!(condition)) {                                                                             \
            fprintf(stderr, "%s:%d: in %s: %s\n", __FILE__, __LINE__, __func__, #condition);            \
            failures++;                                                                                 \
        }                                                                                               \
    } while (0)
#define GIVES(status, call) CHECK((call) == (status))

/* IPv4, TCP: 10.0.0.1:40000 to 10.0.0.2:80, SYN, relative sequence number 0. */
extern const uint8_t SYN[40];
extern const uint8_t ARP[42];

enum { ETHERNET = 1, RAW = 101, NOBODY_READS_IT = 147 };

synfin_frame frame_of(uint64_t number, const uint8_t *data, size_t len, uint16_t link_type);
synfin_dissector *new_dissector(void);
synfin_values *new_values(void);
/* A dissector that has seen the SYN. */
synfin_dissector *with_syn(synfin_annotation *annotation);
size_t value_count(const synfin_values *list);
/* The first value of a name, or NULL. */
const synfin_value *value_of(const synfin_values *list, const char *name);

/* The promises about calls, about packets, and about answers. */
void promises_of_calls(void);
void promises_of_packets(void);
void promises_of_answers(void);

#endif
