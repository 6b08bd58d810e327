"""How well the reading agrees with people who had not seen it: counts over the whole city, nobody in particular."""
