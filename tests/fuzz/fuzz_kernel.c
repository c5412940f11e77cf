/* A libFuzzer target for the C code alone, for clang with its sanitizers: see fuzz_entry.py.
 *
 * The first bytes of an input choose the layout, the others are the data, in memory of exactly
 * their size. Three readings must give the same: with AVX2 in one call, in plain C in one call,
 * with AVX2 and a row per call.
 */

#include "../../chalicelib/engine/native/src/kernel.c"

#include <stdlib.h>

extern void csvsum_rows(Call *call);
int LLVMFuzzerTestOneInput(const u8 *input, size_t size);

enum { MAX_WANTED = 16, ROOM = 32, LISTED = 64, PARAMETERS = 9 };

typedef struct {
    Call call;
    Sum sums[LIMBS * MAX_WANTED];
    u8 slots[LIMBS];
    uint32_t scales[MAX_WANTED];
    i64 skips[MAX_WANTED];
    Column columns[MAX_WANTED];
    u8 known[MAX_WANTED];
    Cell cells[ROOM];
    Unresolved unresolved[LISTED];
    i64 rows, lines;
    u64 unresolved_hash;
} Reading;

static const u64 MARKS[] = {0x414e /* NA */, 0x4e614e /* NaN */, 0x44494e49232e312d /* 8 bytes */};

/* Numbers as usual; 1.234,5; ($1,234.5) or 1 %, with a euro sign and two markers; 1 234/5 with
 * blanks of one and of two bytes. */
static const Style STYLES[] = {
    {.decimal = '.'},
    {.decimal = ',',
     .comma = '.',
     .mark = ~0ull,
     .mark_shift = 56,
     .roles = {['.'] = IS_THOUSANDS}},
    {.decimal = '.',
     .comma = ',',
     .parentheses = 1,
     .strips = SIMPLY + 1,
     .mark = 0xac82e2,
     .mark_mask = 0xffffff,
     .mark_shift = 40,
     .mark_bytes = 3,
     .has_markers = 1,
     .markers = {0x3939392d /* -999 */, 0x414e, 0x3939392d, 0x414e},
     .marker_lengths = 1 << 2,
     .roles = {['$'] = IS_STRIPPED,
               ['%'] = IS_STRIPPED,
               [' '] = IS_BLANK,
               [','] = IS_THOUSANDS,
               ['N'] = BEGINS_MARKER,
               [0xe2] = BEGINS_LONG,
               [0xac] = ENDS_LONG},
     .stripped = "\3\xe2\x82\xac"},
    {.decimal = '/',
     .strips = SIMPLY,
     .mark = ~0ull,
     .mark_shift = 56,
     .roles = {['$'] = IS_STRIPPED,
               [' '] = IS_BLANK | IS_THOUSANDS,
               [0xc2] = BEGINS_LONG,
               [0xa0] = ENDS_LONG},
     .thousands = "\2\xc2\xa0",
     .blanks = "\2\xc2\xa0"},
};

static void prepare(Reading *reading, const u8 *choice, const u8 *data, i64 size) {
    memset(reading, 0, sizeof *reading);
    Call *call = &reading->call;
    call->data = data;
    call->size = size;
    const i64 fields = 1 + choice[0] % 24;
    call->special = choice[4] >> 3 & 1;
    i64 passed = 0;
    for (call->wanted = 0; call->wanted < MAX_WANTED; call->wanted++) {
        const i64 skip = choice[call->special ? 1 + call->wanted % 2 : 1 + !!call->wanted] % 11;
        if (call->wanted && passed + skip >= fields) break;
        reading->skips[call->wanted] = call->wanted ? skip : skip % fields;
        passed += reading->skips[call->wanted] + 1;
    }
    call->skips = reading->skips;
    call->after = fields - passed;
    call->delimiter = ",;\t |"[choice[3] % 5];
    call->comment = '#';
    call->pad = choice[4] >> 2 & 1;
    call->style = call->special && choice[8] % 5 ? &STYLES[choice[8] % 5 - 1] : NULL;
    call->max_row_bytes = choice[4] & 2 ? 20 : 1 << 20;
    call->marks = MARKS;
    call->mark_count = 3;
    call->long_marks = (const u8 *)"\011not known";
    call->long_marks_size = 10;
    call->sums = reading->sums;
    call->slots = memset(reading->slots, NO_SLOT, sizeof reading->slots);
    for (u8 slot = 0; slot < PLAIN_LIMBS; slot++) call->slots[PLAIN_LIMB + slot] = slot;
    call->slot_count = PLAIN_LIMBS;
    call->slot_room = LIMBS;
    call->scales = reading->scales;
    call->columns = reading->columns;
    call->known = memset(reading->known, choice[4] & 1 ? 0xff : 0, sizeof reading->known);
    call->cells = reading->cells;
    call->cell_room = call->wanted + choice[5] % (ROOM - MAX_WANTED + 1);
    call->unresolved = reading->unresolved;
    call->unresolved_room = LISTED;
    call->eof = choice[6] >> 1 & 1;
}

static void check_unresolved(Reading *reading) {
    const Call *call = &reading->call;
    for (i64 i = 0; i < call->unresolved_count; i++) {
        const Unresolved cell = call->unresolved[i];
        if (cell.start < 0 || cell.start > cell.end || cell.end > call->size) abort();
        if (cell.column < 0 || cell.column >= call->wanted) abort();
        const u64 hash = (u64)(cell.start * 7 + cell.end * 3 + cell.column);
        reading->unresolved_hash = reading->unresolved_hash * 31 + hash;
    }
}

/* Read on after the list of unresolved cells was full; a row per call if ``one``. */
static void read_all(Reading *reading, void (*add_rows)(Call *), i64 limit, int one) {
    Call *call = &reading->call;
    i64 before;
    do {
        before = call->at;
        call->limit = one && before + 1 < limit ? before + 1 : limit;
        add_rows(call);
        check_unresolved(reading);
        if (call->end < before || call->end > call->size) abort();
        reading->rows += call->rows;
        reading->lines += call->lines;
        call->at = call->end;
    } while (call->status == LIST_IS_FULL || (one && call->status == DONE && call->at > before));
}

/* What a limb of a column has. */
static i128 units(const Reading *reading, int limb, i64 column) {
    const u8 slot = reading->slots[limb];
    if (slot == NO_SLOT) return 0;
    const Sum sum = reading->sums[slot * reading->call.wanted + column];
    return (i128)((u128)sum.high << 64 | sum.low);
}

/* Whether two sums have the same value, however it is spread over their limbs. */
static int have_equal_sums(const Reading *one, const Reading *other, i64 column) {
    i128 difference = 0;
    for (int limb = 0; limb < LIMBS; limb++) {
        difference += units(one, limb, column) - units(other, limb, column);
        if (difference % (i64)TEN[LIMB_DIGITS]) return 0;
        difference /= (i64)TEN[LIMB_DIGITS];
    }
    return difference == 0;
}

static void must_be_equal(const Reading *one, const Reading *other) {
    const int same = one->call.end == other->call.end && one->call.status == other->call.status
                     && one->unresolved_hash == other->unresolved_hash && one->rows == other->rows
                     && one->lines == other->lines
                     && !memcmp(one->scales, other->scales, sizeof one->scales)
                     && !memcmp(one->columns, other->columns, sizeof one->columns);
    if (!same) abort();
    for (i64 column = 0; column < one->call.wanted; column++)
        if (!have_equal_sums(one, other, column)) abort();
}

int LLVMFuzzerTestOneInput(const u8 *input, size_t input_size) {
    static Reading wide, plain, stepped;
    if (input_size < PARAMETERS) return 0;
    const i64 size = (i64)input_size - PARAMETERS;
    const i64 limit = input[6] & 1 ? (i64)input[7] : size + 1;
    u8 *data = malloc(input_size - PARAMETERS);
    if (data == NULL) return 0;
    memcpy(data, input + PARAMETERS, (size_t)size);
    prepare(&wide, input, data, size);
    prepare(&plain, input, data, size);
    prepare(&stepped, input, data, size);
    read_all(&wide, csvsum_rows_avx2, limit, 0);
    read_all(&plain, csvsum_rows, limit, 0);
    read_all(&stepped, csvsum_rows_avx2, limit, 1);
    must_be_equal(&wide, &plain);
    must_be_equal(&wide, &stepped);
    free(data);
    return 0;
}
