"""What the worker does with a week plan that was asked for."""
