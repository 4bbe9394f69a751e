"""Names of the kinds of nodes: of groups in the graph, of files in a run."""

ACTOR = 'actor'
CONTROLLER = 'controller'
DISCRIMINATOR_LEARNER = 'discriminator_learner'
EVALUATOR = 'evaluator'
POLICY_LEARNER = 'policy_learner'
REPLAY = 'replay'
