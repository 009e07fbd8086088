"""Closed forms: what the exact answer is where mathematics has one.

Pure functions on numbers and arrays. They are the oracle of the tests, a control variate for the
simulation, and the instant answer to "what matters most". Nothing here draws a random number.
"""
