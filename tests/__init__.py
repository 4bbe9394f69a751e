"""One test a module; see CONTRIBUTING.md."""
