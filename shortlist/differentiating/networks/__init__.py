"""The picture of an area's groups through time, as the worker stored it."""
