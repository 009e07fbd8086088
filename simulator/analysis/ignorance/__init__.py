"""What not knowing the numbers does to an answer and to a decision, and what knowing one would be worth."""

from __future__ import annotations

from simulator.analysis.ignorance.answers import Answer, split_answer
from simulator.analysis.ignorance.decision import Decision, Worth, weigh
from simulator.analysis.ignorance.futures import draws_of, weigh_futures

__all__ = ["Answer", "Decision", "Worth", "draws_of", "split_answer", "weigh", "weigh_futures"]
