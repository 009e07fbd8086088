"""Dated demand: what is kept of every replication, and what is read off it."""
