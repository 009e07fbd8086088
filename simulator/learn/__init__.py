"""An event log in, a model out."""
