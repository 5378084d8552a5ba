"""Search for better schedules of disjunctive shops: sequences and modes, any objective by sink, a bound beside it."""

from plantwright.methods.scheduling.result import SearchResult
from plantwright.methods.scheduling.search.objective import Objective, Term
from plantwright.methods.scheduling.search.race import Progress
from plantwright.methods.scheduling.search.searching import search, search_hours
from plantwright.methods.scheduling.search.shape import fits

__all__ = ["Objective", "Progress", "SearchResult", "Term", "fits", "search", "search_hours"]
