"""What more capacity would bring: one pair more, one evening more; asked by people, computed by a worker."""
