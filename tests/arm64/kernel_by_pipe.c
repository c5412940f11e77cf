/* The native kernel at the end of a pipe, so that one built for another processor can be called:
 * see emulated.py.
 *
 * Each call comes on stdin: the structure (its addresses mean nothing here), then the memory that
 * it is to have, in the order of answer(), and the data. The data is next to a page that must not
 * be read: of two calls the first has that page after the data, the second before it. What the call
 * left goes to stdout.
 */

#include "../../chalicelib/engine/native/src/kernel.c"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void *memory_of(size_t size) {
    void *memory = calloc(size + (size == 0), 1);
    if (memory == NULL) abort();
    return memory;
}

static void *receive(size_t size) {
    void *memory = memory_of(size);
    if (fread(memory, 1, size, stdin) != size) abort();
    return memory;
}

static void send(const void *memory, size_t size) {
    if (fwrite(memory, 1, size, stdout) != size) abort();
}

/* Pages of which the first and the last must not be read. */
typedef struct {
    u8 *pages;
    size_t room; /* of those between */
} Guarded;

static Guarded guarded(size_t size) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (size / page + 1) * page;
    u8 *const pages = mmap(NULL, room + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, room, PROT_READ | PROT_WRITE)) abort();
    return (Guarded){pages, room};
}

static u8 *place_in(Guarded memory, size_t size, int at_end) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return memory.pages + page + (at_end ? memory.room - size : 0);
}

static void release(Guarded memory) {
    munmap(memory.pages, memory.room + 2 * (size_t)sysconf(_SC_PAGESIZE));
}

static void answer(Call call, int at_end) {
    const size_t wanted = (size_t)call.wanted, size = (size_t)call.size;
    const size_t sums_size = sizeof *call.sums * (size_t)call.slot_room * wanted;
    u64 *const marks = receive(sizeof *marks * (size_t)call.mark_count);
    call.marks = marks;
    u8 *const long_marks = receive((size_t)call.long_marks_size);
    call.long_marks = long_marks;
    i64 *const skips = receive(sizeof *skips * (wanted < 2 ? 2 : wanted));
    call.skips = skips;
    Style *const style = receive(call.style ? sizeof *style : 0);
    if (call.style) call.style = style;
    call.sums = receive(sums_size);
    call.slots = receive(LIMBS);
    call.scales = receive(sizeof *call.scales * wanted);
    call.columns = receive(sizeof *call.columns * wanted);
    call.known = receive(wanted);
    call.cells = memory_of(sizeof *call.cells * (size_t)call.cell_room);
    call.unresolved = memory_of(sizeof *call.unresolved * (size_t)call.unresolved_room);
    const Guarded memory = guarded(size);
    u8 *const data = place_in(memory, size, at_end);
    if (fread(data, 1, size, stdin) != size) abort();
    call.data = data;
    csvsum_rows(&call);
    send(&call, sizeof call);
    send(call.sums, sums_size);
    send(call.slots, LIMBS);
    send(call.scales, sizeof *call.scales * wanted);
    send(call.columns, sizeof *call.columns * wanted);
    send(call.known, wanted);
    send(call.unresolved, sizeof *call.unresolved * (size_t)call.unresolved_count);
    fflush(stdout);
    void *const all[] = {marks,      long_marks,      skips,        call.sums,
                         call.slots, call.scales,     call.columns, call.known,
                         call.cells, call.unresolved, style};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    release(memory);
}

int main(void) {
    Call call;
    for (int at_end = 1; fread(&call, sizeof call, 1, stdin) == 1; at_end = !at_end)
        answer(call, at_end);
    return 0;
}
