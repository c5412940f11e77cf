/* What is certain to be a text.
 *
 * When changing it: cells.py has the pattern of what looks like a number. A text that is not recognised here is left to the caller, which is slow but right.
 */

#ifndef CSVSUM_TEXTS_H
#define CSVSUM_TEXTS_H

#include "numbers.h"

/* No pattern of a number has one of these: letters but e and E, and ! # & * / : ; = ? @ [ \\ ] ^ _
 * ` { | }. */
INLINE int is_text_mark(u8 byte) {
    static const u64 marks[4] = {0xac00844a00000000, 0x3fffffdfffffffdf, 0, 0};
    return (int)(marks[byte >> 6] >> (byte & 63) & 1);
}

INLINE int is_digit(u8 byte) { return (u8)(byte - '0') < 10; }

/* Whether a text without padding, which is neither a number nor a mark that a value is missing,
 * does not even look like a number. A cell with a quote has another text than its bytes. */
RARE int is_text(Text text) {
    int found = 0;
    for (const u8 *at = text.at; at < text.end; at++) {
        if (*at == '"') return 0;
        found |= is_text_mark(*at);
        /* Dates and ranges: 2024-01-31, 5-9. */
        if (*at == '-' && at > text.at && at + 1 < text.end)
            found |= is_digit(at[-1]) && is_digit(at[1]);
    }
    return found;
}

#endif
