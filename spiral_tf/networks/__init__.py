"""The policy (figures 12 and 13) and the discriminator, as Sonnet modules."""
