/* test-image-boot.c
 *
 * The installed image, started for real: it boots, keeps its channel through reconnects, every tool
 * it promises does real work, and it turns off when told.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-builder.h"
#include "annex-image-store.h"
#include "image-harness.h"
#include "image-machine.h"

#include <glib/gstdio.h>
#include <libdex.h>
#include <string.h>

static AnnexImage *image;
static ImageMachine *machine;

static char *
run (const char *command)
{
  char *output = NULL;
  int status = -1;

  g_assert_true (image_machine_run (machine, command, &status, &output));
  if (status != 0)
    g_error ("exit status %d of: %s\n%s", status, command, output);
  return output;
}

static void
assert_contains (const char *text, const char *wanted)
{
  if (strstr (text, wanted) == NULL)
    g_error ("\"%s\" is not in: %s", wanted, text);
}

static gboolean
is_missing (const char *package)
{
  return g_strv_contains ((const char *const *) annex_image_get_manifest (image)->missing, package);
}

static gboolean
is_about (guint64 said, guint64 is)
{
  return said > is / 3 * 2 && said < is / 2 * 3;
}

/* What is said before one is built is about what it comes to. */
static void
test_estimate (void)
{
  static const char *const extra[] = { "office.erofs", "office" };
  const AnnexImageManifest *manifest = annex_image_get_manifest (image);
  g_autofree char *folder = g_dir_make_tmp ("annex-image-XXXXXX", NULL);
  g_autoptr (AnnexImageStore) store = annex_image_store_new (folder);
  g_autoptr (AnnexImageBuilder) builder = NULL;
  gboolean office = FALSE;
  const AnnexImageEstimate *estimate;

  for (guint i = 0; i < G_N_ELEMENTS (extra); i++)
    office = office || annex_image_manifest_find_file (manifest, extra[i]) != NULL;
  builder = annex_image_builder_new (NULL, office);
  estimate = g_value_get_boxed (image_harness_wait (
      annex_image_source_estimate (ANNEX_IMAGE_SOURCE (builder), store, NULL), NULL));
  g_test_message ("said %" G_GUINT64_FORMAT ", is %" G_GUINT64_FORMAT, estimate->disk_bytes,
                  manifest->size_bytes);
  g_assert_true (is_about (estimate->disk_bytes, manifest->size_bytes));
  g_assert_cmpuint (estimate->download_bytes, >, 0);
  g_rmdir (folder);
}

/* 450 MB for what every computer needs: kernel, initramfs and base layer. */
static void
test_size (void)
{
  static const char *const parts[] = { "vmlinuz", "initramfs", "base.erofs" };
  const AnnexImageManifest *manifest = annex_image_get_manifest (image);
  guint64 size = 0;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    size += annex_image_manifest_find_file (manifest, parts[i])->size_bytes;
  g_test_message ("%" G_GUINT64_FORMAT " bytes", size);
  g_assert_cmpuint (size, <=, 450 * 1000 * 1000);
}

static void
test_boot (void)
{
  static const char *const steps[] = {
    "annex-init: loading drivers",      "annex-init: mounting disks",
    "annex-init: mounting the root",    "annex-init: preparing the system",
    "annex-init: starting the channel", "annex-init: ready"
  };
  gint64 start = g_get_monotonic_time ();
  g_autofree char *console = NULL;
  const char *at;

  machine = image_machine_start (image);
  g_test_message ("ready after %.1f s", (g_get_monotonic_time () - start) / 1e6);
  g_free (run ("true"));
  g_test_message ("first command after %.1f s", (g_get_monotonic_time () - start) / 1e6);
  at = console = image_machine_dup_console (machine);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      at = strstr (at, steps[i]);
      g_assert_nonnull (at);
    }
  g_assert_null (strstr (console, "kernel module"));
}

static void
test_system (void)
{
  g_autofree char *root =
      run ("id -u; hostname; umask; stat -c %A:%U /home/agent/outbox /folders; "
           "cat /sys/fs/cgroup/agent/pids.max; ip -br addr show lo; "
           "stat -f -c %T / /var/lib/annex; test -x /usr/lib/annex/annex-guest");
  g_autofree char *agent = image_machine_run_as_agent (
      machine, "id -un; pwd; sudo id -u; echo $LANG $https_proxy $NODE_EXTRA_CA_CERTS; touch x");
  g_autofree char *devices = run ("ls /sys/class/net; ls /sys/block");

  assert_contains (root, "0\nannex\n0022\n");
  assert_contains (root, "agent");
  assert_contains (root, "\n4096\n");
  assert_contains (root, "127.0.0.1/8");
  assert_contains (root, "overlayfs\next2/ext3\n");
  assert_contains (agent, "agent\n/home/agent\n0\nC.UTF-8 http://127.0.0.1:3128 "
                          "/etc/ssl/certs/ca-certificates.crt\n");
  /* No way out but the channel. */
  assert_contains (devices, "lo\n");
  g_assert_null (strstr (devices, "eth"));
}

/* Back-to-back connections: each meets a fresh sshd. */
static void
test_reconnect (void)
{
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *output = run ("echo $((6 * 7))");

      g_assert_cmpstr (output, ==, "42\n");
    }
}

/* A host that vanishes in the middle of a flood, and comes back at once. What was on its way may
 * spoil the next handshake, not the ones after it. */
static void
test_break_off (void)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *output = NULL;
      gboolean ok = FALSE;
      int status = -1;

      image_machine_break_off (machine);
      for (guint attempt = 0; attempt < 5 && !ok; attempt++)
        {
          g_clear_pointer (&output, g_free);
          ok = image_machine_run (machine, "echo back", &status, &output);
        }
      g_assert_true (ok);
      g_assert_cmpstr (output, ==, "back\n");
    }
}

typedef struct
{
  const char *name;
  const char *command; /* as the agent, in its home */
  const char *wanted;  /* in the output */
  const char *layer;   /* only with this layer, or NULL */
  const char *package; /* only if the build could get it, or NULL */
} Tool;

static const Tool tools[] = {
  { "python", "python3 -c 'import sys; print(sys.version_info.major)'", "3", NULL, NULL },
  { "python-modules",
    "python3 -c 'import numpy, scipy, pandas, matplotlib, openpyxl, pypdf, docx, PIL, requests, "
    "bs4, lxml, yaml, reportlab, xlsxwriter; print(\"all\")'",
    "all", NULL, NULL },
  { "openpyxl",
    "python3 -c 'import openpyxl as o; w = o.Workbook(); w.active[\"B2\"] = 42; "
    "w.save(\"t.xlsx\"); "
    "print(o.load_workbook(\"t.xlsx\").active[\"B2\"].value)'",
    "42", NULL, NULL },
  { "pandas",
    "python3 -c 'import pandas as p; p.DataFrame({\"a\": [1, 2]}).to_excel(\"p.xlsx\"); "
    "print(p.read_excel(\"p.xlsx\").a.sum())'",
    "3", NULL, NULL },
  { "matplotlib",
    "python3 -c 'import matplotlib.pyplot as p; p.plot([1, 2]); p.savefig(\"m.png\")' && file "
    "m.png",
    "PNG image data", NULL, NULL },
  { "python-pptx",
    "python3 -c 'import pptx; p = pptx.Presentation(); "
    "p.slides.add_slide(p.slide_layouts[0]); p.save(\"s.pptx\")' && file s.pptx",
    "PowerPoint", NULL, "python-pptx" },
  { "pandoc",
    "echo '# Quarterly' > a.md && pandoc a.md -o a.docx && pandoc a.md -o a.pptx && "
    "python3 -c 'import docx; print(docx.Document(\"a.docx\").paragraphs[0].text)'",
    "Quarterly", NULL, NULL },
  { "imagemagick",
    "convert -size 600x120 xc:white -font DejaVu-Sans -pointsize 48 "
    "-annotate +20+80 'Invoice 4711' t.png && convert t.png t.pdf && file t.pdf",
    "PDF document", NULL, NULL },
  { "tesseract", "tesseract t.png - -l eng", "Invoice 4711", NULL, NULL },
  { "tesseract-german", "tesseract --list-langs", "deu", NULL, NULL },
  { "ghostscript", "gs -q -dNOPAUSE -dBATCH -sDEVICE=png16m -sOutputFile=g.png t.pdf && file g.png",
    "PNG image data", NULL, NULL },
  { "qpdf", "qpdf --check t.pdf", "No syntax or stream encoding errors", NULL, NULL },
  { "pypdf", "python3 -c 'import pypdf; print(len(pypdf.PdfReader(\"t.pdf\").pages), \"page\")'",
    "1 page", NULL, NULL },
  { "poppler",
    "python3 -c 'from reportlab.pdfgen.canvas import Canvas as C; c = C(\"r.pdf\"); "
    "c.drawString(99, 99, \"Ledger\"); c.save()' && pdftotext r.pdf - && pdftoppm -png r.pdf r",
    "Ledger", NULL, NULL },
  { "ffmpeg",
    "ffmpeg -loglevel error -f lavfi -i testsrc=d=1:s=160x120 -c:v libx264 -y o.mp4 && "
    "ffprobe -loglevel error -show_entries stream=codec_name o.mp4",
    "h264", NULL, NULL },
  { "git",
    "git init -q g && cd g && git -c user.name=a -c user.email=a@example.org commit -q "
    "--allow-empty -m first && git log --oneline",
    "first", NULL, NULL },
  { "curl", "curl --version", "https", NULL, NULL },
  { "curl-proxy", "curl -sS http://example.org || true", "3128", NULL, NULL },
  { "ripgrep", "rg --files-with-matches Quarterly a.md", "a.md", NULL, NULL },
  { "jq", "echo '{\"a\":[1,2]}' | jq '.a|add'", "3", NULL, NULL },
  { "zip", "zip -q a.zip a.md && unzip -l a.zip && 7zz l a.zip | tail -1", "a.md", NULL, NULL },
  { "sqlite", "sqlite3 :memory: 'select 6*7'", "42", NULL, NULL },
  { "node", "node -e 'console.log(6*7)'", "42", NULL, NULL },
  { "npm",
    "mkdir -p dep app && cd dep && echo '{\"name\":\"dep\",\"version\":\"1.0.0\"}' > package.json "
    "&& "
    "npm pack --silent && cd ../app && npm init -y > /dev/null && "
    "npm install --offline --silent ../dep/dep-1.0.0.tgz && ls node_modules",
    "dep", NULL, NULL },
  { "npm-proxy", "npm config get proxy https-proxy cafile", "3128", NULL, NULL },
  { "pip",
    "python3 -c 'import zipfile; w = zipfile.ZipFile(\"probe-1-py3-none-any.whl\", \"w\"); "
    "w.writestr(\"probe.py\", \"x = 6 * 7\"); "
    "w.writestr(\"probe-1.dist-info/METADATA\", \"Metadata-Version: 2.1\\nName: probe\\nVersion: "
    "1\\n\"); "
    "w.writestr(\"probe-1.dist-info/WHEEL\", "
    "\"Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n\"); "
    "w.writestr(\"probe-1.dist-info/RECORD\", \"\"); w.close()' && "
    "pip install -q --no-index ./probe-1-py3-none-any.whl && python3 -c 'import probe; "
    "print(probe.x)'",
    "42", NULL, NULL },
  { "pip-proxy", "pip config list", "127.0.0.1:3128", NULL, NULL },
  { "venv", "python3 -m venv v && v/bin/pip --version", "pip", NULL, NULL },
  { "apt", "apt-config dump | grep -i proxy", "3128", NULL, NULL },
  { "certificates",
    "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 9 -subj "
    "/CN=Annex-probe "
    "2> /dev/null; sudo cp c.pem /usr/local/share/ca-certificates/probe.crt && "
    "sudo update-ca-certificates 2>&1",
    "1 added", NULL, NULL },
  { "libreoffice", "soffice --headless --convert-to pdf a.docx > /dev/null 2>&1; pdftotext a.pdf -",
    "Quarterly", "office", NULL },
  { "libreoffice-calc", "soffice --headless --convert-to csv t.xlsx > /dev/null 2>&1; cat t.csv",
    "42", "office", NULL },
};

static void
test_tool (gconstpointer data)
{
  const Tool *tool = data;
  g_autofree char *output = NULL;
  gint64 start = g_get_monotonic_time ();

  if (tool->layer != NULL && annex_image_get_layer (image, tool->layer) == NULL)
    {
      g_test_skip ("the image has no such layer");
      return;
    }
  if (tool->package != NULL && is_missing (tool->package))
    {
      g_test_skip ("the package index could not be reached when the image was built");
      return;
    }
  output = image_machine_run_as_agent (machine, tool->command);
  g_test_message ("%.1f s", (g_get_monotonic_time () - start) / 1e6);
  assert_contains (output, tool->wanted);
}

/* The hosts in the manifest are those of the three package managers. */
static void
test_package_hosts (void)
{
  static const char *const managers[] = { "apt", "npm", "pip" };

  for (guint i = 0; i < G_N_ELEMENTS (managers); i++)
    {
      g_auto (GStrv) hosts = annex_image_dup_package_hosts (image, managers[i]);

      g_assert_cmpuint (g_strv_length (hosts), >, 0);
    }
}

static void
test_power_off (void)
{
  g_autofree char *output = NULL, *console = NULL;
  int status;

  image_machine_run (machine, "poweroff", &status, &output);
  g_assert_true (image_machine_wait_end (machine, 30));
  console = image_machine_dup_console (machine);
  assert_contains (console, "annex-init: turning off");
}

int
main (int argc, char **argv)
{
  g_autoptr (AnnexImageStore) store = NULL;
  g_autoptr (GError) error = NULL;
  const GValue *value;
  int result;

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  store = annex_image_store_new (NULL);
  value = image_harness_wait (annex_image_store_open_current (store, NULL), &error);
  if (value == NULL)
    {
      g_print ("1..0 # SKIP %s\n", error->message);
      return 0;
    }
  image = g_value_dup_boxed (value);
  g_test_add_func ("/image/size", test_size);
  g_test_add_func ("/image/estimate", test_estimate);
  g_test_add_func ("/image/package-hosts", test_package_hosts);
  g_test_add_func ("/image/boot", test_boot);
  g_test_add_func ("/image/system", test_system);
  g_test_add_func ("/image/reconnect", test_reconnect);
  g_test_add_func ("/image/break-off", test_break_off);
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      g_autofree char *path = g_strconcat ("/image/tool/", tools[i].name, NULL);

      g_test_add_data_func (path, &tools[i], test_tool);
    }
  g_test_add_func ("/image/end/power-off", test_power_off);
  result = g_test_run ();
  g_clear_pointer (&machine, image_machine_free);
  g_clear_pointer (&image, annex_image_unref);
  return result;
}
