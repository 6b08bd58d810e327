"""Which priority holds on a day: decided by the Stafgroep, or for a short while by spoedprocedure."""
