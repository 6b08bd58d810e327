"""What was seen: gatherings, places, jeugdgroepen with dated membership, merge, split and links."""
