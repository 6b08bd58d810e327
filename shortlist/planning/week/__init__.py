"""The week plan: demand, capacity, the plan as people see, judge and carry it."""
