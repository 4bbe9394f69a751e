"""Exit codes by which a node tells the launcher why it ended.

Which kind of node may say which stands in the program graph (`launch.graph`);
a code from a node that cannot mean it is an ordinary failure. Codes 0 to 2 are
Python's own, and from 64 on they are common among other programs.
"""

# The whole program has come to its end: of a policy learner that trained for
# as long as it was to, or of a population's controller.
REACHED_GOAL = 10
# A loss, its gradient or weights were not finite. A restart would go on from
# the same checkpoint and meet the same numbers, so nothing is started again.
NOT_FINITE = 11
# What a node is to go on from is damaged. A restart would find the same.
DAMAGED = 12
# Another process was started in the node's place, so this one must not go on.
SUPERSEDED = 13
# The node was promised a graphics card and sees none. Nor would it again.
NO_CARD = 14
