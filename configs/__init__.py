"""One file an experiment; each has `get_config() -> ConfigDict`."""
