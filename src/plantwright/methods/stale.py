"""Forget compiled kernels whose callees have changed, which Numba does not notice.

Numba keeps a kernel's machine code until the kernel's own file changes, but what it calls in other modules is compiled
into it. Edit the callee, and the caller goes on running the old code. So the indexes of all kernels that are older than
any module they import, at any remove, are deleted: set-up and the tests do so before they compile or run a kernel.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable, Mapping
from pathlib import Path

METHODS = Path(__file__).parent


def forget_stale_kernels(root: Path = METHODS, package: str = "plantwright.methods") -> list[Path]:
    """Delete the index files of the kernels under `root` that are older than what they import, and give them.

    Parameters
    ----------
    root
        Folder of the package's source.
    package
        Its dotted name. Imports of modules outside it are taken as unchanging.

    Returns
    -------
    list of Path
        The index files (``__pycache__/<module>.<function>.nbi``) that were deleted. Numba makes them anew.

    Notes
    -----
    The source is parsed only when some index is older than some module, so that the common case costs a listing.
    Indexes that ``NUMBA_CACHE_DIR`` or a folder without write access sends elsewhere are not looked for.

    Examples
    --------
    >>> import tempfile
    >>> forget_stale_kernels(Path(tempfile.mkdtemp()))
    []
    """
    sources = {_module_name(path, root, package): path for path in root.rglob("*.py")}
    changed = {name: path.stat().st_mtime for name, path in sources.items()}
    indexes = {index: index.stat().st_mtime for index in root.rglob("__pycache__/*.nbi")}
    if not indexes or min(indexes.values()) > max(changed.values()):
        return []
    reached = reachable({name: _imports_of(name, path, sources) for name, path in sources.items()})
    stale = []
    for index, made in indexes.items():
        name = _module_name(index.parent.parent / (index.name.split(".", 1)[0] + ".py"), root, package)
        if max((changed[one] for one in reached.get(name, ())), default=0.0) >= made:
            index.unlink(missing_ok=True)
            stale.append(index)
    return stale


def reachable(arrows: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Give for each name all names that its arrows lead to at any remove, itself included.

    Examples
    --------
    >>> {name: sorted(all_) for name, all_ in reachable({"a": ["b"], "b": ["c"], "c": []}).items()}
    {'a': ['a', 'b', 'c'], 'b': ['b', 'c'], 'c': ['c']}
    """
    found = {}
    for start in arrows:
        seen, waiting = {start}, [start]
        while waiting:
            new = set(arrows.get(waiting.pop(), ())) - seen
            seen |= new
            waiting += new
        found[start] = seen
    return found


def _module_name(path: Path, root: Path, package: str) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join([package, *(parts[:-1] if parts[-1] == "__init__" else parts)])


def _imports_of(name: str, path: Path, sources: Mapping[str, Path]) -> set[str]:
    """Give the modules of `sources` that the module names in any import statement."""
    parent = name if path.name == "__init__.py" else name.rpartition(".")[0]
    named: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            source = importlib.util.resolve_name("." * node.level + (node.module or ""), parent)
            named |= {source} | {f"{source}.{alias.name}" for alias in node.names}
    return named & sources.keys()
