"""Learning: a logistic regression over the features of messages, small enough to be made while the bot runs.

Under a second for the shipped assistants; a tenth of a millisecond to judge a message. It is written out because a
library of machine learning would weigh more than the whole bot.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from operator import mul
from random import Random

_WEIGHTS = {"w": 0.7, "k": 2.0, "b": 0.3, "p": 0.7, "c": 0.3}  # by the kind of a feature (crm.routing.words)
_LENGTH = 3.0  # of each message as a vector, so that a long one has no louder voice than a short one
_EPOCHS = 12
_RATE = 0.3
_SLOWER = 0.15  # of the rate, with each epoch
_DROPPED = 0.3  # of a message's features each time it is seen, so that no single one is relied upon
_DECAY = 1e-4
_LOUDEST = 4.0  # how much more an example may count where there are few
_SETTLED = 2e-3  # an error that teaches nothing any more
_TELLING = 30  # a word that is in more than one of so many examples tells nothing
_FEW = 3  # examples that never make a word a frequent one
_SEED = 4  # the same examples give the same model on every replica

Vector = tuple[list[int], list[float]]  # positions of features, and how much of each there is


class Model:
    """How strongly each feature speaks for each class. A piece or a pair seen in one message only is left out."""

    def __init__(
        self,
        places: Mapping[str, int],
        rarity: Sequence[float],
        weights: Sequence[list[float]],
        telling: frozenset[str],
    ) -> None:
        self._places = places
        self._rarity = rarity
        self._weights = weights
        self._telling = telling

    def judge(self, features: frozenset[str]) -> list[float] | None:
        """How likely each class is, together 1; None when no word of the message is known that tells anything."""
        if self._telling.isdisjoint(features):
            return None
        return _likelihoods(_vector(features, self._places, self._rarity), self._weights)


def learn(examples: Sequence[tuple[int, frozenset[str]]], classes: int) -> Model:
    """A model of examples, each with its class, 0 to `classes` - 1."""
    seen = Counter(feature for _, features in examples for feature in features)
    # sorted, because the order of a set differs between processes
    known = sorted(feature for feature, count in seen.items() if count > 1 or feature[0] in "wk")
    places = {feature: place for place, feature in enumerate(known)}
    rarity = [math.log((len(examples) + 1) / (seen[one] + 0.5)) * _WEIGHTS[one[0]] for one in known]
    weights = [[0.0] * len(known) for _ in range(classes)]
    loudness = _loudness(examples)
    vectors = [(one, _vector(features, places, rarity)) for one, features in examples]
    random = Random(_SEED)  # noqa: S311 - an order of examples, not a secret
    for epoch in range(_EPOCHS):
        random.shuffle(vectors)
        rate = _RATE / (1 + epoch * _SLOWER)
        for one, vector in vectors:
            _correct(weights, _some_of(vector, random), one, rate * loudness[one])
        kept = 1 - _DECAY * rate * len(vectors)
        weights = [[weight * kept for weight in of_class] for of_class in weights]
    most = max(_FEW, len(examples) / _TELLING)
    telling = frozenset(one for one in known if one[0] == "k" or (one[0] == "w" and seen[one] <= most))
    return Model(places, rarity, weights, telling)


def _correct(weights: Sequence[list[float]], vector: Vector, right: int, rate: float) -> None:
    """One step down the gradient."""
    for number, likely in enumerate(_likelihoods(vector, weights)):
        error = likely - (number == right)
        if abs(error) < _SETTLED:
            continue
        of_class, step = weights[number], error * rate
        for place, share in zip(*vector, strict=True):
            of_class[place] -= step * share


def _loudness(examples: Sequence[tuple[int, frozenset[str]]]) -> dict[int, float]:
    """How much an example of each class counts: more where there are few."""
    sizes = Counter(one for one, _ in examples)
    usual = len(examples) / max(1, len(sizes))
    return {one: min(_LOUDEST, max(1.0, math.sqrt(usual / size))) for one, size in sizes.items()}


def _some_of(vector: Vector, random: Random) -> Vector:
    """What is left when some features are dropped, as loud as before."""
    kept = [at for at in range(len(vector[0])) if random.random() > _DROPPED]
    return [vector[0][at] for at in kept], [vector[1][at] / (1 - _DROPPED) for at in kept]


def _vector(features: frozenset[str], places: Mapping[str, int], rarity: Sequence[float]) -> Vector:
    """The known features, the rarer the longer."""
    known = sorted(places[feature] for feature in features if feature in places)
    length = math.sqrt(sum(rarity[place] ** 2 for place in known)) or 1.0
    return known, [rarity[place] / length * _LENGTH for place in known]


def _likelihoods(vector: Vector, weights: Sequence[list[float]]) -> list[float]:
    known, shares = vector
    sums = [sum(map(mul, map(of_class.__getitem__, known), shares)) for of_class in weights]
    most = max(sums)
    powers = [math.exp(one - most) for one in sums]
    total = sum(powers)
    return [power / total for power in powers]
