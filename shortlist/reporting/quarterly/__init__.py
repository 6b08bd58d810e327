"""The quarterly report: the same figures for every JIT and the city, small numbers hidden."""
