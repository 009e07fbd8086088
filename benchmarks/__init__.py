"""How fast the engines are, beside what others would use for the same journeys: `make bench`."""
