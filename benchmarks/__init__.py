"""How fast csvsum is, beside what else sums CSV columns: make bench. Never shipped, never a test."""
