"""The JIT agenda: what two professionals could not settle, decided by the JIT or the driehoek."""
