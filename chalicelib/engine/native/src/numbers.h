/* Cells to numbers, and numbers to sums.
 *
 * When changing it: sums.py defines what a number is and what is missing. A cell is either added
 * completely or not at all; whatever is not decided here goes to the caller's list.
 */

#ifndef CSVSUM_NUMBERS_H
#define CSVSUM_NUMBERS_H

#include "digits.h"

INLINE void add(const Call *call, i64 column, i128 value, i64 scale, u64 point) {
    Sum *sum = &call->sums[scale * call->wanted + column];
    const u128 total = ((u128)sum->high << 64 | sum->low) + (u128)value;
    sum->low = (u64)total;
    sum->high = (u64)(total >> 64);
    call->points[column] |= (u8)point;
}

/* Add a cell that is an optional sign, digits and perhaps a point among them; false if it is
 * anything else. */
INLINE int add_plain(const Call *call, i64 column, const u8 *at, i64 n) {
    const u64 negative = *at == '-', sign = negative | (*at == '+'), flip = 0 - negative;
    u64 digits, point;
    i64 scale;
    at += sign;
    n -= (i64)sign;
    if (UNLIKELY((u64)(n - 1) > PLAIN_DIGITS)) return 0;
    if (UNLIKELY(!read_plain(at, n, &digits, &scale, &point))) return 0;
    add(call, column, (i64)((digits ^ flip) - flip), scale, point); /* -x is ~x + 1 */
    return 1;
}

typedef enum { NUMBER, NOT_A_NUMBER, UNDECIDED } Verdict;

typedef struct {
    const u8 *at, *end;
} Text;

/* The maximum bytes of a number that is decided here: the limits of sums.py are beyond that. */
enum { MAX_CHARS = 300 };

INLINE int is_digit(const Text *text) { return text->at < text->end && (u8)(*text->at - '0') < 10; }

INLINE int skip_either(Text *text, char one, char other) {
    if (text->at == text->end || (*text->at != (u8)one && *text->at != (u8)other)) return 0;
    text->at++;
    return 1;
}

/* Append the digits at hand to ``number``; return how many there are. More than MAX_DIGITS are
 * lost, which ``used`` shows. */
static i64 take_digits(Text *text, u128 *number, i64 *used) {
    const u8 *start = text->at;
    for (; is_digit(text); text->at++) {
        const u128 digit = (u8)(*text->at - '0');
        if (*used < MAX_DIGITS) *number = *number * 10 + digit;
        *used += *number != 0; /* leading zeros cost nothing */
    }
    return text->at - start;
}

/* Add any number of the grammar in sums.py that is small enough; a larger one is UNDECIDED. */
RARE Verdict add_number(const Call *call, i64 column, Text text) {
    u128 digits = 0, exponent = 0;
    i64 used = 0, exponent_used = 0;
    const int is_long = text.end - text.at > MAX_CHARS;
    const u64 negative = text.at < text.end && *text.at == '-';
    skip_either(&text, '+', '-');
    const i64 before = take_digits(&text, &digits, &used);
    const u64 point = (u64)skip_either(&text, '.', '.');
    i64 scale = point ? take_digits(&text, &digits, &used) : 0;
    if (before + scale == 0) return NOT_A_NUMBER;
    int down = 0;
    const u64 raised = (u64)skip_either(&text, 'e', 'E');
    if (raised) {
        down = text.at < text.end && *text.at == '-';
        skip_either(&text, '+', '-');
        if (take_digits(&text, &exponent, &exponent_used) == 0) return NOT_A_NUMBER;
    }
    if (text.at != text.end) return NOT_A_NUMBER;
    if (is_long || exponent_used > 3) return UNDECIDED;
    scale += down ? (i64)exponent : -(i64)exponent;
    for (; scale < 0 && used <= MAX_DIGITS; scale++) {
        digits *= 10;
        used++;
    }
    if (used > MAX_DIGITS || scale >= SCALES) return UNDECIDED;
    add(call, column, negative ? -(i128)digits : (i128)digits, scale, point | raised);
    return NUMBER;
}

static int is_missing(const Call *call, Text text) {
    u64 packed = 0;
    const i64 n = text.end - text.at;
    if (n == 0) return 1;
    if (n > 8 || text.end[-1] == 0) return 0;
    memcpy(&packed, text.at, (size_t)n);
    for (i64 i = 0; i < call->mark_count; i++)
        if (call->marks[i] == packed) return 1;
    return 0;
}

INLINE int is_padding(u8 byte) { return byte == ' ' || byte == '\t'; }

/* Add a cell that is not plain: with padding, an exponent or many digits; a mark that it is
 * missing; or not a number. */
RARE void add_unusual(Call *call, i64 column, Cell cell, Text text) {
    Column *const counts = &call->columns[column];
    while (text.at < text.end && is_padding(*text.at)) text.at++;
    while (text.at < text.end && is_padding(text.end[-1])) text.end--;
    if (is_missing(call, text)) {
        counts->missing++;
        return;
    }
    const Verdict verdict = add_number(call, column, text);
    if (verdict == NUMBER) return;
    /* Only a text without quotes is certain to be the cell's text. */
    if (verdict == NOT_A_NUMBER && call->skip
        && !memchr(text.at, '"', (size_t)(text.end - text.at))) {
        counts->skipped++;
        return;
    }
    counts->unresolved++;
    call->unresolved[call->unresolved_count++] = (Unresolved){column, cell.start, cell.end};
}

/* Add a cell; ``fixed`` is the copy of ``call`` that is faster to read. */
INLINE void add_cell(Call *call, const Call *fixed, i64 column, Cell cell) {
    Text text = {fixed->data + cell.start, fixed->data + cell.end};
    u8 copy[PLAIN_BEFORE + PLAIN_AFTER];
    if (text.end - text.at >= 2 && *text.at == '"' && text.end[-1] == '"') {
        text.at++;
        text.end--;
    }
    const i64 n = text.end - text.at;
    const u8 *at = text.at;
    if (n == 0) {
        fixed->columns[column].missing++;
        return;
    }
    /* Read nothing outside the data. */
    if (UNLIKELY(cell.end <= PLAIN_BEFORE || fixed->size - cell.start <= PLAIN_AFTER)) {
        memset(copy, 0, sizeof copy);
        memcpy(copy + PLAIN_BEFORE, at, (size_t)(n < PLAIN_AFTER ? n : PLAIN_AFTER));
        at = copy + PLAIN_BEFORE;
    }
    if (UNLIKELY(!add_plain(fixed, column, at, n))) add_unusual(call, column, cell, text);
}

#endif
