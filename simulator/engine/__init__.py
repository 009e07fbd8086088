"""Playing a program: addressed randomness, rules, the reference engine."""
