"""A binary heap of whole numbers inside a larger array, for kernels: many heaps share one block of memory."""

from __future__ import annotations

from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.working_time import primitive


@primitive
def push(heap: Integers, base: int, size: int, key: int) -> None:
    """Put `key` into the heap that fills ``heap[base:base + size]``; the caller counts one more."""
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        above = heap[base + parent]
        if above <= key:
            break
        heap[base + place] = above
        place = parent
    heap[base + place] = key


@primitive
def pop(heap: Integers, base: int, size: int) -> int:
    """Take the smallest key out of the heap that fills ``heap[base:base + size]``; the caller counts one less."""
    top: int = heap[base]
    last = heap[base + size - 1]
    size -= 1
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and heap[base + child + 1] < heap[base + child]:
            child += 1
        if heap[base + child] >= last:
            break
        heap[base + place] = heap[base + child]
        place = child
    heap[base + place] = last
    return top
