"""What a release is made of, as CycloneDX 1.5: the modules of the Flatpak's manifest with their pins, the libraries
that meson found, and, with --image, the packages of the computer's image.

Two lists, told apart by the property annex:from: what meson found is what this machine built with; what the manifest
pins is what the Flatpak ships.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
APPLICATION = "annex"
STATUS = "/var/lib/dpkg/status"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/annex-desktop/annex")


def output_of(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True).stdout


def component(name, version, origin, **more):
    found = {"type": "library", "bom-ref": f"{origin}:{name}", "name": name}
    if version:
        found["version"] = version
    return found | more | {"properties": [{"name": "annex:from", "value": origin}]}


def version_of(source):
    """Of a tag or an archive's name: the first number with a dot in its last part."""
    text = source.get("tag") or source["url"].rsplit("/", 1)[-1]
    found = re.search(r"\d+(?:\.\d+)+(?:\.gfm\.\d+)?", text)
    return found[0] if found else ""


def modules():
    """What the Flatpak is built from, Annex itself left out."""
    manifest = json.loads(output_of(CHECKOUT / "flatpak/manifest"))
    for module in manifest["modules"]:
        source = next((source for source in module["sources"] if "url" in source), None)
        if source is None:
            continue
        more = {"externalReferences": [{"type": "distribution" if "sha256" in source else "vcs", "url": source["url"]}]}
        if "sha256" in source:
            more["hashes"] = [{"alg": "SHA-256", "content": source["sha256"]}]
        elif "commit" in source:
            more["pedigree"] = {"commits": [{"uid": source["commit"], "url": source["url"]}]}
        yield component(module["name"], version_of(source), "manifest", **more)
    for key in ("runtime", "sdk"):
        yield component(manifest[key], manifest["runtime-version"], "manifest") | {"type": "platform"}
    for lock in sorted((CHECKOUT / "flatpak/crates").glob("*/Cargo.toml")):
        name, _, version = lock.parent.name.rpartition("-")
        yield component(name, version, "crates", purl=f"pkg:cargo/{name}@{version}")


def libraries(build):
    for found in json.loads(output_of("meson", "introspect", "--dependencies", build)):
        if found["type"] == "pkgconfig" and found["name"] != "python3":
            yield component(found["name"], found["version"], "meson")


def packages(image):
    """Those that dpkg's status in the base layer has as installed."""
    text = output_of("dump.erofs", "--cat", f"--path={STATUS}", image / "base.erofs")
    for block in text.split("\n\n"):
        field = dict(re.findall(r"(?m)^([\w-]+): (.*)$", block))
        if field.get("Status", "").endswith(" installed"):
            name, version = field["Package"], field["Version"]
            purl = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={field['Architecture']}"
            yield component(name, version, "image", purl=purl)


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--version", required=True)
    words.add_argument("--commit", required=True)
    words.add_argument("--build", required=True, type=pathlib.Path)
    words.add_argument("--image", type=pathlib.Path)
    given = words.parse_args()
    parts = [*modules(), *libraries(given.build), *(packages(given.image) if given.image else ())]
    parts = sorted({part["bom-ref"]: part for part in parts}.values(), key=lambda part: part["bom-ref"])
    when = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    json.dump({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, given.commit + str(given.image is not None))}",
        "version": 1,
        "metadata": {
            "timestamp": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application", "bom-ref": APPLICATION, "name": APPLICATION, "version": given.version,
                "licenses": [{"license": {"id": "GPL-3.0-or-later"}}],
                "pedigree": {"commits": [{"uid": given.commit}]},
            },
        },
        "components": parts,
        "dependencies": [{"ref": APPLICATION, "dependsOn": [part["bom-ref"] for part in parts]}],
    }, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
