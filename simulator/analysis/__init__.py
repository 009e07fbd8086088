"""What runs mean: comparisons and forecasts."""
