/* fuzz.h
 *
 * What every fuzz target defines. libFuzzer calls it in a build with clang; fuzz-replay.c calls it
 * in every build, for the stored corpus and changed copies of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
