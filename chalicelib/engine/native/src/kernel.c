/* The native kernel: rows of a CSV to exact sums, in one pass over the bytes.
 *
 * rows.py and sums.py define what a row, a field and a number is; the kernel does the common cases
 * fast and leaves the rest to them. Every row is either added completely or refused. A cell that
 * the kernel cannot decide is listed for its caller; a row that it refuses is one in which the
 * caller will find a fault.
 *
 * How it works:
 *   1. masks.h, cursor.h: 64 bytes at a time become bit masks: separators (delimiters and row ends)
 *      outside quotes, and row ends alone.
 *   2. Here: counting bits finds the fields that are summed without looking at the others. Each
 *      separator that is passed must not be a row end, but the last one must: so a row with too few
 *      or too many fields is noticed at no cost.
 *   3. cells.h, numbers.h, digits.h, limbs.h: when some complete rows are found, each wanted cell
 *      becomes an integer, its digits without the point, and is added to the limb of the column's
 *      sum in which they have their place. Integers are exact.
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
#include "digits.h"
#include "limbs.h"
#include "numbers.h"
#include "cells.h"

#ifndef CSVSUM_ROWS
#define CSVSUM_ROWS csvsum_rows
#endif

/* Find the wanted cells of the row that starts at ``row``: return the offset of its end, or why
 * there is none as pass does. */
INLINE i64 find_cells(const Call *call, Cursor *cursor, i64 row, Cell *cell) {
    i64 start = row, end = 0;
    const i64 after = call->after, *skip = call->skips;
    const Cell *const last = cell + call->wanted - 1;
    for (;; skip++) {
        if (*skip) {
            const i64 passed = pass(cursor, *skip, 0);
            if (UNLIKELY(passed < 0)) return passed;
            start = passed + 1;
        }
        end = pass_one(cursor, after == 0 && cell == last);
        if (UNLIKELY(end < 0)) return end;
        *cell = (Cell){start, end};
        if (cell++ == last) break;
        start = end + 1;
    }
    if (after) return pass(cursor, after, 1);
    cell[-1].end -= end > row && cursor->data[end - 1] == '\r';
    return end;
}

/* Whether a row that ends at ``end`` is too long, ends with CR, or has text after a closing quote.
 * ``end`` may be the end of the data, which is no byte. */
INLINE int is_refused(const Call *call, const Cursor *cursor, i64 row, i64 end) {
    const i64 next = end < cursor->size ? end + 1 : end, text_at = cursor->text_at;
    if (next - row > call->max_row_bytes || (text_at >= row && text_at < end)) return 1;
    return end < cursor->size && cursor->data[end] != '\n';
}

/* The next row; the last one found; how many rows and blank lines were found. */
typedef struct {
    i64 row, last_row, rows, blanks;
} Found;

/* Skip a line that is no row and ends at ``end``. Where more fields were expected the cursor is
 * lost in it, so it is set anew after it. */
INLINE void skip_line(const Call *call, Cursor *cursor, Found *found, i64 end) {
    found->last_row = found->row;
    found->row = end + 1;
    found->blanks++;
    move_cursor(cursor, call, found->row);
}

/* Skip the line at hand if there is nothing in it. */
INLINE int skip_nothing(const Call *call, Cursor *cursor, Found *found) {
    const u8 *const data = cursor->data;
    const i64 row = found->row;
    if (LIKELY(data[row] > ' ')) return 0;
    const i64 end = end_of_nothing(data, cursor->size, row, cursor->delimiter, cursor->eof);
    if (end == NOWHERE) return 0;
    skip_line(call, cursor, found, end);
    return 1;
}

/* Find the cells of complete rows until their room is full, all before ``limit`` are found, or one
 * cannot be added: return why. */
INLINE i64 find_rows(const Call *call, Cursor *cursor, i64 limit, Found *found) {
    Cell *cell = call->cells;
    const Cell *const full = call->cells + call->cell_room - call->wanted;
    while (found->row < limit && cell <= full) {
        const i64 row = found->row, end = find_cells(call, cursor, row, cell);
        if (skip_nothing(call, cursor, found)) continue;
        if (UNLIKELY(end < 0))
            return end == -ROW_IS_INCOMPLETE && !cursor->eof ? ROW_IS_INCOMPLETE : ROW_IS_REFUSED;
        if (UNLIKELY(end - row >= cursor->trusted) && is_refused(call, cursor, row, end))
            return ROW_IS_REFUSED;
        cell += call->wanted;
        found->rows++;
        found->last_row = row;
        found->row = end + 1;
    }
    return DONE;
}

/* Add the cells of ``rows`` rows. */
INLINE void add_cells(Call *call, const Call *fixed, const u8 *data, i64 size, i64 rows) {
    const Cell *cell = fixed->cells;
    for (; rows; rows--)
        for (i64 column = 0; column < fixed->wanted; column++)
            add_cell(call, fixed, data, size, column, *cell++);
}

RARE i64 count_feeds(const u8 *data, i64 from, i64 to) {
    i64 feeds = 0;
    for (; from + 64 <= to; from += 64)
        feeds += __builtin_popcountll(bits_of(equal_to(load_bytes(data + from), '\n')));
    for (; from < to; from++) feeds += data[from] == '\n';
    return feeds;
}

void CSVSUM_ROWS(Call *call);

void CSVSUM_ROWS(Call *call) {
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
        status = find_rows(&fixed, &cursor, limit, &found);
        add_cells(call, &fixed, data, size, found.rows - before);
    }
    const i64 unfed = found.row > size; /* the end of the data ended the last row */
    call->status = status;
    call->end = found.row - unfed;
    call->rows = found.rows;
    call->last_row = found.last_row;
    call->lines =
        cursor.quoted_ends ? count_feeds(data, at, call->end) : found.rows + found.blanks - unfed;
}

#if !WITH_AVX2
#include "identity.h"
#endif
