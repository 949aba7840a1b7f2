/* annex-spoken.h
 *
 * Errors that are told twice: their message is English, for the model, the log and what is stored;
 * beside it they carry the same in the user's language, for the user.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Registers the domain @name (static), whose errors can carry both. For the function that returns
 * the domain's quark, which must be asked for before an error of it is made; any thread. */
GQuark
annex_spoken_domain (const char *name);
/* In the place of G_DEFINE_QUARK(): defines NAME_quark() for a domain of spoken errors. */
#define ANNEX_DEFINE_SPOKEN_DOMAIN(name)                                                           \
  GQuark name##_quark (void)                                                                       \
  {                                                                                                \
    static gsize domain;                                                                           \
                                                                                                   \
    if (g_once_init_enter (&domain))                                                               \
      g_once_init_leave (&domain, annex_spoken_domain (#name));                                    \
    return (GQuark) domain;                                                                        \
  }

/* Sets @error to one of @domain, which is a spoken one. @format is marked with N_(): its message is
 * formatted as it stands, what is said with its translation. */
void
annex_set_spoken (GError **error, GQuark domain, int code, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
/* The same with a whole sentence, marked with N_(), that nothing is put into. */
void
annex_set_spoken_literal (GError **error, GQuark domain, int code, const char *sentence);
/* The same where the one %s of @format is @detail, which is marked with N_() itself, or comes from
 * elsewhere and is not translated. */
void
annex_set_spoken_detail (GError **error,
                         GQuark domain,
                         int code,
                         const char *format,
                         const char *detail) G_GNUC_PRINTF (4, 0);
/* The same for a function with arguments of its own. (transfer full) */
GError *
annex_spoken_new_valist (GQuark domain, int code, const char *format, va_list args)
    G_GNUC_PRINTF (3, 0);
/* The same as an error of its own. (transfer full) */
GError *
annex_spoken_new (GQuark domain, int code, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* The same as a rejected future. (transfer full) */
DexFuture *
annex_future_new_spoken (GQuark domain, int code, const char *format, ...)
    G_GNUC_PRINTF (3, 4) G_GNUC_WARN_UNUSED_RESULT;

/* Gives @error, of a spoken domain, the words @said (taken) for the user. For what has parts that
 * are translated by themselves. */
void
annex_spoken_take (GError *error, char *said);

/* What @error tells the user: in their language where it can, its message otherwise. (transfer
 * none) */
const char *
annex_error_said (const GError *error);

G_END_DECLS
