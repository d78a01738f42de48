"""How hypothesis looks for counterexamples: the same ones each time, however slow the machine is."""

from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=5000)
settings.load_profile("house")
