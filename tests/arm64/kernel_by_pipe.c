/* The native kernel behind a pipe, so that one built for another processor can be called: see emulated.py.
 *
 * Each call comes on stdin: the job (its addresses mean nothing here), four numbers, then the memory that the job is to
 * have, in the order of answer(); and the data, which lies against a page that may not be read: of two calls the first has it behind
 * the data, the second in front. What the call left goes to stdout.
 */

#include "../../chalicelib/engine/native/kernel.c"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct {
    i64 at, size, limit, ended;
} Call;

static void *memory_of(size_t size) {
    void *memory = calloc(size + (size == 0), 1);
    if (memory == NULL) abort();
    return memory;
}

static void *taken(size_t size) {
    void *memory = memory_of(size);
    if (fread(memory, 1, size, stdin) != size) abort();
    return memory;
}

/* Pages of which the first and the last may not be read. */
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
    return memory.pages + (size_t)sysconf(_SC_PAGESIZE) + (at_end ? memory.room - size : 0);
}

static void release(Guarded memory) { munmap(memory.pages, memory.room + 2 * (size_t)sysconf(_SC_PAGESIZE)); }

static void give(const void *memory, size_t size) {
    if (fwrite(memory, 1, size, stdout) != size) abort();
}

static void answer(Job job, Call call, int at_end) {
    const size_t wanted = (size_t)job.wanted;
    u64 *const marks = taken(sizeof *marks * (size_t)job.mark_count);
    job.marks = marks;
    job.sums = taken(sizeof *job.sums * SCALES * wanted);
    job.points = taken(wanted);
    job.columns = taken(sizeof *job.columns * wanted);
    job.cells = memory_of(sizeof *job.cells * (size_t)job.cell_room);
    job.odd = memory_of(sizeof *job.odd * (size_t)job.odd_room);
    const Guarded memory = guarded((size_t)call.size);
    u8 *const data = place_in(memory, (size_t)call.size, at_end);
    if (fread(data, 1, (size_t)call.size, stdin) != (size_t)call.size) abort();
    i64 status = -1;
    const i64 end = csvsum_rows(&job, data, call.at, call.size, call.limit, call.ended, &status);
    give(&end, sizeof end);
    give(&status, sizeof status);
    give(&job, sizeof job);
    give(job.sums, sizeof *job.sums * SCALES * wanted);
    give(job.points, wanted);
    give(job.columns, sizeof *job.columns * wanted);
    give(job.odd, sizeof *job.odd * (size_t)job.odd_count);
    fflush(stdout);
    void *const all[] = {marks, job.sums, job.points, job.columns, job.cells, job.odd};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    release(memory);
}

int main(void) {
    Job job;
    Call call;
    for (int at_end = 1; fread(&job, sizeof job, 1, stdin) == 1 && fread(&call, sizeof call, 1, stdin) == 1; at_end = !at_end)
        answer(job, call, at_end);
    return 0;
}
