/* Texts taken apart into sign, digits and exponent.
 *
 * When changing it: sums.py defines what a number is, and its limits.
 */

#ifndef CSVSUM_NUMBERS_H
#define CSVSUM_NUMBERS_H

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

/* As many bytes may be read after a text. */
enum { READ_AFTER = 8 };

/* A number taken apart: the digits before and after the point, and the exponent. */
typedef struct {
    Text before, after;
    i64 exponent;
    int is_negative, has_point, has_exponent;
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
    number->has_point = skip_either(&text, '.', '.');
    number->after = number->has_point ? take_digits(&text) : (Text){text.at, text.at};
    if (length_of(number->before) + length_of(number->after) == 0) return 0;
    number->has_exponent = skip_either(&text, 'e', 'E');
    number->exponent = 0;
    if (number->has_exponent && !take_exponent(&text, &number->exponent)) return 0;
    return text.at == text.end;
}

#endif
