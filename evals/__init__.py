"""Evaluation of the AI layer without a judge model: `make eval`, or `python -m evals`.

golden/     exceptions with their facts, and what must and must not be said of each
answers/    recorded answers of scripted models, one file a model
policies/   a policy with planted defects, and recorded reviews of it
making      writes the three (`python -m evals.making`); they are kept as text and reviewed

cases       the golden set as types
replaying   a model's recorded answers through the real client, over real sockets
truths      what an accepted note must not do, checked apart from the product's own checks
metrics     rates, labels, calibration, cost
stability   equal facts, equal words
reviewing   the planted defects: precision and recall of findings
report      tables, and the gates

Add a case to `making/golden.py`, a bad habit of a model to `making/habits.py`. Nothing here is part
of the product, and the product imports nothing of it.
"""
