"""How the score grows with the number of storms learnt from: whether more of them would still help."""

from __future__ import annotations
