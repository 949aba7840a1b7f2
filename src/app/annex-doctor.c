/* annex-doctor.c
 *
 * See annex-doctor.h: the object, and going through the checks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-future.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

G_DEFINE_FINAL_TYPE (AnnexDoctor, annex_doctor, G_TYPE_OBJECT)

static const AnnexDoctorCheck *const groups[] = {
  annex_doctor_store_checks,    annex_doctor_machine_checks, annex_doctor_disk_checks,
  annex_doctor_computer_checks, annex_doctor_model_checks,   annex_doctor_connector_checks,
  annex_doctor_task_checks,     annex_doctor_report_checks,
};

static void
annex_doctor_finalize (GObject *object)
{
  AnnexDoctor *self = ANNEX_DOCTOR (object);

  g_clear_object (&self->session);
  g_clear_error (&self->store_error);
  G_OBJECT_CLASS (annex_doctor_parent_class)->finalize (object);
}

static void
annex_doctor_class_init (AnnexDoctorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_doctor_finalize;
}

static void
annex_doctor_init (AnnexDoctor *self)
{
}

void
annex_doctor_world_init (AnnexDoctorWorld *world)
{
  *world = (AnnexDoctorWorld) {
    .kvm = "/dev/kvm",
    .cpuinfo = "/proc/cpuinfo",
    .meminfo = "/proc/meminfo",
    .max_namespaces = "/proc/sys/user/max_user_namespaces",
    .namespace_switch = "/proc/sys/kernel/unprivileged_userns_clone",
    .namespace_apparmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    .subuid = "/etc/subuid",
    .subgid = "/etc/subgid",
    .user = g_get_user_name (),
    .kvm_limit_ms = 5000,
    .answer_limit_ms = 10000,
    .least_disk_bytes = G_GUINT64_CONSTANT (1) << 30,
    .asks_network = TRUE,
  };
}

AnnexDoctor *
annex_doctor_new (AnnexSession *session, const GError *store_error, const AnnexDoctorWorld *world)
{
  AnnexDoctor *self = g_object_new (ANNEX_TYPE_DOCTOR, NULL);

  g_set_object (&self->session, session);
  self->store_error = store_error != NULL ? g_error_copy (store_error) : NULL;
  if (world != NULL)
    self->world = *world;
  else
    annex_doctor_world_init (&self->world);
  return self;
}

AnnexSession *
annex_doctor_get_session (AnnexDoctor *self)
{
  return self->session;
}

/* For the checks */

void
annex_doctor_say (AnnexCheckResult *result, AnnexCheckState state, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_free (result->sentence);
  result->sentence = g_strdup_vprintf (format, args);
  result->state = state;
  va_end (args);
}

void
annex_doctor_say_error (AnnexCheckResult *result,
                        AnnexCheckState state,
                        const GError *error,
                        const char *sentence)
{
  annex_doctor_say (result, state, "%s", sentence);
  if (error == NULL)
    return;
  g_free (result->detail);
  result->detail = g_strdup_printf ("%s (%s %d)", error->message, g_quark_to_string (error->domain),
                                    error->code);
}

char *
annex_doctor_read_line (const char *path)
{
  g_autofree char *text = NULL;
  char *end;

  if (path == NULL || !g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  end = strchr (text, '\n');
  if (end != NULL)
    *end = '\0';
  return g_steal_pointer (&text);
}

char *
annex_doctor_find_program (AnnexDoctor *self, const char *name)
{
  g_auto (GStrv) folders = NULL;

  if (self->world.search_path == NULL)
    return g_find_program_in_path (name);
  folders = g_strsplit (self->world.search_path, ":", -1);
  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], name, NULL);

      if (access (path, X_OK) == 0)
        return g_steal_pointer (&path);
    }
  return NULL;
}

/* Going through them */

static const AnnexDoctorCheck *
find_check (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    for (const AnnexDoctorCheck *check = groups[i]; check->id != NULL; check++)
      if (g_str_equal (check->id, id))
        return check;
  return NULL;
}

static gboolean
is_there (const AnnexDoctorCheck *check)
{
  return !g_str_equal (check->id, ANNEX_DOCTOR_REPORTS) || annex_doctor_wants_reports ();
}

/* Is @check only about what a computer needs? */
static gboolean
is_for_computer (const AnnexDoctorCheck *check)
{
  static const char *const ids[] = { "kvm",     "qemu",   "libvirt", "virtiofsd", "namespaces",
                                     "sub-ids", "memory", "image",   "template",  NULL };

  return g_strv_contains (ids, check->id);
}

static AnnexCheckResult *
look (AnnexDoctor *self, const AnnexDoctorCheck *check, gboolean thorough)
{
  AnnexCheckResult *result =
      annex_check_result_new (check->id, ANNEX_CHECK_UNKNOWN, _ (check->title));

  if (is_for_computer (check) && !annex_session_wants_computer ())
    annex_doctor_say (result, ANNEX_CHECK_OK,
                      _ ("Annex’s computer is turned off, so this is not needed."));
  else
    check->look (self, result, thorough);
  return result;
}

static guint
rank (AnnexCheckState state)
{
  switch (state)
    {
    case ANNEX_CHECK_FAILED:
      return 0;
    case ANNEX_CHECK_NOTICE:
      return 1;
    case ANNEX_CHECK_UNKNOWN:
      return 2;
    case ANNEX_CHECK_OK:
      break;
    }
  return 3;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return (int) rank ((*(AnnexCheckResult *const *) a)->state) -
         (int) rank ((*(AnnexCheckResult *const *) b)->state);
}

typedef struct
{
  AnnexDoctor *self;
  char *id;
  gboolean thorough;
} Visit;

static void
visit_free (gpointer data)
{
  Visit *visit = data;

  g_object_unref (visit->self);
  g_free (visit->id);
  g_free (visit);
}

static Visit *
visit_new (AnnexDoctor *self, const char *id, gboolean thorough)
{
  Visit *visit = g_new0 (Visit, 1);

  visit->self = g_object_ref (self);
  visit->id = g_strdup (id);
  visit->thorough = thorough;
  return visit;
}

static DexFuture *
run_fiber (gpointer data)
{
  Visit *visit = data;
  g_autoptr (GPtrArray) results =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_check_result_free);

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    for (const AnnexDoctorCheck *check = groups[i]; check->id != NULL; check++)
      if (is_there (check))
        g_ptr_array_add (results, look (visit->self, check, visit->thorough));
  g_ptr_array_sort (results, compare); /* stable: a merge sort in GLib */
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&results));
}

DexFuture *
annex_doctor_run (AnnexDoctor *self, gboolean thorough)
{
  dex_return_error_if_fail (ANNEX_IS_DOCTOR (self));

  return annex_fiber_run (run_fiber, visit_new (self, NULL, thorough), visit_free);
}

static DexFuture *
look_fiber (gpointer data)
{
  Visit *visit = data;
  const AnnexDoctorCheck *check = find_check (visit->id);

  if (check == NULL)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("There is no check “%s”"),
                                    visit->id);
  return dex_future_new_take_boxed (ANNEX_TYPE_CHECK_RESULT,
                                    look (visit->self, check, visit->thorough));
}

DexFuture *
annex_doctor_look (AnnexDoctor *self, const char *id, gboolean thorough)
{
  dex_return_error_if_fail (ANNEX_IS_DOCTOR (self) && id != NULL);

  return annex_fiber_run (look_fiber, visit_new (self, id, thorough), visit_free);
}

static DexFuture *
repair_fiber (gpointer data)
{
  Visit *visit = data;
  const AnnexDoctorCheck *check = find_check (visit->id);
  GError *error = NULL;

  if (check == NULL || check->repair == NULL)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                    _ ("Annex cannot mend this by itself"));
  if (!check->repair (visit->self, &error))
    {
      annex_error_normalise (&error);
      return annex_future_new_error (error);
    }
  return dex_future_new_take_boxed (ANNEX_TYPE_CHECK_RESULT, look (visit->self, check, TRUE));
}

DexFuture *
annex_doctor_repair (AnnexDoctor *self, const char *id)
{
  dex_return_error_if_fail (ANNEX_IS_DOCTOR (self) && id != NULL);

  return annex_fiber_run (repair_fiber, visit_new (self, id, TRUE), visit_free);
}

char **
annex_doctor_dup_ids (void)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    for (const AnnexDoctorCheck *check = groups[i]; check->id != NULL; check++)
      if (is_there (check))
        g_strv_builder_add (ids, check->id);
  return g_strv_builder_end (ids);
}
