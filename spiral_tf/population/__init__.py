"""Population-based training (paper section 3.4)."""
