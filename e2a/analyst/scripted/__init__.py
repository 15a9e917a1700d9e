"""A provider that does as it is told: real sockets, OpenAI's shape, OpenRouter's extras, no model.

    server      listens, keeps every byte that it received, answers by a script
    replies     completions, errors and odd behaviours, as bytes
    answering   good answers in slots, from the facts in the question: for `make demo`
    faults      named faults, on demand
    __main__    `python -m e2a.analyst.scripted --port 8790`

Its answers are written by code and say so: its model is called `scripted/slots`.
"""
