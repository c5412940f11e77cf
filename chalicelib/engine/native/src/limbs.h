/* Exact sums: decimal fixed point over limbs, as Kulisch's accumulator has it in binary (Kulisch,
 * "Computer Arithmetic and Validity", 2013, chapter 8).
 *
 * The range of all accepted numbers is divided into limbs of 8 decimal digits. A limb of a column
 * is a signed integer of 128 bits. Up to 18 digits at any position are multiplied by a power of ten
 * below 10^8, so that they count units of a limb, and added to it: one multiplication and one
 * addition. Carries are not propagated: a product is below 10^25, so that a limb takes 10^13 of
 * them before it leaves 127 bits. The caller adds up the limbs, long before that.
 *
 * Most files use a few limbs of the 214: they get slots when they are first used, so that little
 * memory is touched. Where the caller has no room for more slots, a number is left to it. The limbs
 * of plain numbers, which have 0 to 18 digits after the point, always have the first slots.
 *
 * When changing it: 10^18 times the highest power of ten must stay far below 2^127, and binding.py
 * has the same numbers as the enums here and in shared.h.
 */

#ifndef CSVSUM_LIMBS_H
#define CSVSUM_LIMBS_H

#include "digits.h"

/* The limb of the position -18, and how many there are from it to that of the position 0. */
enum { PLAIN_LIMB = (-PLAIN_DIGITS - LOWEST) / LIMB_DIGITS, PLAIN_LIMBS = 3 };

_Static_assert((-PLAIN_DIGITS - LOWEST) % LIMB_DIGITS == 0, "plain numbers begin with a limb");

/* Add value * 10^place to a sum. */
INLINE void add_product(Sum *sum, i64 value, u64 place) {
    const u128 total = ((u128)sum->high << 64 | sum->low) + (u128)((i128)value * (i64)TEN[place]);
    sum->low = (u64)total;
    sum->high = (u64)(total >> 64);
}

/* Add value / 10^scale to a column's sum, where |value| < 10^18 and scale is 0 to 18. */
INLINE void add_scaled(const Call *fixed, i64 column, i64 value, i64 scale) {
    const u64 place = (u64)(PLAIN_DIGITS - scale);
    const i64 slot = (i64)(place / LIMB_DIGITS);
    add_product(&fixed->sums[slot * fixed->wanted + column], value, place % LIMB_DIGITS);
}

/* Whether the limb of a position has a slot, now; position is LOWEST to HIGHEST. */
INLINE int has_slot(Call *call, i64 position) {
    u8 *slot = &call->slots[(position - LOWEST) / LIMB_DIGITS];
    if (*slot != NO_SLOT) return 1;
    if (call->slot_count == call->slot_room) {
        call->is_full = 1;
        return 0;
    }
    *slot = (u8)call->slot_count++;
    return 1;
}

/* Add value * 10^position to a column's sum, where |value| < 10^18 and there is a slot. */
INLINE void add_at(Call *call, i64 column, i64 value, i64 position) {
    const u64 place = (u64)(position - LOWEST);
    const i64 slot = call->slots[place / LIMB_DIGITS];
    add_product(&call->sums[slot * call->wanted + column], value, place % LIMB_DIGITS);
}

#endif
