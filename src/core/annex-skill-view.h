/* annex-skill-view.h
 *
 * What a person sees and edits of skills: a whole skill, a package before it is installed, a draft,
 * what looks private in one, and where plugins come from. Plain values; texts are untrusted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-library.h"
#include "annex-skill-need.h"

G_BEGIN_DECLS

/* ---- a skill */

typedef enum {
  ANNEX_SKILL_FILE_SAME,
  ANNEX_SKILL_FILE_ADDED,
  ANNEX_SKILL_FILE_CHANGED,
  ANNEX_SKILL_FILE_REMOVED,
} AnnexSkillChange;

/* "same", "added", "changed", "removed". */
const char *
annex_skill_change_to_name (AnnexSkillChange change);

#define ANNEX_TYPE_SKILL_PART (annex_skill_part_get_type ())
/* A file of a skill. */
typedef struct
{
  char *path;         /* relative to the skill's folder */
  guint64 size_bytes; /* of a removed one: that it had */
  gboolean runs;      /* a program or a script */
  gboolean executable;
  AnnexSkillChange change; /* against the installed version; ADDED where there is none */
  char *diff;              /* unified, of a changed text; nullable */
} AnnexSkillPart;
GType
annex_skill_part_get_type (void) G_GNUC_CONST;
AnnexSkillPart *
annex_skill_part_copy (const AnnexSkillPart *self);
void
annex_skill_part_free (AnnexSkillPart *self);

#define ANNEX_TYPE_SKILL_VIEW (annex_skill_view_get_type ())
/* A skill, whole. */
typedef struct
{
  char *name;
  char *description;
  char *license;        /* nullable */
  char *compatibility;  /* nullable */
  char **tools;         /* "allowed-tools": patterns */
  JsonObject *metadata; /* of strings, the declarations of needs among them */
  char *body;           /* Markdown */
  char *text;           /* SKILL.md as it is */
  GPtrArray *parts;     /* AnnexSkillPart, sorted, SKILL.md among them */
  GPtrArray *needs;     /* AnnexSkillNeed; with the user's values where it is installed */
  char **hosts;         /* that its texts name */
  char **warnings;      /* what was wrong and is borne */
  char **problems;      /* rules of the format that it breaks; it cannot be passed on with those */
  gboolean installed;   /* a version of its name is in the library */
  gboolean changed;     /* and this is another one */
  gboolean is_command;  /* was a plugin's command */
  AnnexSkillInfo *info; /* where it is in the library; NULL in a package */
} AnnexSkillView;
GType
annex_skill_view_get_type (void) G_GNUC_CONST;
AnnexSkillView *
annex_skill_view_new (void);
AnnexSkillView *
annex_skill_view_copy (const AnnexSkillView *self);
void
annex_skill_view_free (AnnexSkillView *self);
/* Does any of its files run? */
gboolean
annex_skill_view_runs (const AnnexSkillView *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSkillView, annex_skill_view_free)

#define ANNEX_TYPE_SKILL_VERSION (annex_skill_version_get_type ())
typedef struct
{
  char *id;
  char *source; /* where it came from, for people; nullable */
  gint64 installed_us;
  gboolean current;
} AnnexSkillVersion;
GType
annex_skill_version_get_type (void) G_GNUC_CONST;
AnnexSkillVersion *
annex_skill_version_copy (const AnnexSkillVersion *self);
void
annex_skill_version_free (AnnexSkillVersion *self);

/* ---- a package, before it is installed */

#define ANNEX_TYPE_SKILL_OFFER (annex_skill_offer_get_type ())
typedef struct
{
  char *source;          /* the file's name, or the plugin and its marketplace; for people */
  char *plugin;          /* the plugin's name; NULL of single skills */
  char *version;         /* of the plugin; nullable */
  char *commit;          /* that an address was fetched at; nullable */
  GPtrArray *skills;     /* AnnexSkillView, one at least, or there are connectors */
  GPtrArray *connectors; /* char *: JSON texts {"mcpServers": …} for the paste of connectors */
  char **left_out;       /* what is not taken, in plain words: hooks, agents, links … */
  char **gone;           /* skills of the installed plugin that this one has no more */
  GObject *staged;       /* keeps it on the disk until it is installed or let go */
} AnnexSkillOffer;
GType
annex_skill_offer_get_type (void) G_GNUC_CONST;
AnnexSkillOffer *
annex_skill_offer_copy (const AnnexSkillOffer *self);
void
annex_skill_offer_free (AnnexSkillOffer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSkillOffer, annex_skill_offer_free)

/* ---- writing */

#define ANNEX_TYPE_SKILL_DRAFT (annex_skill_draft_get_type ())
typedef struct
{
  char *name;
  char *description;
  char *license;        /* nullable */
  char *compatibility;  /* nullable */
  char *tools;          /* "allowed-tools"; nullable */
  char *body;           /* Markdown: the steps */
  JsonObject *metadata; /* of strings; nullable */
  char *base; /* the skill in the library it is made of: its other files are kept; nullable */
  GHashTable *files; /* path → GBytes: new and changed files; an empty entry (NULL) removes one */
} AnnexSkillDraft;
GType
annex_skill_draft_get_type (void) G_GNUC_CONST;
AnnexSkillDraft *
annex_skill_draft_new (void);
AnnexSkillDraft *
annex_skill_draft_copy (const AnnexSkillDraft *self);
void
annex_skill_draft_free (AnnexSkillDraft *self);
/* @bytes nullable: the file is taken away. */
void
annex_skill_draft_set_file (AnnexSkillDraft *self, const char *path, GBytes *bytes);
/* Declares @need in the metadata, or changes it. */
void
annex_skill_draft_set_need (AnnexSkillDraft *self, const AnnexSkillNeed *need);
/* Takes the need @id and all that is said of it out of the metadata. */
void
annex_skill_draft_remove_need (AnnexSkillDraft *self, const char *id);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSkillDraft, annex_skill_draft_free)

#define ANNEX_TYPE_SKILL_FAULT (annex_skill_fault_get_type ())
/* A rule of the format that a draft breaks. */
typedef struct
{
  char *field;   /* name, description, license, compatibility, metadata, allowed-tools, body, files;
                  * "" of the text as a whole */
  char *message; /* one sentence */
} AnnexSkillFault;
GType
annex_skill_fault_get_type (void) G_GNUC_CONST;
AnnexSkillFault *
annex_skill_fault_copy (const AnnexSkillFault *self);
void
annex_skill_fault_free (AnnexSkillFault *self);

/* ---- what looks private, before a skill is passed on */

typedef enum {
  ANNEX_EXPOSURE_MAIL,
  ANNEX_EXPOSURE_PHONE,
  ANNEX_EXPOSURE_STREET,
  ANNEX_EXPOSURE_ACCOUNT, /* IBAN with a right sum, or a card number with one */
  ANNEX_EXPOSURE_KEY,     /* keys, tokens, passwords */
  ANNEX_EXPOSURE_PATH,    /* in a home folder */
  ANNEX_EXPOSURE_NAME,    /* the user's */
  ANNEX_EXPOSURE_SHARE,   /* the name of a folder that was shared */
  ANNEX_EXPOSURE_VALUE,   /* what the user gave the skill as a value of their own */
} AnnexExposureKind;

/* "mail", "phone" … */
const char *
annex_exposure_kind_to_name (AnnexExposureKind kind);

typedef enum {
  ANNEX_EXPOSURE_KEEP,
  ANNEX_EXPOSURE_ASK,    /* replaced by a question: {{annex.ID}}, and a need in the metadata */
  ANNEX_EXPOSURE_REMOVE, /* taken out */
} AnnexExposureChoice;

#define ANNEX_TYPE_EXPOSURE (annex_exposure_get_type ())
typedef struct
{
  AnnexExposureKind kind;
  char *path; /* in the skill */
  char *text;
  char *line_text; /* the line it is in, shortened */
  char *need_id;   /* that a question for it would have; the same for the same text */
  gsize offset_bytes;
  guint line;                 /* from 1 */
  guint column;               /* from 1, in characters */
  AnnexExposureChoice choice; /* KEEP until the user decides */
} AnnexExposure;
GType
annex_exposure_get_type (void) G_GNUC_CONST;
AnnexExposure *
annex_exposure_copy (const AnnexExposure *self);
void
annex_exposure_free (AnnexExposure *self);

#define ANNEX_TYPE_EXPOSURES (annex_exposures_get_type ())
/* What looks private in a skill, and what was not looked through. */
typedef struct
{
  GPtrArray *list; /* AnnexExposure by file and place */
  char **unseen;   /* files that are no text or too large, or hold more than is listed */
  char *digest;    /* of the skill that was looked through */
} AnnexExposures;
GType
annex_exposures_get_type (void) G_GNUC_CONST;
AnnexExposures *
annex_exposures_copy (const AnnexExposures *self);
void
annex_exposures_free (AnnexExposures *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexExposures, annex_exposures_free)

/* ---- plugins */

#define ANNEX_TYPE_SKILL_PLUGIN (annex_skill_plugin_get_type ())
/* A plugin that a marketplace lists, or that is installed, or both. */
typedef struct
{
  char *name;
  char *description; /* untrusted; "" */
  char *market;      /* nullable: installed from a file or a folder */
  char *version;     /* that the marketplace has, or the installed one; nullable */
  char *fault;       /* why it cannot be opened; nullable */
  gboolean installed;
  gboolean outdated; /* the marketplace has another version */
  gint64 installed_us;
  char **skills; /* names of those that are installed of it */
} AnnexSkillPlugin;
GType
annex_skill_plugin_get_type (void) G_GNUC_CONST;
AnnexSkillPlugin *
annex_skill_plugin_copy (const AnnexSkillPlugin *self);
void
annex_skill_plugin_free (AnnexSkillPlugin *self);

#define ANNEX_TYPE_SKILL_MARKET (annex_skill_market_get_type ())
typedef struct
{
  char *name;
  char *description; /* untrusted; "" */
  char *owner;       /* untrusted; nullable */
  char *address;     /* https address, or a folder; "" where that cannot be read */
  char *commit;      /* what it is pinned to; NULL of a folder or an archive */
  gint64 fetched_us;
  char *fault;        /* why it cannot be read, with no plugins then; nullable */
  GPtrArray *plugins; /* AnnexSkillPlugin */
} AnnexSkillMarket;
GType
annex_skill_market_get_type (void) G_GNUC_CONST;
AnnexSkillMarket *
annex_skill_market_copy (const AnnexSkillMarket *self);
void
annex_skill_market_free (AnnexSkillMarket *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSkillMarket, annex_skill_market_free)

G_END_DECLS
