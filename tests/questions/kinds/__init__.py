"""The kinds of questions: each a function that chooses what to ask about and computes the truth with NetBox's ORM.

These modules run inside the real NetBox's environment (see ../truth.py) and nowhere else. They never look at an answer
of our tools; `run.py` does the asking and the comparing.
"""

import importlib
import pkgutil

from .case import KINDS


def every() -> list:
    """All kinds, in the order of their files and of their places in them."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return KINDS
