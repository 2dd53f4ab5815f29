"""Dashboards and monitors ask for numbers that somebody gives: dashboard.py GRAFANA-JSON METRICS TERRAFORM-FOLDER"""

import json
import re
import sys
from pathlib import Path

FUNCTIONS = {"sum", "rate", "max", "min", "time", "histogram_quantile", "by"}


def known(path):
    lines = [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {name: source for name, source in lines}


def asked(expression):
    """The names of the numbers in an expression of Prometheus, without labels, functions and times."""
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|by \([^)]*\)|\"[^\"]*\"", " ", expression)
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"[a-z_][a-z0-9_]*", bare)} - FUNCTIONS


def faults(dashboard, metrics, folder):
    taken = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        if cells & taken or place["x"] + place["w"] > 24:
            yield f"{panel['title']}: lies on another panel, or beyond the edge"
        taken |= cells
        for target in panel["targets"]:
            for name in asked(target["expr"]) - set(metrics):
                yield f"{panel['title']}: nobody gives {name}"
    text = "".join(path.read_text() for path in sorted(folder.glob("*.tf")))
    # The servers tell Datadog's agent by OTLP, with a dot after the first word and without `_total`. The broker's queues are called alike and are no numbers.
    for name in set(re.findall(r"(?<!queue:)\bbeadsbox\.([a-z_]+)", text)):
        if not {f"beadsbox_{name}", f"beadsbox_{name}_total"} & set(metrics):
            yield f"Datadog: nobody gives beadsbox_{name}"


def main():
    dashboard, metrics, folder = json.loads(Path(sys.argv[1]).read_text()), known(Path(sys.argv[2])), Path(sys.argv[3])
    found = sorted(set(faults(dashboard, metrics, folder)))
    print("\n".join(found) if found else f"{len(dashboard['panels'])} panels ask for what is given.")
    return bool(found)


sys.exit(main())
