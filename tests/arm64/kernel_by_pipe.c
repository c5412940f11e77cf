/* The native kernel behind a pipe, so that one built for another processor can be called: see emulated.py.
 *
 * Each call comes on stdin: the job (its addresses mean nothing here), four numbers, then the memory that the job is to
 * have, in the order of Memory; and the data, which gets memory of exactly its size. What the call left goes to stdout.
 */

#include "../../chalicelib/native/kernel.c"

#include <stdio.h>
#include <stdlib.h>

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

static void give(const void *memory, size_t size) {
    if (fwrite(memory, 1, size, stdout) != size) abort();
}

static void answer(Job job, Call call) {
    const size_t wanted = (size_t)job.wanted;
    u64 *const marks = taken(sizeof *marks * (size_t)job.mark_count);
    job.marks = marks;
    job.sums = taken(sizeof *job.sums * SCALES * wanted);
    job.points = taken(wanted);
    job.columns = taken(sizeof *job.columns * wanted);
    job.cells = memory_of(sizeof *job.cells * (size_t)job.cell_room);
    job.odd = memory_of(sizeof *job.odd * (size_t)job.odd_room);
    u8 *const data = taken((size_t)call.size);
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
    void *const all[] = {marks, job.sums, job.points, job.columns, job.cells, job.odd, data};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

int main(void) {
    Job job;
    Call call;
    while (fread(&job, sizeof job, 1, stdin) == 1 && fread(&call, sizeof call, 1, stdin) == 1) answer(job, call);
    return 0;
}
