"""Runs inside LibreOffice's own Python: takes JSON commands on standard input, answers in JSON on standard output.

`store` makes a workbook (with a password as LibreOffice gives it), `read` opens one and tells what each cell is.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import uno  # type: ignore[import-not-found]  # only LibreOffice's Python has it
from com.sun.star.beans import NamedValue, PropertyValue  # type: ignore[import-not-found]  # a module of uno's making
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]  # a module of uno's making

VALUE, DATETIME, FORMULA, EDITED = 1, 2, 16, 256  # com.sun.star.sheet.CellFlags


def connected(pipe: str) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice did not answer")


def properties(**values: Any) -> tuple[Any, ...]:
    made = []
    for name, value in values.items():
        item = PropertyValue()
        item.Name, item.Value = name, value
        made.append(item)
    return tuple(made)


def encryption(password: str) -> Any:
    """LibreOffice ignores `Password` when it stores OOXML and writes the file open; this is what its dialog passes."""
    made = []
    for name, value in (("OOXPassword", password), ("CryptoType", "StrongEncryptionDataSpace")):
        item = NamedValue()
        item.Name, item.Value = name, value
        made.append(item)
    return uno.Any("[]com.sun.star.beans.NamedValue", tuple(made))


def store(desktop: Any, command: dict[str, Any]) -> Any:
    document = desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, properties(Hidden=True))
    try:
        for position, sheet in enumerate(command["sheets"]):
            if position:
                document.Sheets.insertNewByName(sheet["name"], position)
            made = document.Sheets.getByIndex(position)
            for column, row, kind, value in sheet["cells"]:
                cell = made.getCellByPosition(column, row)
                if kind == "text":
                    cell.String = value
                elif kind == "number":
                    cell.Value = float(value)
                else:
                    cell.Formula = value
            for row in sheet.get("hidden_rows", []):
                made.Rows.getByIndex(row).IsVisible = False
            made.IsVisible = sheet.get("visible", True)
        wanted: dict[str, Any] = {"FilterName": command["filter"]}
        if command.get("password"):
            wanted["EncryptionData"] = encryption(command["password"])
        if command.get("odf_password"):
            wanted["Password"] = command["odf_password"]
        document.storeToURL(command["url"], properties(**wanted))
    finally:
        document.close(True)


def read(desktop: Any, command: dict[str, Any]) -> Any:
    document = desktop.loadComponentFromURL(
        command["url"], "_blank", 0, properties(Hidden=True, Password=command["password"], ReadOnly=True)
    )
    if document is None:
        return None
    try:
        return [told(document.Sheets.getByIndex(position)) for position in range(document.Sheets.Count)]
    finally:
        document.close(True)


def told(sheet: Any) -> dict[str, Any]:
    """What the sheet shows, and how many of its cells are numbers, dates, formulas or hold a link."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    area = sheet.getCellRangeByPosition(0, 0, cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow)
    edited = area.queryContentCells(EDITED).Cells.createEnumeration()
    links = 0
    while edited.hasMoreElements():
        links += edited.nextElement().getTextFields().hasElements()
    return {
        "name": sheet.Name,
        "rows": area.getDataArray(),
        "running": area.queryContentCells(FORMULA).Count,
        "numbers": area.queryContentCells(VALUE | DATETIME).Count,
        "links": links,
    }


def main() -> None:
    context = connected(sys.argv[1])
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    answers = []
    for command in json.load(sys.stdin):
        try:
            answers.append({"store": store, "read": read}[command["do"]](desktop, command))
        except Exception as trouble:
            answers.append({"error": f"{type(trouble).__name__}: {trouble}"})
    json.dump(answers, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # the bridge may crash while the interpreter takes itself down


main()
