/* annex-banners.c
 *
 * See annex-banners.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-banners.h"

#include "annex-computer-setup.h"
#include "annex-text.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

struct _AnnexBanners
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  GSignalGroup *desk_signals;
  GSettings *settings; /* nullable */
  GHashTable *seen;    /* ids of notices whose details were opened */
  char *check_id;      /* nullable */
  gboolean is_notice;
  gboolean offers_setup;

  AdwBanner *banner;
};

enum { PROP_DESK = 1, PROP_CHECK_ID, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AnnexBanners, annex_banners, ADW_TYPE_BIN)

/* What lasts and matters, the worst first. A check that is not here is on the doctor page only,
 * unless it has failed. */
static const struct
{
  const char *id;
  const char *failed;
  const char *notice; /* nullable: then a notice is no banner */
} conditions[] = {
  { "place", N_ ("A disk that Annex works on cannot be reached"), NULL },
  { "disk", N_ ("Your disk is almost full: tasks may stop"), N_ ("Your disk is getting full") },
  { "space", N_ ("Annex has used up the disk space you let it take"),
    N_ ("Annex has almost used up the disk space you let it take") },
  { "store", N_ ("Your tasks cannot be stored"), NULL },
  { "folder", N_ ("Your tasks cannot be stored"), NULL },
  { "network", N_ ("Your system’s proxy does not let Annex out: hosted models cannot be reached"),
    N_ ("You are offline: hosted models cannot be reached") },
  { "model", N_ ("The model cannot be used: its key is refused, or it cannot be reached"), NULL },
  { "keyring", N_ ("Stored keys cannot be read: the keyring is locked or does not work"),
    N_ ("There is no keyring: keys are forgotten when Annex is closed") },
  { "kvm", N_ ("Fast virtual machines are not available here"),
    N_ ("Fast virtual machines are not available here: Annex’s computer is slow") },
  { "image", N_ ("Annex’s computer is not set up: Annex can talk, but not work on files"), NULL },
};

static int
rank (const AnnexCheckResult *check)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (conditions); i++)
    if (g_str_equal (conditions[i].id, check->id))
      break;
  return (check->state == ANNEX_CHECK_FAILED ? 0 : 100) + (int) i;
}

/* A computer that can be set up. */
static gboolean
offers_setup (const AnnexCheckResult *check)
{
  return g_str_equal (check->id, "image") && check->repair != NULL;
}

static char *
dup_words (const AnnexCheckResult *check)
{
  if (g_str_equal (check->id, "image") && check->state == ANNEX_CHECK_FAILED &&
      !offers_setup (check))
    return g_strdup (check->sentence);
  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++)
    if (g_str_equal (conditions[i].id, check->id))
      {
        const char *words =
            check->state == ANNEX_CHECK_FAILED ? conditions[i].failed : conditions[i].notice;

        return words != NULL ? g_strdup (_ (words)) : NULL;
      }
  return check->state == ANNEX_CHECK_FAILED
             ? g_strdup_printf (_ ("Needs attention: %s"), check->title)
             : NULL;
}

/* Does Annex think on somebody else's machine? */
static gboolean
needs_network (AnnexBanners *self)
{
  g_autoptr (GPtrArray) profiles = annex_desk_dup_profiles (self->desk);

  for (guint i = 0; i < profiles->len; i++)
    {
      const AnnexModelProfile *profile = g_ptr_array_index (profiles, i);
      g_autoptr (GUri) uri = profile->base_url != NULL
                                 ? g_uri_parse (profile->base_url, G_URI_FLAGS_NONE, NULL)
                                 : NULL;
      const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

      if (profile->is_default)
        return !g_str_equal (profile->provider, "tour") &&
               (host == NULL || (!g_str_equal (host, "localhost") && !g_str_equal (host, "::1") &&
                                 !g_str_has_prefix (host, "127.")));
    }
  return FALSE;
}

static gboolean
is_told (AnnexBanners *self, const AnnexCheckResult *check)
{
  g_autofree char *words = NULL;

  if (g_str_equal (check->id, "network"))
    return (check->state == ANNEX_CHECK_FAILED || check->state == ANNEX_CHECK_NOTICE) &&
           needs_network (self);
  if (check->state != ANNEX_CHECK_FAILED && check->state != ANNEX_CHECK_NOTICE)
    return FALSE;
  if (check->state == ANNEX_CHECK_NOTICE && g_hash_table_contains (self->seen, check->id))
    return FALSE;
  words = dup_words (check);
  return words != NULL;
}

static void
save_seen (AnnexBanners *self)
{
  g_autofree const char **ids = (const char **) g_hash_table_get_keys_as_array (self->seen, NULL);

  if (self->settings != NULL)
    g_settings_set_strv (self->settings, "seen-notices", ids);
}

/* What is over is told again when it comes again. */
static void
forget_over (AnnexBanners *self, GPtrArray *checks)
{
  gboolean forgot = FALSE;

  for (guint i = 0; checks != NULL && i < checks->len; i++)
    {
      const AnnexCheckResult *check = g_ptr_array_index (checks, i);

      forgot |= check->state == ANNEX_CHECK_OK && g_hash_table_remove (self->seen, check->id);
    }
  if (forgot)
    save_seen (self);
}

static void
update (AnnexBanners *self)
{
  g_autoptr (GPtrArray) checks = self->desk != NULL ? annex_desk_dup_checks (self->desk) : NULL;
  const AnnexCheckResult *worst = NULL;

  forget_over (self, checks);
  for (guint i = 0; checks != NULL && i < checks->len; i++)
    {
      const AnnexCheckResult *check = g_ptr_array_index (checks, i);

      if (is_told (self, check) && (worst == NULL || rank (check) < rank (worst)))
        worst = check;
    }
  if (worst != NULL)
    {
      g_autofree char *words = dup_words (worst);
      g_autofree char *shown = annex_text_for_display (words);

      adw_banner_set_title (self->banner, shown);
      self->offers_setup = offers_setup (worst);
      self->is_notice = worst->state == ANNEX_CHECK_NOTICE && !g_str_equal (worst->id, "network");
      adw_banner_set_button_label (self->banner, offers_setup (worst) ? _ ("_Set Up…")
                                                 : g_str_equal (worst->id, "space")
                                                     ? _ ("_Free Space…")
                                                     : _ ("_Details"));
    }
  self->offers_setup = self->offers_setup && worst != NULL;
  adw_banner_set_revealed (self->banner, worst != NULL);
  if (g_set_str (&self->check_id, worst != NULL ? worst->id : NULL))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHECK_ID]);
}

static void
clicked_cb (AnnexBanners *self)
{
  if (self->check_id != NULL && self->is_notice)
    {
      g_hash_table_add (self->seen, g_strdup (self->check_id));
      save_seen (self);
    }
  if (self->offers_setup)
    annex_computer_setup_present (self->desk, GTK_WIDGET (self));
  else if (g_strcmp0 (self->check_id, "space") == 0)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.space", NULL);
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.doctor", NULL);
  update (self);
}

static void
annex_banners_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexBanners *self = ANNEX_BANNERS (object);

  if (id == PROP_DESK)
    g_value_set_object (value, self->desk);
  else if (id == PROP_CHECK_ID)
    g_value_set_string (value, self->check_id);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_banners_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexBanners *self = ANNEX_BANNERS (object);

  if (id != PROP_DESK)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  if (!g_set_object (&self->desk, g_value_get_object (value)))
    return;
  g_signal_group_set_target (self->desk_signals, self->desk);
  update (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
annex_banners_dispose (GObject *object)
{
  AnnexBanners *self = ANNEX_BANNERS (object);

  if (self->desk_signals != NULL)
    g_signal_group_set_target (self->desk_signals, NULL);
  g_clear_object (&self->desk_signals);
  g_clear_object (&self->desk);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (annex_banners_parent_class)->dispose (object);
}

static void
annex_banners_finalize (GObject *object)
{
  AnnexBanners *self = ANNEX_BANNERS (object);

  g_hash_table_unref (self->seen);
  g_free (self->check_id);
  G_OBJECT_CLASS (annex_banners_parent_class)->finalize (object);
}

static void
annex_banners_class_init (AnnexBannersClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = annex_banners_get_property;
  object_class->set_property = annex_banners_set_property;
  object_class->dispose = annex_banners_dispose;
  object_class->finalize = annex_banners_finalize;
  properties[PROP_DESK] =
      g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_CHECK_ID] =
      g_param_spec_string ("check-id", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
annex_banners_init (AnnexBanners *self)
{
  g_auto (GStrv) seen = NULL;

  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->settings = annex_ui_dup_settings ();
  if (self->settings != NULL)
    seen = g_settings_get_strv (self->settings, "seen-notices");
  for (guint i = 0; seen != NULL && seen[i] != NULL; i++)
    g_hash_table_add (self->seen, g_strdup (seen[i]));
  self->banner = ADW_BANNER (adw_banner_new (""));
  adw_banner_set_use_markup (self->banner, FALSE);
  adw_banner_set_button_label (self->banner, _ ("_Details"));
  g_signal_connect_object (self->banner, "button-clicked", G_CALLBACK (clicked_cb), self,
                           G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->banner));
  self->desk_signals = g_signal_group_new (ANNEX_TYPE_DESK);
  g_signal_group_connect_swapped (self->desk_signals, "checks-changed", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->desk_signals, "profiles-changed", G_CALLBACK (update),
                                  self);
}

GtkWidget *
annex_banners_new (AnnexDesk *desk)
{
  return g_object_new (ANNEX_TYPE_BANNERS, "desk", desk, NULL);
}

const char *
annex_banners_get_check_id (AnnexBanners *self)
{
  g_return_val_if_fail (ANNEX_IS_BANNERS (self), NULL);
  return self->check_id;
}
