/* Rows to the cells that are wanted.
 *
 * When changing it: what the options ask for that few files need is done where ``special`` says so,
 * which is known when this is compiled; nothing else may become slower by it.
 */

#ifndef CSVSUM_ROWS_H
#define CSVSUM_ROWS_H

#include "cursor.h"

/* Whether CRLF ends a row, not LF alone. */
INLINE int ends_with_return(const u8 *data, i64 row, i64 end) {
    return end > row && data[end - 1] == '\r';
}

/* Find the wanted cells of the row that starts at ``row``: return the offset of its end, or why
 * there is none as pass does. */
INLINE i64 find_cells(const Call *call, Cursor *cursor, i64 row, Cell *cell, int special) {
    i64 start = row, end = 0;
    const i64 after = call->after, between = call->skips[1], *next = call->skips;
    const Cell *const last = cell + call->wanted - 1;
    for (i64 skip = *next++;; skip = special ? *next++ : between) {
        if (skip) {
            const i64 passed = pass(cursor, skip, 0);
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
    cell[-1].end -= ends_with_return(cursor->data, row, end);
    return end;
}

/* Whether a row that ends at ``end`` is too long, ends with CR, or has text after a closing quote.
 * ``end`` may be the end of the data, which is no byte. */
INLINE int is_refused(const Call *call, const Cursor *cursor, i64 row, i64 end) {
    const i64 next = end < cursor->size ? end + 1 : end, text_at = cursor->text_at;
    if (next - row > call->max_row_bytes || (text_at >= row && text_at < end)) return 1;
    return end < cursor->size && cursor->data[end] != '\n';
}

/* The next row; the last one found; how many rows, and lines that are none, were found. */
typedef struct {
    i64 row, last_row, rows, others;
} Found;

/* Skip a line that is no row and ends at ``end``. Where more fields were expected the cursor is
 * lost in it, so it is set anew after it. */
INLINE void skip_line(const Call *call, Cursor *cursor, Found *found, i64 end) {
    found->last_row = found->row;
    found->row = end + 1;
    found->others++;
    move_cursor(cursor, call, found->row);
}

/* Skip the current line if there is nothing in it. */
INLINE int skip_nothing(const Call *call, Cursor *cursor, Found *found) {
    const u8 *const data = cursor->data;
    const i64 row = found->row;
    if (LIKELY(data[row] > ' ')) return 0;
    const i64 end = end_of_nothing(data, cursor->size, row, cursor->delimiter, cursor->eof);
    if (end == NOWHERE) return 0;
    skip_line(call, cursor, found, end);
    return 1;
}

/* Find the wanted cells of a row again that has too few fields: the cells that it lacks are empty.
 * Returns what find_cells does. */
INLINE i64 find_short(const Call *call, Cursor *cursor, i64 row, Cell *cell) {
    const Cell *const all = cell + call->wanted;
    const i64 *skip = call->skips;
    i64 left = *skip, start = row; /* so many fields come before the next wanted one */
    move_cursor(cursor, call, row);
    for (;;) {
        while (!cursor->separators)
            if (!next_word(cursor)) return -ROW_IS_INCOMPLETE;
        const i64 place = __builtin_ctzll(cursor->separators), end = cursor->base + place;
        cursor->separators &= cursor->separators - 1;
        if (left-- == 0) {
            if (cell == all) return -ROW_IS_REFUSED;
            *cell++ = (Cell){start, end};
            left = cell < all ? *++skip : call->after;
        }
        start = end + 1;
        if (!(cursor->ends >> place & 1)) continue;
        if (cell > all - call->wanted && cell[-1].end == end)
            cell[-1].end -= ends_with_return(cursor->data, row, end);
        while (cell < all) *cell++ = (Cell){end, end};
        return end;
    }
}

/* Find the cells of complete rows until their room is full, all before ``limit`` are found, or one
 * cannot be added: return why. */
INLINE i64 find_rows(const Call *call, Cursor *cursor, i64 limit, Found *found, int special) {
    Cell *cell = call->cells;
    const Cell *const full = call->cells + call->cell_room - call->wanted;
    while (found->row < limit && cell <= full) {
        const i64 row = found->row;
        if (special && cursor->data[row] == call->comment) {
            const i64 end = end_of_comment(call, row);
            if (end < 0) return -end;
            skip_line(call, cursor, found, end);
            continue;
        }
        i64 end = find_cells(call, cursor, row, cell, special);
        if (skip_nothing(call, cursor, found)) continue;
        if (special && call->pad && end == -ROW_IS_REFUSED)
            end = find_short(call, cursor, row, cell);
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

#endif
