"""The reading beside a professional's own view: the switch, the own view that comes first, what differs."""
