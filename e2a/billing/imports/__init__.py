"""Invoices that other billing systems issued: files to `billing.invoices`.

A format is a module that turns a file into `ImportedInvoice`s; storing is the same for all. Every
file goes to the inbox first, so that it is kept exactly and can be read again.
"""
