"""The mutants of `bench/`: a wrong that cannot be put in proves nothing."""

from bench.mutants import mutants


def test_every_mutant_finds_the_text_that_it_spoils():
    assert len(mutants(None)) > 60
