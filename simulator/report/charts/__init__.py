"""Charts: as SVG or PNG with matplotlib, as text with plotext; `style` holds what all share."""
