/* What a cell is that is neither a number nor missing: see cells.looks_like_a_number.
 *
 * When changing it: what is decided here must be what cells.py says, in every encoding. Texts that
 * have other bytes than ASCII, and none that shows what they are, are left to the caller.
 */

#ifndef CSVSUM_TEXTS_H
#define CSVSUM_TEXTS_H

#include "numbers.h"
#include "lines.h"

/* Where a byte may be in a cell that looks like a number: nowhere, among the digits, or beside
 * them. A blank is both, see parts_of. */
enum { IN_TEXTS, AMONG, BESIDE, UNSURE };

/* Of the bytes above ASCII, those are in texts that begin letters in UTF-8 (or are not UTF-8), and
 * are letters in the encodings of single bytes. The others may be digits, blanks or signs. */
static const u8 PLACES[256] = {
    [0x80 ... 0xc2] = UNSURE,
    [0xd9] = UNSURE,
    [0xdb ... 0xe3] = UNSURE,
    [0xea] = UNSURE,
    [0xed ... 0xff] = UNSURE,
    ['\t' ... '\r'] = BESIDE,
    [0x1c ... ' '] = BESIDE,
    ['$'] = BESIDE,
    ['%'] = BESIDE,
    ['('] = BESIDE,
    [')'] = BESIDE,
    ['+'] = BESIDE,
    ['-'] = BESIDE,
    ['<'] = BESIDE,
    ['>'] = BESIDE,
    ['~'] = BESIDE,
    ['0' ... '9'] = AMONG,
    [','] = AMONG,
    ['.'] = AMONG,
    ['\''] = AMONG,
    ['e'] = AMONG,
    ['E'] = AMONG,
};

INLINE int is_digit(u8 byte) { return (u8)(byte - '0') < 10; }

INLINE Text skip_digits(Text text) {
    while (text.at < text.end && is_digit(*text.at)) text.at++;
    return text;
}

/* Take groups of digits, each after ``mark``: of exactly three digits, or of two or more. */
INLINE Text skip_groups(Text text, u8 mark, int of_three) {
    while (text.at < text.end && *text.at == mark) {
        const Text rest = skip_digits((Text){text.at + 1, text.end});
        const i64 n = rest.at - text.at - 1;
        if (of_three ? n != 3 : n < 2) break;
        text = rest;
    }
    return text;
}

/* Whether a text is nothing, or a mark (which is not ``mark``) and perhaps digits. */
INLINE int is_fraction(Text text, int mark) {
    if (text.at == text.end) return 1;
    if ((*text.at != '.' && *text.at != ',') || *text.at == mark) return 0;
    return skip_digits((Text){text.at + 1, text.end}).at == text.end;
}

/* Whether a text is digits, perhaps in groups, with at most one decimal mark. */
INLINE int is_grouped(Text text) {
    const Text rest = skip_digits(text);
    const i64 n = rest.at - text.at;
    if (n == 0) return length_of(rest) > 1 && is_fraction(rest, 0);
    if (is_fraction(rest, 0)) return 1;
    const u8 mark = *rest.at;
    const Text after = skip_groups(rest, ',', 0);
    if (after.at > rest.at && is_fraction(after, ',')) return 1;
    const int is_mark = mark == '.' || mark == ',' || mark == '\'' || mark == ' ';
    if (n > 3 || *text.at == '0' || !is_mark) return 0;
    const Text last = skip_groups(rest, mark, 1);
    return last.at > rest.at && is_fraction(last, mark);
}

/* The text without an exponent at its end. */
INLINE Text without_exponent(Text text) {
    const u8 *at = text.end;
    while (at > text.at && is_digit(at[-1])) at--;
    if (at == text.end) return text;
    if (at > text.at && (at[-1] == '-' || at[-1] == '+')) at--;
    if (at > text.at && (at[-1] | 0x20) == 'e') text.end = at - 1;
    return text;
}

/* Whether a text begins with a number from 0 to 255 as addresses have it; skip it. */
INLINE int skip_octet(Text *text) {
    const Text rest = skip_digits(*text);
    const u8 *const at = text->at;
    const i64 n = rest.at - at;
    text->at = rest.at;
    if (n != 3) return n == 1 || n == 2;
    return at[0] == '1' || (at[0] == '2' && (at[1] < '5' || (at[1] == '5' && at[2] < '6')));
}

INLINE int is_address(Text text) {
    for (int i = 0; i < 4; i++) {
        if (i && !skip_either(&text, '.', '.')) return 0;
        if (!skip_octet(&text)) return 0;
    }
    return text.at == text.end;
}

/* Whether the byte that is UNSURE, and the one after it, begin a letter: kana, or the consonants of
 * Hindi and Thai. In the encodings of single bytes, it is a letter itself. */
INLINE int begins_letter(u8 byte, u8 next) {
    return (byte == 0xe3 && next > 0x80) || (byte == 0xe0 && (next == 0xa4 || next == 0xb8));
}

/* The place of a text that has nothing but digits and what may be among or beside them; IN_TEXTS if
 * it has anything that shows that it is a text. */
INLINE int place_of(Text text) {
    int unsure = 0;
    for (const u8 *at = text.at; at < text.end; at++) {
        if (PLACES[*at] == IN_TEXTS) return IN_TEXTS;
        if (PLACES[*at] != UNSURE) continue;
        if (at + 1 < text.end && begins_letter(*at, at[1])) return IN_TEXTS;
        unsure = 1;
    }
    return unsure ? UNSURE : AMONG;
}

/* The kind of a text without padding. Inside, a quote is one that was doubled: no number has one.
 * At the start, it may be one around a missing value. */
RARE Kind kind_of(Text text) {
    if (*text.at == '"') return UNKNOWN;
    const int place = place_of(text);
    if (place != AMONG) return place == UNSURE ? UNKNOWN : TEXT;
    Text core = text;
    while (core.at < core.end && PLACES[*core.at] == BESIDE) core.at++;
    while (core.at < core.end && PLACES[core.end[-1]] == BESIDE) core.end--;
    if (core.at == core.end || !is_grouped(without_exponent(core)) || is_address(text)) return TEXT;
    return *text.at == '<' || *text.at == '>' || *text.at == '~' ? COMPARISON : LIKE_A_NUMBER;
}

#endif
