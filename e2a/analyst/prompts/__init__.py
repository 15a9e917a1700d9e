"""Prompts: released versions in `prompts/`, loaded by id and label, and the lock that keeps them.

    loading     front matter, system text and user template of a version
    lock        the hashes of released versions; an edited one is refused
    __main__    `python -m e2a.analyst.prompts`

What a prompt may be told is decided in `e2a.domain.analysis.inputs`.
"""

from e2a.analyst.prompts.loading import PROMPTS, Prompt, load, load_version

__all__ = ["PROMPTS", "Prompt", "load", "load_version"]
