/* A libFuzzer target for the C entry alone, for clang with its sanitizers: see fuzz_entry.py.
 *
 * The first bytes of an input choose the layout, the others are the data, in memory of exactly their size. Three
 * readings must end alike: with AVX2 in one call, in plain C in one call, with AVX2 a row per call.
 */

#include "../../chalicelib/engine/native/kernel.c"

#include <stdlib.h>

extern i64 csvsum_rows(Job *job, const u8 *data, i64 at, i64 size, i64 limit, i64 ended, i64 *status);
int LLVMFuzzerTestOneInput(const u8 *input, size_t size);

enum { MOST = 16, ROOM = 32, LISTED = 64, PARAMETERS = 8 };

typedef struct {
    Job job;
    Sum sums[SCALES * MOST];
    u8 points[MOST];
    Column columns[MOST];
    Cell cells[ROOM];
    Odd odd[LISTED];
    i64 end, status;
    u64 odd_sum;
} Reading;

static const u64 MARKS[] = {0x414e /* NA */, 0x4e614e /* NaN */, 0x44494e49232e312d /* 8 bytes */};

static void prepare(Reading *reading, const u8 *choice) {
    memset(reading, 0, sizeof *reading);
    Job *job = &reading->job;
    job->fields = 1 + choice[0] % 24;
    job->first = choice[1] % job->fields;
    job->step = 1 + choice[2] % 11;
    job->wanted = (job->fields - 1 - job->first) / job->step + 1;
    if (job->wanted > MOST) job->wanted = MOST;
    /* All fields behind the last wanted one are "behind" it, as if they were not wanted. */
    job->delimiter = ",;\t |"[choice[3] % 5];
    job->skip = choice[4] & 1;
    job->max_row_bytes = choice[4] & 2 ? 20 : 1 << 20;
    job->marks = MARKS;
    job->mark_count = 3;
    job->sums = reading->sums;
    job->points = reading->points;
    job->columns = reading->columns;
    job->cells = reading->cells;
    job->cell_room = job->wanted + choice[5] % (ROOM - MOST + 1);
    job->odd = reading->odd;
    job->odd_room = LISTED;
}

/* Read on, emptying the list of odd cells whenever it is full; a row per call if ``one``. */
static void read_all(Reading *reading, i64 (*rows)(Job *, const u8 *, i64, i64, i64, i64, i64 *), const u8 *data, i64 size, i64 limit,
                     i64 ended, int one) {
    i64 at = 0, before;
    do {
        before = at;
        const i64 to = one && at + 1 < limit ? at + 1 : limit;
        at = rows(&reading->job, data, at, size, to, ended, &reading->status);
        for (i64 i = 0; i < reading->job.odd_count; i++) {
            const Odd odd = reading->job.odd[i];
            if (odd.start < 0 || odd.start > odd.end || odd.end > size || odd.column < 0 || odd.column >= reading->job.wanted) abort();
            reading->odd_sum = reading->odd_sum * 31 + (u64)(odd.start * 7 + odd.end * 3 + odd.column);
        }
        reading->job.odd_count = 0;
        if (at < before || at > size) abort();
    } while (reading->status == LIST_IS_FULL || (one && reading->status == DONE && at > before));
    reading->end = at;
}

static void must_be_equal(const Reading *one, const Reading *other) {
    const int same = one->end == other->end && one->status == other->status && one->odd_sum == other->odd_sum
        && one->job.rows == other->job.rows && one->job.lines == other->job.lines && !memcmp(one->sums, other->sums, sizeof one->sums)
        && !memcmp(one->points, other->points, sizeof one->points) && !memcmp(one->columns, other->columns, sizeof one->columns);
    if (!same) abort();
}

int LLVMFuzzerTestOneInput(const u8 *input, size_t input_size) {
    static Reading wide, plain, stepped;
    if (input_size < PARAMETERS) return 0;
    const i64 size = (i64)input_size - PARAMETERS, limit = input[6] & 1 ? (i64)input[7] : size + 1, ended = input[6] >> 1 & 1;
    u8 *data = malloc(input_size - PARAMETERS);
    if (data == NULL) return 0;
    memcpy(data, input + PARAMETERS, (size_t)size);
    prepare(&wide, input);
    prepare(&plain, input);
    prepare(&stepped, input);
    read_all(&wide, csvsum_rows_avx2, data, size, limit, ended, 0);
    read_all(&plain, csvsum_rows, data, size, limit, ended, 0);
    read_all(&stepped, csvsum_rows_avx2, data, size, limit, ended, 1);
    must_be_equal(&wide, &plain);
    must_be_equal(&wide, &stepped);
    free(data);
    return 0;
}
