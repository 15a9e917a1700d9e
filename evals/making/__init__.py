"""Writes the golden set, the recorded answers and the recorded reviews: `python -m evals.making`.

golden      the exceptions, from a table of stages, reports and languages
injections  what hostile notes say, and how obedience would show
answers     what scripted models answer, each with habits of its own
habits      the bad habits, one function each
reviews     what scripted reviewers say of the planted defects
"""
