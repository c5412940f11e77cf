/* Lines that are no rows, and text where none may be.
 *
 * When changing it: rows.py and quotes.py define which rows these are.
 */

#ifndef CSVSUM_LINES_H
#define CSVSUM_LINES_H

#include "shared.h"

enum { NOWHERE = -1, CTRL_Z = 0x1a };

INLINE int is_padding(u8 byte) { return byte == ' ' || byte == '\t'; }

/* The end of the row at ``row`` if it has nothing but blanks and Ctrl-Z, else NOWHERE. Such a line
 * is no row. The end of the data ends it if ``eof``. */
RARE i64 end_of_nothing(const u8 *data, i64 size, i64 row, u8 delimiter, int eof) {
    i64 at = row;
    while (at < size && data[at] != delimiter && (is_padding(data[at]) || data[at] == CTRL_Z)) at++;
    if (at == size) return eof ? at : NOWHERE;
    at += data[at] == '\r' && at + 1 < size;
    return data[at] == '\n' ? at : NOWHERE;
}

/* The end of the comment that begins at ``row``; or, as a number below 0, why there is none. */
RARE i64 end_of_comment(const Call *call, i64 row) {
    const u8 *const data = call->data, *const end = data + call->size;
    const u8 *const feed = memchr(data + row, '\n', (size_t)(end - data - row));
    if (!feed && !call->eof) return -ROW_IS_INCOMPLETE;
    const i64 next = feed ? feed + 1 - data : call->size;
    if (next - row > call->max_row_bytes) return -ROW_IS_REFUSED;
    return feed ? feed - data : call->size;
}

/* The first byte of text after a closing quote, or NOWHERE. ``suspects`` has a bit for each byte
 * from ``base`` on that follows a closing quote and ends no field: blanks may stand there. What
 * follows the data is unknown; the row is read again with it. */
RARE i64 text_after_quote(const u8 *data, i64 size, i64 base, u64 suspects, u8 delimiter) {
    for (; suspects; suspects &= suspects - 1) {
        i64 at = base + __builtin_ctzll(suspects);
        while (at < size && data[at] != delimiter && is_padding(data[at])) at++;
        const u8 byte = at < size ? data[at] : '\n';
        if (byte != delimiter && byte != '\n' && byte != '\r') return at;
    }
    return NOWHERE;
}

#endif
