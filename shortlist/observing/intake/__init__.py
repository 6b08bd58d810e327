"""Groups and observations from a file: all or nothing, and the same file twice adds nothing."""
