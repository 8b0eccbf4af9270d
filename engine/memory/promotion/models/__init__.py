"""Models that say how likely a memory is to be used: logistic regression, boosted trees, a small network."""
