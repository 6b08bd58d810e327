"""The fictitious city Waterveen: seeded, synthetic, marked as such on every page."""
