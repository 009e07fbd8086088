"""What not knowing the numbers does to an answer and to a decision, and what knowing one would be worth."""

from __future__ import annotations

from simulator.analysis.ignorance.answers import Answer, split_answer
from simulator.analysis.ignorance.decision import Decision, Worth, weigh

__all__ = ["Answer", "Decision", "Worth", "split_answer", "weigh"]
