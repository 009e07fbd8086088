"""Play a customer journey before it is launched."""

__version__ = "0.1.0"
