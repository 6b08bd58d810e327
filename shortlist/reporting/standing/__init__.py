"""All state tables on one page: which states an object has, who has it in hand, within which term."""
