/* What the caller asks before it uses the library: the sources that it was built from, the sizes of
 * the structures they share, and whether this processor can run the AVX2 code.
 *
 * The portable half of the library defines it.
 */

#ifndef CSVSUM_IDENTITY_H
#define CSVSUM_IDENTITY_H

#include "shared.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#ifndef CSVSUM_SOURCE
#define CSVSUM_SOURCE 0
#endif

i64 csvsum_source(void);
i64 csvsum_sizes(void);
int csvsum_has_avx2(void);

i64 csvsum_source(void) { return CSVSUM_SOURCE; }

i64 csvsum_sizes(void) { return (i64)(sizeof(Call) << 32 | sizeof(Style) << 16 | sizeof(Column)); }

/* The operating system has to save the wide registers, too. */
int csvsum_has_avx2(void) {
#if defined(__x86_64__)
    unsigned a, b, c, d, low, high;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
    const unsigned pclmul = 1u << 1, popcnt = 1u << 23, osxsave = 1u << 27;
    const unsigned needed = pclmul | popcnt | osxsave;
    if ((c & needed) != needed) return 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & 6) != 6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    const unsigned bmi1 = 1u << 3, avx2 = 1u << 5, bmi2 = 1u << 8, all = bmi1 | avx2 | bmi2;
    return (b & all) == all;
#else
    return 0;
#endif
}

#endif
