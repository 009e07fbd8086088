"""Probability laws as compiled numerics: inverse distribution functions, moments, residuals."""
