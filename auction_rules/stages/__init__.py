"""The stages a rule is composed of; each is one skeleton of play with its own few terms."""
