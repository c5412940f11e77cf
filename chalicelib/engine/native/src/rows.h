/* Rows that the caller has to look at. Only rows that are suspect are looked at here.
 *
 * When changing it: rows.py and quotes.py define which rows these are.
 */

#ifndef CSVSUM_ROWS_H
#define CSVSUM_ROWS_H

#include "shared.h"

INLINE int is_blank_byte(u8 byte) { return byte == ' ' || byte == '\t' || byte == '\r'; }

/* Whether there is nothing but blanks and Ctrl-Z: such a line is no row. */
INLINE int is_nothing(const u8 *at, const u8 *end) {
    while (at < end && (is_blank_byte(*at) || *at == 0x1a)) at++;
    return at == end;
}

/* Whether anything but blanks stands between a closing quote and the end of its field. */
RARE int has_text_after_quote(const u8 *at, const u8 *end, u8 delimiter) {
    while (at < end) {
        if (*at != '"') {
            while (at < end && *at != delimiter) at++;
        } else {
            for (at++; at < end; at++)
                if (*at == '"' && (++at == end || *at != '"')) break;
            for (; at < end && *at != delimiter; at++)
                if (!is_blank_byte(*at)) return 1;
        }
        at++;
    }
    return 0;
}

#endif
