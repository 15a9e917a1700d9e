"""Rules of what a model may say: facts and slots, checks of an answer, and how an answer is read.

Pure: no provider, no database. Asking is in `e2a.analyst`.
"""
