/* Cells to numbers, and numbers to sums.
 *
 * When changing it: sums.py defines what a number is and what is missing. A cell is either added
 * completely or not at all; whatever is not decided here goes to the caller's list.
 */

#ifndef CSVSUM_NUMBERS_H
#define CSVSUM_NUMBERS_H

#include "limbs.h"
#include "words.h"

typedef struct {
    const u8 *at, *end;
} Text;

INLINE i64 length_of(Text text) { return text.end - text.at; }

/* The limits of sums.py. */
enum { MAX_CHARS = 1000, MIN_EXPONENT = -400 };

/* A sign at the start of a text, or none. */
typedef struct {
    u64 length, flip;
} Sign;

/* ``flip`` is made here, long before it is used, which is a fiftieth faster. */
INLINE Sign sign_at(const u8 *at) {
    const u64 is_negative = *at == '-';
    return (Sign){is_negative | (*at == '+'), 0 - is_negative};
}

/* -x is ~x + 1. */
INLINE i64 with_sign(u64 digits, Sign sign) { return (i64)((digits ^ sign.flip) - sign.flip); }

/* Add a cell that is an optional sign, digits and perhaps a point among them; false if it is
 * anything else. */
INLINE int add_plain(const Call *fixed, i64 column, const u8 *at, i64 n) {
    const Sign sign = sign_at(at);
    u64 digits, point;
    i64 scale;
    at += sign.length;
    n -= (i64)sign.length;
    if (UNLIKELY((u64)(n - 1) > PLAIN_DIGITS)) return 0;
    if (UNLIKELY(!read_plain(at, n, &digits, &scale, &point))) return 0;
    add_scaled(fixed, column, with_sign(digits, sign), scale);
    fixed->points[column] |= (u8)point;
    return 1;
}

/* The bytes from the "e" of an exponent to the end of a text of n bytes, and the exponent. */
typedef struct {
    i64 length, exponent;
} Tail;

/* Find an exponent of 1 to 3 digits among the last 8 bytes; the length is 0 if there is none. */
INLINE Tail find_exponent(const u8 *end) {
    const u64 word = load8(end - 8);
    const u64 found = equal_bytes(word | EACH_BYTE(0x20), EACH_BYTE('e')); /* "E" as well */
    if (!found) return (Tail){0, 0};
    const i64 length = 1 + (__builtin_clzll(found) >> 3);
    const Sign sign = sign_at(end + 1 - length);
    const i64 n = length - 1 - (i64)sign.length;
    if (n < 1 || n > 3) return (Tail){0, 0};
    const u64 digits = (word ^ EACH_BYTE('0')) & ~0ull << (64 - 8 * n);
    if (above_nine(digits)) return (Tail){0, 0};
    return (Tail){length, with_sign(join8(digits), sign)};
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
    if (!read_plain(text.at + sign.length, n, &digits, &scale, &point)) return 0;
    if (!has_slot(call, tail.exponent - scale)) return 0;
    add_at(call, column, with_sign(digits, sign), tail.exponent - scale);
    call->points[column] = 1;
    return 1;
}

/* Whether so many bytes before the end of a text may be read, and so many from its start on. */
INLINE int is_readable(const Call *call, Text text, i64 before, i64 after) {
    return text.end - call->data >= before && call->data + call->size - text.at >= after;
}

typedef enum { NUMBER, NOT_A_NUMBER, UNDECIDED } Verdict;

/* As many bytes may be read after a text. */
enum { READ_AFTER = 8 };

/* A number taken apart: the digits before and after the point, and the exponent. */
typedef struct {
    Text before, after;
    i64 exponent;
    int is_negative, is_integer;
} Number;

INLINE int skip_either(Text *text, char one, char other) {
    if (text->at == text->end || (*text->at != (u8)one && *text->at != (u8)other)) return 0;
    text->at++;
    return 1;
}

/* Take the digits at hand off a text. */
INLINE Text take_digits(Text *text) {
    const u8 *at = text->at;
    for (; at < text->end; at += 8) {
        const u64 others = above_nine(load8(at) ^ EACH_BYTE('0'));
        if (others) {
            at += __builtin_ctzll(others) >> 3;
            break;
        }
    }
    const Text digits = {text->at, at < text->end ? at : text->end};
    text->at = digits.end;
    return digits;
}

INLINE Text skip_zeros(Text digits) {
    while (digits.at < digits.end && *digits.at == '0') digits.at++;
    return digits;
}

/* Read an exponent; false if there are no digits. One of more than 3 digits becomes 9999. */
INLINE int take_exponent(Text *text, i64 *exponent) {
    const int is_negative = text->at < text->end && *text->at == '-';
    skip_either(text, '+', '-');
    const Text all = take_digits(text), digits = skip_zeros(all);
    i64 value = 0;
    if (length_of(digits) > 3)
        value = 9999;
    else
        for (const u8 *at = digits.at; at < digits.end; at++) value = value * 10 + (*at - '0');
    *exponent = is_negative ? -value : value;
    return length_of(all) > 0;
}

/* Take a text apart by the grammar in sums.py; false if it is not a number. */
INLINE int parse_number(Text text, Number *number) {
    number->is_negative = text.at < text.end && *text.at == '-';
    skip_either(&text, '+', '-');
    number->before = take_digits(&text);
    const int has_point = skip_either(&text, '.', '.');
    number->after = has_point ? take_digits(&text) : (Text){text.at, text.at};
    if (length_of(number->before) + length_of(number->after) == 0) return 0;
    const int has_exponent = skip_either(&text, 'e', 'E');
    number->exponent = 0;
    if (has_exponent && !take_exponent(&text, &number->exponent)) return 0;
    number->is_integer = !(has_point | has_exponent);
    return text.at == text.end;
}

/* Add digits of which the last is at ``position``, from the right, 16 at a time: then all pieces
 * have the same place in their limbs, two limbs apart. */
static int add_digits(Call *call, i64 column, Text digits, i64 position, int is_negative) {
    const i64 pieces = (length_of(digits) + 15) / 16;
    for (i64 i = 0; i < pieces; i++)
        if (!has_slot(call, position + 16 * i)) return 0;
    for (; digits.end > digits.at; digits.end -= 16, position += 16) {
        const i64 n = length_of(digits) < 16 ? length_of(digits) : 16;
        u64 bad = 0;
        const i64 value = (i64)digits_at(digits.end - n, n, &bad);
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
    call->points[column] |= !number.is_integer;
    return NUMBER;
}

static int is_missing(const Call *call, Text text) {
    u64 packed = 0;
    const i64 n = length_of(text);
    if (n == 0) return 1;
    if (n > 8 || text.end[-1] == 0) return 0;
    memcpy(&packed, text.at, (size_t)n);
    for (i64 i = 0; i < call->mark_count; i++)
        if (call->marks[i] == packed) return 1;
    return 0;
}

INLINE int is_padding(u8 byte) { return byte == ' ' || byte == '\t'; }

INLINE Text strip_padding(Text text) {
    while (text.at < text.end && is_padding(*text.at)) text.at++;
    while (text.at < text.end && is_padding(text.end[-1])) text.end--;
    return text;
}

/* Add a number of which the bytes after it may not be readable. */
RARE Verdict add_copy(Call *call, i64 column, Text text) {
    u8 copy[MAX_CHARS + READ_AFTER];
    const i64 n = length_of(text);
    if (n > MAX_CHARS) return UNDECIDED;
    memcpy(copy, text.at, (size_t)n);
    return add_number(call, column, (Text){copy, copy + n});
}

/* Add a cell that is not plain: with padding, an exponent or many digits; a mark that it is
 * missing; or not a number. */
RARE void add_unusual(Call *call, i64 column, Cell cell, Text text) {
    Column *const counts = &call->columns[column];
    text = strip_padding(text);
    if (length_of(text) > 0 && length_of(text) <= SCIENTIFIC_BYTES
        && is_readable(call, text, SCIENTIFIC_BEFORE, PLAIN_AFTER)
        && add_scientific(call, column, text))
        return;
    const int may_read = is_readable(call, text, 0, length_of(text) + READ_AFTER);
    const Verdict verdict = (may_read ? add_number : add_copy)(call, column, text);
    if (verdict == NUMBER) return;
    if (verdict == NOT_A_NUMBER && is_missing(call, text)) {
        counts->missing++;
        return;
    }
    /* Only a text without quotes is certain to be the cell's text. */
    if (verdict == NOT_A_NUMBER && call->skip && !memchr(text.at, '"', (size_t)length_of(text))) {
        counts->skipped++;
        return;
    }
    counts->unresolved++;
    call->unresolved[call->unresolved_count++] = (Unresolved){column, cell.start, cell.end};
}

/* Add a cell; ``fixed`` is the copy of ``call`` that is faster to read. */
INLINE void add_cell(Call *call, const Call *fixed, const u8 *data, i64 size, i64 column,
                     Cell cell) {
    Text text = {data + cell.start, data + cell.end};
    u8 copy[PLAIN_BEFORE + PLAIN_AFTER];
    if (length_of(text) >= 2 && *text.at == '"' && text.end[-1] == '"') {
        text.at++;
        text.end--;
    }
    const i64 n = length_of(text);
    const u8 *at = text.at;
    if (n == 0) {
        fixed->columns[column].missing++;
        return;
    }
    /* Read nothing outside the data. */
    if (UNLIKELY(cell.end <= PLAIN_BEFORE || size - cell.start <= PLAIN_AFTER)) {
        memset(copy, 0, sizeof copy);
        memcpy(copy + PLAIN_BEFORE, at, (size_t)(n < PLAIN_AFTER ? n : PLAIN_AFTER));
        at = copy + PLAIN_BEFORE;
    }
    if (UNLIKELY(!add_plain(fixed, column, at, n))) add_unusual(call, column, cell, text);
}

#endif
