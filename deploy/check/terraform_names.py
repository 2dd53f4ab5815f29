"""Every name in the Terraform code exists: resources, blocks and attributes in the providers, variables, locals, modules and outputs here.

`terraform validate` knows this with the providers, which not every machine can fetch. Their attributes are also in the packages that
the providers' makers publish for the CDK, and those are read here. Says what it does not find, and ends with 1 then.

    terraform_names.py FOLDER PACKAGE…
"""

import io
import re
import sys
import tarfile
import zipfile
from pathlib import Path

import hcl2

META = {"count", "for_each", "provider", "depends_on", "lifecycle", "connection", "provisioner", "dynamic"}
OWN = {"__is_block__", "__comments__", "__inline_comments__"}
PART = r"([A-Za-z_][A-Za-z0-9_]*)"


def camel(name):
    """As the CDK writes it."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


class Provider:
    """What one provider takes and gives, out of its package."""

    def __init__(self, package):
        with zipfile.ZipFile(package) as wheel:
            inner = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
            self.name = re.search(r"provider-(\w+)@", inner)[1]
            self.archive = tarfile.open(fileobj=io.BytesIO(wheel.read(inner)))
        self.files = {name for name in self.archive.getnames() if name.endswith("/index.d.ts")}
        self.read = {}

    def text(self, kind, type_name):
        short = type_name.removeprefix(f"{self.name}_").replace("_", "-")
        path = f"package/lib/{'data-' + self.name + '-' if kind == 'data' else ''}{short}/index.d.ts"
        if path not in self.read:
            self.read[path] = self.archive.extractfile(path).read().decode() if path in self.files else None
        return self.read[path]


def interfaces(text):
    """By interface: by attribute in Terraform's words, whether it must be given, and the interface of its block if it is one."""
    found = {}
    for name, body in re.findall(r"export interface (\w+)[^{]*\{\n(.*?)\n\}", text, re.DOTALL):
        given = re.findall(r"#(\w+) [^}]*\}(?:.*?)readonly (\w+)(\??): ([^;]+);", body, re.DOTALL)
        found[name] = {camel(snake): (optional != "?", re.match(r"\w*", kind)[0]) for snake, _, optional, kind in given}
    return found


class Check:
    def __init__(self, folder, providers):
        self.folder, self.providers, self.faults = folder, providers, []
        self.modules = {path: self.load(path) for path in sorted({file.parent for file in folder.rglob("*.tf") if ".terraform" not in file.parts})}

    def load(self, path):
        blocks = {}
        for file in sorted(path.glob("*.tf")):
            for kind, found in plain(hcl2.loads(file.read_text())).items():
                blocks.setdefault(kind, []).extend(found if isinstance(found, list) else [])
        return blocks

    def fault(self, path, words):
        self.faults.append(f"{path.relative_to(self.folder.parent)}: {words}")

    def run(self):
        for path, blocks in self.modules.items():
            for kind in ("resource", "data"):
                for block in blocks.get(kind, []):
                    for type_name, named in block.items():
                        for name, body in named.items():
                            self.resource(path, kind, type_name, name, body)
            for block in blocks.get("module", []):
                for name, body in block.items():
                    self.call(path, name, body)
            self.references(path, blocks)
        return self.faults

    def resource(self, path, kind, type_name, name, body):
        provider = next((one for one in self.providers if type_name.startswith(f"{one.name}_")), None)
        text = provider and provider.text(kind, type_name)
        if not text:
            return self.fault(path, f"no provider knows {kind} {type_name}")
        known = interfaces(text)
        main = re.search(r"export interface (\w+) extends cdktf.TerraformMetaArguments", text)[1]
        self.block(path, f"{type_name}.{name}", body, main, known)

    def block(self, path, where, body, interface, known):
        takes = known[interface]
        given = {key: value for key, value in body.items() if key not in META | OWN}
        for dynamic in body.get("dynamic", []):
            for key, inner in dynamic.items():
                given[key] = inner["content"] if isinstance(inner, dict) else inner
        for key, value in given.items():
            if camel(key) not in takes:
                self.fault(path, f"{where} has no {key}")
                continue
            inner = takes[camel(key)][1]
            for one in value if isinstance(value, list) else [value]:
                if inner in known and isinstance(one, dict) and one.get("__is_block__"):
                    self.block(path, f"{where}.{key}", one, inner, known)
        for key, (needed, _) in takes.items():
            if needed and key not in {camel(one) for one in given}:
                self.fault(path, f"{where} lacks {key}")

    def call(self, path, name, body):
        target = (path / body["source"]).resolve()
        variables = names_of(self.modules.get(target, {}), "variable")
        given = set(body) - META - OWN - {"source", "version", "providers"}
        for key in given - set(variables):
            self.fault(path, f"module {name} takes no {key}")
        for key in {key for key, one in variables.items() if "default" not in one} - given:
            self.fault(path, f"module {name} lacks {key}")

    def references(self, path, blocks):
        text = "\n".join(re.sub(r"^\s*#.*$", "", file.read_text(), flags=re.M) for file in sorted(path.glob("*.tf")))
        variables, local = names_of(blocks, "variable"), {key for block in blocks.get("locals", []) for key in block}
        for name in re.findall(rf"\bvar\.{PART}", text):
            if name not in variables:
                self.fault(path, f"there is no var.{name}")
        for name in variables:
            if not re.search(rf"\bvar\.{name}\b", text):
                self.fault(path, f"nobody uses var.{name}")
        for name in re.findall(rf"\blocal\.{PART}", text):
            if name not in local:
                self.fault(path, f"there is no local.{name}")
        calls = {name: (path / body["source"]).resolve() for block in blocks.get("module", []) for name, body in block.items()}
        for name, output in re.findall(rf"\bmodule\.{PART}(?:\[[^]]*\])?\.{PART}", text):
            if name not in calls or output not in names_of(self.modules.get(calls[name], {}), "output"):
                self.fault(path, f"there is no module.{name}.{output}")
        self.attributes(path, blocks, text)

    def attributes(self, path, blocks, text):
        for data, type_name, name, attribute in re.findall(rf"(data\.)?\b((?:aws|datadog)_\w+)\.{PART}(?:\[[^]]*\])?\.{PART}", text):
            kind = "data" if data else "resource"
            if not any(name in block.get(type_name, {}) for block in blocks.get(kind, [])):
                self.fault(path, f"there is no {data}{type_name}.{name}")
                continue
            own = next(one for one in self.providers if type_name.startswith(f"{one.name}_")).text(kind, type_name) or ""
            if not re.search(rf"\b(get|readonly) {camel(attribute)}\b", own):
                self.fault(path, f"{data}{type_name}.{name} gives no {attribute}")


def names_of(blocks, kind):
    return {name: body for block in blocks.get(kind, []) for name, body in block.items()}


def plain(value):
    """Without the quotes that the parser leaves around strings and labels."""
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.strip('"') if isinstance(value, str) else value


def main():
    folder, packages = Path(sys.argv[1]).resolve(), sys.argv[2:]
    faults = sorted(set(Check(folder, [Provider(package) for package in packages]).run()))
    print("\n".join(faults) if faults else "Every name in the Terraform code exists.")
    return bool(faults)


sys.exit(main())
