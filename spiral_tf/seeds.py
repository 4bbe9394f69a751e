"""Seeds that must differ, so that no two parts of a run see the same chance.

Who plays episodes has a range of seeds of its own, beside the experiment's
`seed`: the seed of its environments, see `builders.make_environments`, and of
what its agent samples, see `builders.make_player`. Drawings that are judged are
thus never those that were trained on. Results in docs/ depend on the numbers:
equal seeds make equal pictures.

A seed is taken by its place, as in `GENERATION[start]`; one beyond the range
would be another's, and is an IndexError.
"""

# Actors, by index.
ACTORS = range(0, 1_000_000)
# The evaluator of a run; all of its rounds have one seed.
EVALUATOR = range(1_000_000, 2_000_000)
# Drawings that `evaluation.generation` judges, by the first of a batch.
GENERATION = range(2_000_000, 3_000_000)
# Reproductions that `evaluation.reconstruction` judges, likewise.
RECONSTRUCTION = range(3_000_000, 4_000_000)
# Drawings of agents that learned nothing, of `evaluation.scribbles`.
SCRIBBLES = range(4_000_000, 5_000_000)
# Demonstrations that the policy learner's agent imitates.
DEMONSTRATIONS = range(5_000_000, 6_000_000)

# What a population decides by chance, each with a generator of its own from
# the experiment's seed, one of these numbers, and the member or the round.
FIRST_HYPERPARAMETERS = 1
EXPLOITATION = 2
