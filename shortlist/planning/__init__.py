"""Demand, capacity, working-time rules, week plan, proven bound; plan van aanpak."""
