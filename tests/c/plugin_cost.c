/* Preloaded into tshark by tests/plugin-cost. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Wireshark multiplies hashes by it: by chance, instructions differ by 1 % from run to run. This is the golden
 * ratio in 32 bits, which spreads well. */
uint32_t g_random_int(void)
{
    return 0x9e3779b9;
}

/* tshark -2 calls it when the first pass is over: says on standard error how many bytes of the heap are in
 * use then. */
void postseq_cleanup_all_protocols(void)
{
    void (*real)(void);
    struct mallinfo2 heap;

    *(void **)&real = dlsym(RTLD_NEXT, "postseq_cleanup_all_protocols");
    if (real == NULL)
        abort();
    real();
    heap = mallinfo2();
    fprintf(stderr, "heap in use: %zu\n", heap.uordblks + heap.hblkhd);
}
