#!/usr/bin/env python3
"""The files of data/ agree with each other: ids, names, object paths, icons, actions.

test-data.py DATA_SOURCE DATA_BUILD
"""
import configparser
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

APP = "io.github.annex_desktop.Annex"
source, build = sys.argv[1:3]
number = 0
failed = False


def check(what, truth):
    global number, failed
    number += 1
    failed |= not truth
    print(f"{'ok' if truth else 'not ok'} {number} {what}")


def ini(folder, name):
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str
    parser.read(os.path.join(folder, name), encoding="utf-8")
    return parser


def xml(folder, name):
    return tree.parse(os.path.join(folder, name)).getroot()


desktop = ini(build, APP + ".desktop")
entry = desktop["Desktop Entry"]
check("the launcher names the app's icon", entry["Icon"] == APP)
check("nothing is left to be filled in",
      not any("@" in value for section in desktop.values() for value in section.values()))
check("every action of the launcher is there",
      all(f"Desktop Action {action}" in desktop for action in entry["Actions"].strip(";").split(";")))

service = ini(build, APP + ".service")["D-BUS Service"]
check("the bus starts the app by its id", service["Name"] == APP and
      service["Exec"].endswith("/annex --gapplication-service"))

provider = ini(source, APP + ".search-provider.ini")["Shell Search Provider"]
check("the search provider belongs to the launcher", provider["DesktopId"] == APP + ".desktop" and
      provider["BusName"] == APP and provider["Version"] == "2" and
      provider["ObjectPath"] == "/" + APP.replace(".", "/") + "/SearchProvider")
interface = xml(source, APP + ".SearchProvider2.xml").find("interface")
check("the search interface is whole", {method.get("name") for method in interface} == {
    "GetInitialResultSet", "GetSubsearchResultSet", "GetResultMetas", "ActivateResult", "LaunchSearch"})

schema = xml(source, APP + ".gschema.xml").find("schema")
check("the settings are the app's", schema.get("id") == APP and
      schema.get("path") == "/" + APP.replace(".", "/") + "/")
check("every setting says what it is", all(key.findtext("summary") for key in schema.iter("key")))

mime = xml(source, APP + ".mime.xml")
kind = mime.find("{*}mime-type").get("type")
check("the type of an export is opened by the launcher", kind in entry["MimeType"].split(";"))
check("links are opened by the launcher", "x-scheme-handler/annex" in entry["MimeType"].split(";"))
with tempfile.TemporaryDirectory() as folder:
    packages = os.path.join(folder, "packages")
    os.mkdir(packages)
    with open(os.path.join(source, APP + ".mime.xml"), "rb") as original:
        with open(os.path.join(packages, "annex.xml"), "wb") as copy:
            copy.write(original.read())
    made = subprocess.run(["update-mime-database", folder], capture_output=True, text=True)
    with open(os.path.join(folder, "globs"), encoding="utf-8") as globs:
        check("the MIME database takes it",
              made.returncode == 0 and f"{kind}:*.annex" in globs.read())

metainfo = xml(build, APP + ".metainfo.xml")
check("the summary is short", 10 <= len(metainfo.findtext("summary")) <= 35)
check("the export's type is in the metainfo",
      kind in [node.text for node in metainfo.iter("mediatype")])
check("two colours stand for the app", len(metainfo.findall("branding/color")) == 2)

for name, size in ((APP + ".svg", "128"), (APP + "-symbolic.svg", "16")):
    root = xml(os.path.join(source, "icons"), name)
    check(f"{name} is on its grid", root.get("viewBox") == f"0 0 {size} {size}")
actions = os.path.join(source, "..", "ui", "icons", "scalable", "actions")
for name in sorted(os.listdir(actions)):
    root = xml(actions, name)
    shapes = [node for node in root.iter() if node.tag.endswith("}path")]
    check(f"{name} can be recoloured: filled paths alone on the 16 px grid",
          root.get("viewBox") == "0 0 16 16" and shapes and
          all(node.get("fill") == "#222222" and node.get("stroke") is None for node in shapes))

print(f"1..{number}")
sys.exit(failed)
