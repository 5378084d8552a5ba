"""Bring tables in and out: folders of CSV files, Excel workbooks, and other systems' exports through a mapping."""

from __future__ import annotations

from plantwright.core.exchange.mapping import read_mapping, shipped_mappings
from plantwright.core.exchange.parse import ColumnsOf, Parsed, importable, parse_source
from plantwright.core.exchange.read import read_source
from plantwright.core.exchange.source import Source, SourceTable
from plantwright.core.exchange.workbook_out import write_workbook
from plantwright.core.exchange.write import write_folder

__all__ = [
    "ColumnsOf",
    "Parsed",
    "Source",
    "SourceTable",
    "importable",
    "parse_source",
    "read_mapping",
    "read_source",
    "shipped_mappings",
    "write_folder",
    "write_workbook",
]
