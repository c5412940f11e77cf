/* The native kernel: rows of a CSV to exact sums, in one pass over the bytes.
 *
 * rows.py, cells.py and sums.py define what a row, a field and a number is; the kernel does the
 * common cases fast and leaves the rest to them. Every row is either added completely or refused. A
 * cell that the kernel cannot decide is listed for its caller; a row that it refuses is one in
 * which the caller will find a fault.
 *
 * How it works:
 *   1. masks.h, cursor.h: 64 bytes at a time become bit masks: separators (delimiters and row ends)
 *      outside quotes, and row ends alone.
 *   2. lines.h, rows.h: counting bits finds the fields that are summed without looking at the
 *      others. Each separator that is passed must not be a row end, but the last one must: so a row
 *      with too few or too many fields is noticed at no cost.
 *   3. cells.h, values.h, numbers.h, digits.h, limbs.h: when some complete rows are found, each
 *      wanted cell becomes an integer, its digits without the point, and is added to the limb of
 *      the column's sum in which they have their place. Integers are exact.
 *   4. styles.h, texts.h: numbers that are not written as usual, and what the other cells are.
 *
 * All files are one compilation unit. It is compiled twice for x86-64, see build.py: once for any
 * such processor and once with AVX2, BMI2 and PCLMUL. It needs a little-endian processor of 64
 * bits, and the builtins of gcc or clang. It holds no state between calls, allocates nothing, and
 * reads no byte outside data[0, size).
 *
 * When changing any file: `make build`, then `make test`, then `make fuzz` for at least some
 * minutes, with gcc and clang installed; the property tests see short files only. Measure with
 * `make bench`: a few instructions more per field are 10 % less speed.
 */

#include "shared.h"

#include "masks.h"
#include "cursor.h"
#include "rows.h"
#include "digits.h"
#include "limbs.h"
#include "numbers.h"
#include "texts.h"
#include "values.h"
#include "styles.h"
#include "cells.h"

#ifndef CSVSUM_ROWS
#define CSVSUM_ROWS csvsum_rows
#endif

/* Add the cells of ``rows`` rows. */
INLINE void add_cells(Call *call, const Call *fixed, const u8 *data, i64 size, i64 rows,
                      int special) {
    const Cell *cell = fixed->cells;
    for (; rows; rows--)
        for (i64 column = 0; column < fixed->wanted; column++)
            add_cell(call, fixed, data, size, column, *cell++, special);
}

RARE i64 count_feeds(const u8 *data, i64 from, i64 to) {
    i64 feeds = 0;
    for (; from + 64 <= to; from += 64)
        feeds += __builtin_popcountll(bits_of(equal_to(load_bytes(data + from), '\n')));
    for (; from < to; from++) feeds += data[from] == '\n';
    return feeds;
}

/* ``special``: whether the call has any of the options that few files need. It is known when this
 * is compiled, so that other files pay nothing for them. */
INLINE void add_rows(Call *call, int special) {
    const Call fixed = *call; /* a copy that no store can change, so that it is not read again */
    const u8 *const data = fixed.data;
    const i64 at = fixed.at, size = fixed.size, limit = fixed.limit < size ? fixed.limit : size;
    Cursor cursor = cursor_at(&fixed, at);
    Found found = {at, at, 0, 0};
    i64 status = DONE;
    call->unresolved_count = call->is_full = 0;
    while (found.row < limit && status == DONE) {
        if (UNLIKELY(fixed.unresolved_room - call->unresolved_count < fixed.cell_room)) {
            status = LIST_IS_FULL;
            break;
        }
        /* Some rows are found and then their cells are added: so neither waits for the other. */
        const i64 before = found.rows;
        status = find_rows(&fixed, &cursor, limit, &found, special);
        add_cells(call, &fixed, data, size, found.rows - before, special);
    }
    const i64 unfed = found.row > size; /* the end of the data ended the last row */
    call->status = status;
    call->end = found.row - unfed;
    call->rows = found.rows;
    call->last_row = found.last_row;
    call->lines =
        cursor.quoted_ends ? count_feeds(data, at, call->end) : found.rows + found.others - unfed;
}

RARE void add_special_rows(Call *call) { add_rows(call, 1); }

void CSVSUM_ROWS(Call *call);

void CSVSUM_ROWS(Call *call) {
    if (call->special)
        add_special_rows(call);
    else
        add_rows(call, 0);
}

#if !WITH_AVX2
#include "identity.h"
#endif
