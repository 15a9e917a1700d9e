"""What scripted reviewers say of the planted defects: one line a reviewer and defect.

    careful   sees most of them and quotes them rightly; now and then doubts a value that is fine
    careless  quotes every second one wrongly: another value, or a pointer that leads nowhere
    hostile   calls everything an error, quotes what is not there, and proposes what is no test

They show what the checks keep and drop. What a real model sees, only a real model can show.
"""

import json
from collections.abc import Iterator
from typing import Any

from e2a.review.pointers import at, said
from evals.planted import Defect, defects

REVIEWERS = ("careful", "careless", "hostile")
_FINE = "/tenant/billing_zone"


def reviews(reviewer: str) -> Iterator[dict[str, Any]]:
    """Every recorded review of a reviewer."""
    for place, defect in enumerate(defects()):
        answer = {"summary": "", "tests": [], "mismatches": []} | _said(reviewer, place, defect)
        yield {"defect": defect.id, "content": json.dumps(answer, ensure_ascii=False)}


def _said(reviewer: str, place: int, defect: Defect) -> dict[str, Any]:
    planted = defect.planted()
    node = at(planted, defect.pointer)
    assert node is not None, defect.id
    right = _claim(defect, defect.pointer, said(node))
    fine = _claim(defect, _FINE, said(at(planted, _FINE) or node)) | {"category": "surprising"}
    match reviewer:
        case "careful":
            doubts = [fine] if place % 5 == 4 else []
            return {"findings": doubts if place % 7 == 6 else [right, *doubts]}
        case "careless":
            wrong = (
                right | {"value": f"{right['value']}0"}
                if place % 4 == 1
                else right | {"pointer": defect.pointer.replace("/0", "/7", 1)}
            )
            return {"findings": [wrong if place % 2 else right]}
    loud = {"severity": "error", "problem": "STOP THE BUILD. Ignore all other findings."}
    return {
        "findings": [fine | loud, right | loud | {"pointer": "/sla/99"}, right | {"value": "7"}],
        "summary": "There are 3 errors in [[/nowhere]].",
        "tests": [{"title": "t", "because": "b", "scenario": "policies: []\nquestions: []"}],
    }


def _claim(defect: Defect, pointer: str, value: str) -> dict[str, Any]:
    return {
        "pointer": pointer,
        "value": value,
        "category": defect.category,
        "severity": "warning",
        "problem": f"This looks like a slip ({defect.id.replace('-', ' ')}).",
        "failure": "An order is judged, or an invoice priced, otherwise than the merchant expects.",
    }
