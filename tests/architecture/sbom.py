"""Write the list of what the product is made of, with licences, as CycloneDX 1.6 JSON: `make sbom`.

Made from the metadata of what is installed, so it tells what really runs; equal for equal dependencies, without a date.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version

from tests.architecture.test_licences import CHOSEN, SAID_ELSEWHERE, licence, needed_packages


def bill() -> dict[str, object]:
    """Return the bill of materials of the product, without what only tests and benches need."""
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{package.version}",
            "name": name,
            "version": package.version,
            "purl": f"pkg:pypi/{name}@{package.version}",
            "licenses": [
                {
                    "license": {
                        "name": CHOSEN.get(name) or SAID_ELSEWHERE.get(name) or licence(package)[:200] or "not stated"
                    }
                }
            ],
        }
        for name, package in sorted(needed_packages().items())
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "sluis",
                "name": "sluis",
                "version": version("sluis"),
                "licenses": [{"license": {"id": "EUPL-1.2"}}],
            }
        },
        "components": components,
    }


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
