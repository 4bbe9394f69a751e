"""Every setting of an experiment."""
