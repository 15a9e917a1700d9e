"""Bulk files as deliveries of the file road: tables of events, X12 interchanges, EPCIS documents.

A file that cannot be read at all is refused before anything of it is landed, by file and line; a
row that is none is delivered as it is, for the parser to refuse and a person to decide about.
"""
