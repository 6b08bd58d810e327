"""Referral of a youngster to help or to the Veiligheidshuis, with terms and feedback to who referred."""
