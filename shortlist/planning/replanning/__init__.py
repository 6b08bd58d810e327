"""The smallest change to a plan when something happens mid-week: what falls out, what comes in, what stays."""
