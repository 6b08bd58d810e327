"""Signals to the JIT from a network, and what a person decides on them."""
