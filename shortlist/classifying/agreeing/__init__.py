"""How far two professions agree over time: per question, per stadsdeel and pair of organisations."""
