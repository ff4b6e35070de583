"""What a package is made of: the main part, its sheets, and everything that does not belong in a list of numbers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from sluis.lists.workbook.cells import TRUE
from sluis.lists.workbook.model import Refused
from sluis.lists.workbook.package import Package

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT: Final = "http://purl.oclc.org/ooxml/spreadsheetml/main"
"""Excel's "Strict Open XML" differs in this name; a reader that looks for the other one finds no sheets at all."""

_RELATIONSHIP: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONSHIP_IDS: Final = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_WORKBOOK_TYPES: Final = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
}
_FAULT_BY_RELATION: Final = {
    **dict.fromkeys(("vbaproject", "xlmacrosheet", "xlintlmacrosheet", "attachedtoolbars", "wordvbadata"), "macros"),
    **dict.fromkeys(("extensibility", "usercustomization", "webextension", "webextensiontaskpanes"), "macros"),
    **dict.fromkeys(("externallink", "externallinkpath", "externallinklongpath", "xlpathmissing"), "external-links"),
    **dict.fromkeys(
        ("hyperlink", "attachedtemplate", "frame", "subdocument", "volatiledependencies"), "external-links"
    ),
    **dict.fromkeys(("connections", "querytable", "powerpivotdata", "modeldata", "datamodel"), "connections"),
    **dict.fromkeys(("oleobject", "package", "control", "activexcontrol", "activexcontrolbinary"), "embedded"),
    **dict.fromkeys(("ctrlprop", "afchunk", "audio", "video", "media", "dialogsheet"), "embedded"),
    **dict.fromkeys(("drawing", "vmldrawing", "legacydrawing", "image", "chart", "chartsheet"), "extra-content"),
    **dict.fromkeys(("comments", "threadedcomment", "pivottable", "pivotcachedefinition"), "extra-content"),
    **dict.fromkeys(("pivotcacherecords", "slicer", "slicercache", "timeline", "timelinecache"), "extra-content"),
    **dict.fromkeys(("revisionheaders", "revisionlog", "usernames", "xmlmaps"), "extra-content"),
}
_FAULT_BY_PART: Final = (
    (re.compile(r"(^|/)vbaproject|(^|/)macrosheets/|^customui/"), "workbook-macros"),
    (re.compile(r"(^|/)externallinks/"), "workbook-external-links"),
    (re.compile(r"(^|/)(connections\.xml$|querytables/|model/)"), "workbook-connections"),
    (re.compile(r"(^|/)(embeddings|activex|ctrlprops)/"), "workbook-embedded"),
)
_PROTECTION: Final = re.compile(
    rb"<(?:\w+:)?(?:sheetProtection|workbookProtection|fileSharing)\s[^<>]*"
    rb"(?:\b(?:sheet|lockStructure|lockWindows|readOnlyRecommended)=[\"'](?:1|true)|[pP]assword=|hashValue=)"
)
"""LibreOffice writes an empty workbookProtection into every file, so the element alone says nothing."""
_PLAIN_NAME: Final = re.compile(
    r"(?:(?:'[^'\[\]|!]*'|[^\W\d][\w.]*)!)?"  # a sheet of this workbook
    r"(?:\$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?\d{1,7}:\$?\d{1,7})"
)
_STARTS_BY_ITSELF: Final = re.compile(r"(?:_xlnm\.)?auto_?(?:open|close|activate|deactivate)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheets:
    """The worksheets in the order of the tabs, and the part with the shared strings."""

    parts: list[str]
    strings: str | None


def spreadsheet_kind(package: Package) -> str | None:
    """Return the fault code of a package that is not a plain .xlsx, None for one that may be."""
    if "mimetype" in package and package.read("mimetype").startswith(b"application/vnd.oasis.opendocument"):
        return "workbook-ods"
    if "[content_types].xml" not in package:
        return "workbook-other-kind"
    types = package.read_tree("[Content_Types].xml")
    declared = {element.get("ContentType", "").lower() for element in types}
    if any("binary.macroenabled" in kind for kind in declared) or "xl/workbook.bin" in package:
        return "workbook-xlsb"
    if any("macro" in kind or "vbaproject" in kind for kind in declared):
        return "workbook-macros"
    for name in package.entries:
        for pattern, code in _FAULT_BY_PART:
            if pattern.search(name):
                return code
    return None if any(kind in _WORKBOOK_TYPES for kind in declared) else "workbook-other-kind"


def is_only_protected(package: Package) -> bool:
    """Say whether a file that is not encrypted carries sheet or workbook protection, which looks like it to a user."""
    parts = [name for name in package.entries if re.fullmatch(r"xl/(workbook\.xml|worksheets/[^/]+\.xml)", name)]
    return any(_PROTECTION.search(package.read(name)) for name in parts)


def find_sheets(package: Package) -> Sheets:
    """Follow the relationships from the package to its sheets; raises `Refused` for what a list may not have."""
    _check_relations(package)
    main = _main_part(package)
    if _content_type(package, main) not in _WORKBOOK_TYPES:
        raise Refused("workbook-other-kind")
    workbook = package.read_tree(main)
    namespace = workbook.tag.removesuffix("workbook").strip("{}")
    if namespace not in {MAIN, STRICT}:
        raise Refused("workbook-damaged")
    _check_names(workbook, namespace)
    if workbook.find(f"{{{namespace}}}externalReferences") is not None:
        raise Refused("workbook-external-links")
    related = {relation.get("Id", ""): relation for relation in _relations(package, _relations_part(main))}
    parts = []
    hidden = []
    for position, sheet in enumerate(workbook.findall(f"{{{namespace}}}sheets/{{{namespace}}}sheet"), start=1):
        if sheet.get("state", "visible") != "visible":
            hidden.append(position)
        parts.append(_sheet_part(package, main, sheet, related))
    if hidden:
        raise Refused("workbook-hidden-sheet", sheets=tuple(hidden))
    if not parts or len(set(parts)) != len(parts):
        raise Refused("workbook-damaged")
    strings = [relation for relation in related.values() if _kind(relation) == "sharedstrings"]
    if len(strings) > 1:
        raise Refused("workbook-package-tricks")
    return Sheets(parts, _target(package, main, strings[0]) if strings else None)


def _sheet_part(package: Package, main: str, sheet: Element, related: dict[str, Element]) -> str:
    relation = next((related[sheet.get(key, "")] for key in _RELATIONSHIP_IDS if sheet.get(key, "") in related), None)
    if relation is None or _kind(relation) != "worksheet":
        raise Refused("workbook-damaged")
    return _target(package, main, relation)


def _check_relations(package: Package) -> None:
    for name in package.entries:
        if not name.endswith(".rels"):
            continue
        for relation in _relations(package, name):
            if relation.get("TargetMode", "Internal").lower() == "external":
                raise Refused("workbook-external-links")
            fault = _FAULT_BY_RELATION.get(re.sub(r"\d+$", "", _kind(relation)))
            if fault is not None:
                raise Refused(f"workbook-{fault}")


def _check_names(workbook: Element, namespace: str) -> None:
    for name in workbook.iter(f"{{{namespace}}}definedName"):
        places = (name.text or "").strip().split(",")
        runs = _STARTS_BY_ITSELF.match(name.get("name", "")) or name.get("function") in TRUE or name.get("vbProcedure")
        broken_but_harmless = places == ["#REF!"]
        if runs or not (broken_but_harmless or all(_PLAIN_NAME.fullmatch(place) for place in places)):
            raise Refused("workbook-defined-names")


def _main_part(package: Package) -> str:
    mains = [relation for relation in _relations(package, "_rels/.rels") if _kind(relation) == "officedocument"]
    if len(mains) != 1:
        raise Refused("workbook-damaged")
    return _target(package, "", mains[0])


def _content_type(package: Package, part: str) -> str:
    types = package.read_tree("[Content_Types].xml")
    for override in types.findall(f"{_TYPES}Override"):
        if override.get("PartName", "").lstrip("/").lower() == part:
            return override.get("ContentType", "").lower()
    extension = part.rpartition(".")[2]
    for default in types.findall(f"{_TYPES}Default"):
        if default.get("Extension", "").lower() == extension:
            return default.get("ContentType", "").lower()
    return ""


def _relations(package: Package, part: str) -> Iterator[Element]:
    if part in package:
        yield from package.read_tree(part).findall(_RELATIONSHIP)


def _relations_part(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _kind(relation: Element) -> str:
    return relation.get("Type", "").rpartition("/")[2].lower()


def _target(package: Package, source: str, relation: Element) -> str:
    """Return the part that a relationship points at, in lower case; it must lie in the package."""
    path = unquote(urlsplit(relation.get("Target", "")).path)
    part = posixpath.normpath(posixpath.join("/", posixpath.dirname(source), path)).lstrip("/").lower()
    if part not in package:
        raise Refused("workbook-damaged")
    return part
