"""Nobody drops out of sight unnoticed: who stands between two approaches, and children passed on to care."""
