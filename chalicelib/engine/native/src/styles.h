/* Numbers as countries and accountants write them, to plain ones: see cells.plain_form.
 *
 * When changing it: cells.py says which texts are numbers. A plain form has nothing but what
 * numbers.h reads, with a point as its decimal mark.
 */

#ifndef CSVSUM_STYLES_H
#define CSVSUM_STYLES_H

#include "numbers.h"
#include "texts.h"

/* A plain form, with room for what may be read before and after it. */
typedef struct {
    u8 before[64], bytes[MAX_CHARS + 64];
    i64 length;
} Plain;

INLINE void put(Plain *plain, u8 byte) { plain->bytes[plain->length++] = byte; }

/* The length of the mark of a list at ``at``, where ``room`` bytes are; 0 if there is none. */
RARE i64 listed_mark(const u8 *list, const u8 *at, i64 room) {
    for (; *list; list += 1 + *list)
        if (*list <= room && !memcmp(at, list + 1, *list)) return *list;
    return 0;
}

/* The length of a mark with a role at the start of a text; 0 if there is none. */
INLINE i64 mark_at_start(const Style *style, Text text, u8 role, const u8 *list) {
    if (text.at == text.end) return 0;
    const u8 roles = style->roles[*text.at];
    if (LIKELY(!(roles & (role | BEGINS_LONG)))) return 0;
    return roles & role ? 1 : listed_mark(list, text.at, length_of(text));
}

INLINE i64 mark_at_end(const Style *style, Text text, u8 role, const u8 *list) {
    if (text.at == text.end) return 0;
    const u8 roles = style->roles[text.end[-1]];
    if (LIKELY(!(roles & (role | ENDS_LONG)))) return 0;
    if (roles & role) return 1;
    for (; *list; list += 1 + *list)
        if (*list <= length_of(text) && !memcmp(text.end - *list, list + 1, *list)) return *list;
    return 0;
}

INLINE void drop_blanks_at_start(const Style *style, Text *text) {
    for (i64 n; (n = mark_at_start(style, *text, IS_BLANK, style->blanks));) text->at += n;
}

INLINE void drop_blanks_at_end(const Style *style, Text *text) {
    for (i64 n; (n = mark_at_end(style, *text, IS_BLANK, style->blanks));) text->end -= n;
}

/* Drop the marks at the start of a text, with the blanks beside them; without marks, nothing. */
INLINE void drop_marks_at_start(const Style *style, Text *text) {
    Text rest = *text;
    drop_blanks_at_start(style, &rest);
    for (i64 n; (n = mark_at_start(style, rest, IS_STRIPPED, style->stripped));) {
        rest.at += n;
        drop_blanks_at_start(style, &rest);
        *text = rest;
    }
}

INLINE void drop_marks_at_end(const Style *style, Text *text) {
    Text rest = *text;
    drop_blanks_at_end(style, &rest);
    for (i64 n; (n = mark_at_end(style, rest, IS_STRIPPED, style->stripped));) {
        rest.end -= n;
        drop_blanks_at_end(style, &rest);
        *text = rest;
    }
}

/* Take a sign off a text: it, or 0. */
INLINE u8 take_sign(Text *text) {
    const u8 *const at = text->at;
    return skip_either(text, '+', '-') ? *at : 0;
}

/* Drop a parenthesis, with the blanks inside it. */
INLINE int drop_opening(const Style *style, Text *text) {
    if (!style->parentheses || !skip_either(text, '(', '(')) return 0;
    drop_blanks_at_start(style, text);
    return 1;
}

INLINE int drop_closing(const Style *style, Text *text) {
    if (!style->parentheses || text->at == text->end || text->end[-1] != ')') return 0;
    text->end--;
    drop_blanks_at_end(style, text);
    return 1;
}

/* Drop all that stands around the digits, and put the sign; false if that is not right. */
INLINE int put_sign(const Style *style, Text *text, Plain *plain) {
    const u8 before = take_sign(text);
    drop_marks_at_start(style, text);
    const int is_opened = drop_opening(style, text);
    drop_marks_at_start(style, text);
    const u8 after = take_sign(text);
    drop_marks_at_end(style, text);
    const int is_closed = drop_closing(style, text);
    drop_marks_at_end(style, text);
    if (is_opened != is_closed || (before && after) || (is_opened && (before | after))) return 0;
    if (is_opened | before | after) put(plain, is_opened ? '-' : before | after);
    return 1;
}

INLINE void put_digits(Text *text, Plain *plain) {
    while (text->at < text->end && is_digit(*text->at)) put(plain, *text->at++);
}

/* Put the digits of an integer; false if there are marks among them, but not between groups of
 * three digits, or as in India. */
INLINE int put_integer(const Style *style, Text *text, Plain *plain) {
    i64 marks = 0, first = 0, length, n;
    int are_threes = 1, are_twos = 1;
    for (;; marks++, text->at += n) {
        const u8 *const group = text->at;
        put_digits(text, plain);
        length = text->at - group;
        n = mark_at_start(style, *text, IS_THOUSANDS, style->thousands);
        if (marks == 0) first = length;
        if (n == 0) break;
        are_threes &= marks == 0 || length == 3;
        are_twos &= marks == 0 || length == 2;
    }
    if (marks == 0) return 1;
    if (length != 3 || first == 0) return 0;
    return (are_threes && first <= 3) || (are_twos && first <= 2 && marks > 1);
}

INLINE i64 decimal_at(const Style *style, Text text) {
    if (text.at == text.end) return 0;
    if (style->decimal) return *text.at == style->decimal;
    return listed_mark(style->decimals, text.at, length_of(text));
}

/* Write the plain form of a text without padding; false if it is not a number. What is written has
 * to be parsed, since it may have no digits, or a bad exponent. */
INLINE int put_number(const Style *style, Text text, Plain *plain) {
    if (!put_sign(style, &text, plain) || !put_integer(style, &text, plain)) return 0;
    const i64 n = decimal_at(style, text);
    if (n) {
        put(plain, '.');
        text.at += n;
        put_digits(&text, plain);
    }
    if (text.at < text.end && (*text.at | 0x20) != 'e') return 0;
    while (text.at < text.end) put(plain, *text.at++);
    return 1;
}

/* Whether a text is one of the short markers of missing values that are numbers. */
INLINE int is_short_marker(const Style *style, const u8 *at, i64 n) {
    static const u64 FIRST[9] = {0,           ~0ull >> 56, ~0ull >> 48, ~0ull >> 40, ~0ull >> 32,
                                 ~0ull >> 24, ~0ull >> 16, ~0ull >> 8,  ~0ull};
    const u64 packed = load8(at) & FIRST[n < 9 ? n : 0];
    return (packed == style->markers[0]) | (packed == style->markers[1])
           | (packed == style->markers[2]) | (packed == style->markers[3]);
}

/* Whether a text may be another one. */
INLINE int may_be_marker(const Style *style, const u8 *at, i64 n) {
    if (LIKELY(!(style->marker_lengths >> (n < 63 ? n : 63) & 1))) return 0;
    return style->roles[*at] & BEGINS_MARKER;
}

/* A number without what stands beside it; ``n`` is 0 if that is not right. */
typedef struct {
    const u8 *at;
    i64 n;
    Sign sign;
} Bare;

/* Drop a mark of one byte on either side. This is what most files need. */
INLINE Bare without_marks(const Style *style, const u8 *at, i64 n) {
    const i64 front = style->roles[at[0]] & IS_STRIPPED,
              back = style->roles[at[n - 1]] & IS_STRIPPED;
    const Sign sign = sign_at(at + front);
    const i64 start = front + (i64)sign.length;
    return (Bare){at + start, n - start - back, sign};
}

/* The length of a mark that ``word`` begins with, or ends with if it is shifted. */
INLINE u64 mark_length(const Style *style, u8 byte, u64 word) {
    return word == style->mark ? style->mark_bytes : style->roles[byte] & IS_STRIPPED;
}

/* Drop at most one mark on either side, with a blank inside it, and parentheses around all. Other
 * texts are read by put_number. The first and the last bytes are looked at in registers. */
INLINE Bare bare_number(const Style *style, const u8 *at, i64 n) {
    const u64 is_enclosed = (u64)style->parentheses & (at[0] == '(') & (at[n - 1] == ')');
    u64 head = load8(at) >> 8 * is_enclosed, tail = load8(at + n - 8) << 8 * is_enclosed;
    const u64 is_minus = (u8)head == '-', before = is_minus | ((u8)head == '+');
    head >>= 8 * before;
    const u64 front = mark_length(style, (u8)head, head & style->mark_mask);
    head >>= 8 * front;
    const u64 front_blank = (front > 0) & ((u8)head == ' ');
    head >>= 8 * front_blank;
    const u64 is_minus_after = (u8)head == '-', after = is_minus_after | ((u8)head == '+');
    const u64 back = mark_length(style, (u8)(tail >> 56), tail >> style->mark_shift);
    tail <<= 8 * back;
    const u64 back_blank = (back > 0) & (tail >> 56 == ' ');
    const u64 start = is_enclosed + before + front + front_blank + after;
    const i64 length = n - (i64)(start + is_enclosed + back + back_blank);
    const int is_right = is_enclosed + before + after <= 1;
    return (Bare){
        at + start, is_right ? length : 0, {0, 0 - (is_enclosed | is_minus | is_minus_after)}};
}

#endif
