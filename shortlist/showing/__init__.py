"""Layout, macros, map, charts and the words: everything that turns values into Dutch HTML."""
