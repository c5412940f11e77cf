/* Texts that are numbers, to sums.
 *
 * When changing it: a number is either added completely or not at all. Only add_plain is fast; see
 * that files of plain numbers do nothing else.
 */

#ifndef CSVSUM_VALUES_H
#define CSVSUM_VALUES_H

#include "limbs.h"
#include "numbers.h"
#include "texts.h"

/* How a value was written: bit 0 is set for one without a point, bit 1 + n for one with a point and
 * n digits after it, the last bit for one with an exponent or more digits. */
enum { MAX_SCALE = 29 };
#define LONG_SCALE (1u << 31)

INLINE uint32_t scale_bit(i64 scale, u64 point) { return 1u << ((u64)scale + point); }

INLINE uint32_t scale_of(const Number *number) {
    const i64 scale = length_of(number->after);
    if (number->has_exponent || scale > MAX_SCALE) return LONG_SCALE;
    return scale_bit(scale, (u64)number->has_point);
}

/* Add a cell that is an optional sign, digits and perhaps a point among them; false if it is
 * anything else. */
INLINE int add_plain(const Call *fixed, i64 column, const u8 *at, i64 n) {
    const Sign sign = sign_at(at);
    u64 digits, point;
    i64 scale;
    at += sign.length;
    n -= (i64)sign.length;
    if (UNLIKELY((u64)(n - 1) > PLAIN_DIGITS)) return 0;
    if (UNLIKELY(!read_plain(at, n, '.', &digits, &scale, &point))) return 0;
    add_scaled(fixed, column, with_sign(digits, sign), scale);
    fixed->scales[column] |= scale_bit(scale, point);
    return 1;
}

/* Add a text that is a plain number with an exponent, of at most so many bytes; false if it is
 * anything else, or too large. Reads that many bytes more before the end than a plain number. */
enum { SCIENTIFIC_BYTES = 1 + PLAIN_DIGITS + 1 + 5, SCIENTIFIC_BEFORE = PLAIN_BEFORE + 5 };

static int add_scientific(Call *call, i64 column, Text text) {
    const Tail tail = find_exponent(text.end);
    const Sign sign = sign_at(text.at);
    const i64 n = length_of(text) - tail.length - (i64)sign.length;
    u64 digits, point;
    i64 scale;
    if (tail.length == 0 || n < 1 || n > PLAIN_DIGITS + 1) return 0;
    if (tail.exponent < MIN_EXPONENT || tail.exponent > HIGHEST - PLAIN_DIGITS) return 0;
    if (!read_plain(text.at + sign.length, n, '.', &digits, &scale, &point)) return 0;
    if (!has_slot(call, tail.exponent - scale)) return 0;
    add_at(call, column, with_sign(digits, sign), tail.exponent - scale);
    call->scales[column] |= LONG_SCALE;
    return 1;
}

/* Whether so many bytes before the end of a text may be read, and so many from its start on. */
INLINE int is_readable(Text room, Text text, i64 before, i64 after) {
    return text.end - room.at >= before && room.end - text.at >= after;
}

typedef enum { NUMBER, NOT_A_NUMBER, UNDECIDED } Verdict;

/* Add digits of which the last is at ``position``, from the right, 16 at a time: then all pieces
 * have the same place in their limbs, two limbs apart. */
static int add_digits(Call *call, i64 column, Text digits, i64 position, int is_negative) {
    i64 left = length_of(digits);
    for (i64 i = 0; i < left; i += 16)
        if (!has_slot(call, position + i)) return 0;
    for (; left > 0; left -= 16, position += 16) {
        const i64 n = left < 16 ? left : 16;
        u64 bad = 0;
        const i64 value = (i64)digits_at(digits.at + left - n, n, &bad);
        add_at(call, column, is_negative ? -value : value, position);
    }
    return 1;
}

/* Add any number, but one of 10^308 or more, which may be beyond the range of a double. */
RARE Verdict add_number(Call *call, i64 column, Text text) {
    Number number;
    u8 joined[MAX_CHARS + READ_AFTER];
    if (!parse_number(text, &number)) return NOT_A_NUMBER;
    if (length_of(text) > MAX_CHARS || number.exponent < MIN_EXPONENT) return UNDECIDED;
    const i64 last = number.exponent - length_of(number.after);
    Text digits = skip_zeros(number.before);
    if (length_of(digits) == 0) {
        digits = skip_zeros(number.after);
    } else if (length_of(number.after)) {
        const i64 n = length_of(digits), m = length_of(number.after);
        memcpy(joined, digits.at, (size_t)n);
        memcpy(joined + n, number.after.at, (size_t)m);
        digits = (Text){joined, joined + n + m};
    }
    if (length_of(digits)) {
        if (last + length_of(digits) - 1 > HIGHEST) return UNDECIDED;
        if (!add_digits(call, column, digits, last, number.is_negative)) return UNDECIDED;
    }
    call->scales[column] |= scale_of(&number);
    return NUMBER;
}

/* Add a number of which the bytes after it may not be readable. */
RARE Verdict add_copy(Call *call, i64 column, Text text) {
    u8 copy[MAX_CHARS + READ_AFTER];
    const i64 n = length_of(text);
    if (n > MAX_CHARS) return UNDECIDED;
    memcpy(copy, text.at, (size_t)n);
    return add_number(call, column, (Text){copy, copy + n});
}

/* Add a number that is not plain: with an exponent or many digits. The bytes of ``room`` may be
 * read. */
INLINE Verdict add_text(Call *call, i64 column, Text text, Text room) {
    const i64 n = length_of(text);
    if (n == 0 || PLACES[*text.at] == IN_TEXTS) return NOT_A_NUMBER;
    if (n <= SCIENTIFIC_BYTES && is_readable(room, text, SCIENTIFIC_BEFORE, PLAIN_AFTER)
        && add_scientific(call, column, text))
        return NUMBER;
    const int may_read = is_readable(room, text, 0, n + READ_AFTER);
    return (may_read ? add_number : add_copy)(call, column, text);
}

#endif
