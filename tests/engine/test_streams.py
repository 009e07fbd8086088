"""Every random number has an address, and nothing else decides it."""

from __future__ import annotations

import hashlib
import math
import random
import unicodedata

import numpy as np
import pytest

from simulator.addresses import KINDS, Purpose, key_of, site_of, subject_of
from simulator.engine.rules import friends_of
from simulator.engine.streams import block, exponential_race, gumbel_key, mixed, numbered, philox, uniform

LIMIT = 4.89  # |z| at alpha 1e-6, two-sided

# Random123, tests/kat_vectors, lines "philox4x32 10": counter, key, answer.
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]

TIM = numbered(subject_of("arrived", "tim", "2026-01-05"), 0)

Address = tuple[int, int, int, int, int, int, int]
MASK = (1 << 64) - 1


def words(text: str) -> list[int]:
    """Read hexadecimal words."""
    return [int(word, 16) for word in text.split()]


def plain_philox(key: list[int], counter: list[int]) -> list[int]:
    """Philox4x32-10 in Python integers, as the paper writes it."""
    (k0, k1), (x0, x1, x2, x3) = key, counter
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * x0, 1 << 32)
        high1, low1 = divmod(0xCD9E8D57 * x2, 1 << 32)
        x0, x1, x2, x3 = high1 ^ x1 ^ k0, low1, high0 ^ x3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % (1 << 32), (k1 + 0xBB67AE85) % (1 << 32)
    return [x0, x1, x2, x3]


def plain_uniform(address: Address) -> float:
    """The documented word order and mixer, in Python integers."""
    seed, replication, subject, site, entry, key, draw = address
    counter = subject % (1 << 64) + (site << 64) + (entry << 104)
    split = [counter >> 32 * i & 0xFFFFFFFF for i in range(4)]
    r0, r1, r2, r3 = plain_philox([seed, replication], split)
    x = (r0 << 32 | r1) ^ (key + draw * 0x9E3779B97F4A7C15) & MASK
    x = (x ^ x >> 27) * 0x3C79AC492BA7B653 & MASK
    x = (x ^ x >> 33) * 0x1C69B3F74AC4AE35 & MASK
    x = (x ^ x >> 27) + (r2 << 32 | r3) & MASK
    return ((x >> 12) + 0.5) / 2**52


def random_address(rng: random.Random) -> Address:
    """Draw an address anywhere in the space, subject and key as int64."""
    bits = rng.getrandbits
    return (
        *(bits(32), bits(32), bits(64) - (1 << 63), bits(40)),
        *(bits(16), bits(64) - (1 << 63), bits(8)),
    )


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter: str, key: str, answer: str) -> None:
    """The generator is Philox4x32-10 and no other, by Random123's own vectors."""
    assert list(philox(*words(key), *words(counter))) == words(answer)


def test_philox_equals_plain_integers_everywhere() -> None:
    """No word of the compiled arithmetic overflows, wraps or turns into a float."""
    rng = random.Random(1)
    for _ in range(500):
        key, counter = [rng.getrandbits(32) for _ in "ab"], [rng.getrandbits(32) for _ in "abcd"]
        assert list(philox(*key, *counter)) == plain_philox(key, counter)


@pytest.mark.parametrize(
    ("subject", "site", "key", "rest", "golden"),
    [
        (
            TIM,
            site_of("cart"),
            key_of(Purpose.NEXT, "web_order"),
            (1, 0, 1, 0),
            0.401897382920564,
        ),
        (
            numbered(friends_of(TIM, site_of("使用产品"), 3), 1),
            site_of("使用产品"),
            key_of(Purpose.DWELL),
            (4_294_967_295, 19, 65_535, 255),
            0.901320875769302,
        ),
        (
            subject_of("arrivals", "trudy", "2026-12-24"),
            site_of(""),
            key_of(Purpose.ARRIVALS),
            (7, 3, 0, 0),
            0.3522267237935254,
        ),
    ],
)
def test_golden_numbers(
    subject: int, site: int, key: int, rest: tuple[int, int, int, int], golden: float
) -> None:
    """These three addresses hold these three numbers for ever: changing one breaks every pairing."""
    seed, replication, entry, draw = rest
    assert uniform(seed, replication, subject, site, entry, key, draw) == golden


def test_addresses_are_packed_as_documented() -> None:
    """The word order of the documentation reproduces every uniform, bit for bit."""
    rng = random.Random(2)
    for _ in range(500):
        address = random_address(rng)
        assert uniform(*address) == plain_uniform(address)


def test_the_python_original_and_the_compiled_function_agree() -> None:
    """With compilation switched off the numbers are the same."""
    rng = random.Random(3)
    original = uniform.py_func  # type: ignore[attr-defined]
    for _ in range(20):
        address = random_address(rng)
        assert original(*map(np.int64, address)) == uniform(*address)


def test_every_bit_of_the_address_counts() -> None:
    """Flipping any bit moves the number, on average half of its bits."""
    rng = random.Random(4)
    flips = []
    for part, size in enumerate((32, 32, 63, 40, 16, 63, 8)):
        for bit in range(size):
            address = list(random_address(rng))
            before = int(uniform(*address) * 2**52)
            address[part] ^= 1 << bit
            flips.append((before ^ int(uniform(*address) * 2**52)).bit_count())
    assert min(flips) >= 8
    z = (np.mean(flips) - 26) / math.sqrt(13 / len(flips))
    assert abs(z) <= LIMIT


@pytest.mark.parametrize(
    "address",
    [
        (1 << 32, 0, 0, 0, 0, 0, 0),
        (-1, 0, 0, 0, 0, 0, 0),
        (0, 1 << 32, 0, 0, 0, 0, 0),
        (0, 0, 0, 1 << 40, 0, 0, 0),
        (0, 0, 0, -1, 0, 0, 0),
        (0, 0, 0, 0, 1 << 16, 0, 0),
    ],
)
def test_a_part_that_does_not_fit_is_refused(address: Address) -> None:
    """A part cut to its bits would silently share another draw's number."""
    with pytest.raises(ValueError, match="out of range"):
        uniform(*address)


def test_a_uniform_is_never_zero_or_one() -> None:
    """Every number is an odd multiple of 2**-53, so ln(u) and ln(1 - u) are finite."""
    rng = random.Random(5)
    for _ in range(2_000):
        scaled = uniform(*random_address(rng)) * 2.0**53
        assert scaled == int(scaled)
        assert int(scaled) % 2 == 1
        assert 0 < scaled < 2**53


def runs_along(axis: int, seed: int, count: int) -> np.ndarray:
    """Draw at neighbouring addresses along one part, the others fixed."""
    base = list(random_address(random.Random(seed)))
    base[axis] = 0
    rows = []
    for i in range(count):
        base[axis] = i
        rows.append(uniform(*base))
    return np.array(rows)


@pytest.mark.parametrize("axis", range(7))
def test_neighbours_are_uniform_and_uncorrelated(axis: int) -> None:
    """Along each part, 60 runs of 256: uniform (chi-square), lags 1-3 uncorrelated, over many seeds.

    Would catch a part left out of the key, a part added to another one, or too few rounds.
    """
    rows = np.array([runs_along(axis, 1000 * axis + seed, 256) for seed in range(60)])
    counts = np.bincount((rows.ravel() * 64).astype(int), minlength=64)
    expected = rows.size / 64
    chi2 = ((counts - expected) ** 2 / expected).sum()
    assert abs((chi2 - 63) / math.sqrt(2 * 63)) <= LIMIT + 1.5  # chi-square is skewed to the right
    centred = (rows - 0.5) * math.sqrt(12)
    for lag in (1, 2, 3):
        products = centred[:, lag:] * centred[:, :-lag]
        per_seed = products.sum(axis=1) / math.sqrt(products.shape[1])
        assert np.abs(per_seed).max() <= LIMIT
        assert abs(per_seed.sum() / math.sqrt(len(per_seed))) <= LIMIT
        spread = (per_seed**2).sum()
        assert abs(spread - 60) / math.sqrt(2 * 60) <= LIMIT
    means = centred.sum(axis=1) / 16
    assert np.abs(means).max() <= LIMIT


def test_two_runs_share_nothing() -> None:
    """The same customer under neighbouring seeds, replications and sites: no correlation across them."""
    rng = random.Random(6)
    columns = []
    for _ in range(5_000):
        seed, replication, subject = random_address(rng)[:3]
        seed, replication = seed % 1000, replication % 1000
        columns.append(
            [
                uniform(seed, replication, subject, 77, 5, 9, 0),
                uniform(seed + 1, replication, subject, 77, 5, 9, 0),
                uniform(seed, replication + 1, subject, 77, 5, 9, 0),
                uniform(replication, seed, subject, 77, 5, 9, 0),
                uniform(seed, replication, subject, 78, 5, 9, 0),
                uniform(seed, replication, subject, 77, 9, 5, 0),
                uniform(seed, replication, subject, 77, 5, 9, 1),
            ]
        )
    correlation = np.corrcoef(np.array(columns).T) - np.eye(7)
    assert np.abs(correlation).max() * math.sqrt(5_000) <= LIMIT


def test_race_chances_are_the_weights() -> None:
    """The smallest key wins in proportion to weight, and weight 0 never does (a rate is no mean)."""
    weights = [0.2, 0.5, 0.3, 0.0]
    n, wins = 20_000, [0, 0, 0, 0]
    for subject in range(n):
        keys = [exponential_race(uniform(1, 0, subject, 0, 0, i, 0), w) for i, w in enumerate(weights)]
        wins[keys.index(min(keys))] += 1
    assert wins[3] == 0
    for won, weight in zip(wins[:3], weights, strict=False):
        assert abs(won - n * weight) / math.sqrt(n * weight * (1 - weight)) <= LIMIT


def test_a_logit_and_a_row_of_its_shares_choose_alike() -> None:
    """A key with utility v orders as a race with weight exp(v), draw by draw."""
    utilities = [1.0, 0.5, -2.0]
    for subject in range(2_000):
        draws = [uniform(1, 0, subject, 0, 0, i, 0) for i in range(3)]
        logit = [gumbel_key(u, v) for u, v in zip(draws, utilities, strict=True)]
        race = [exponential_race(u, math.exp(v)) for u, v in zip(draws, utilities, strict=True)]
        assert logit.index(min(logit)) == race.index(min(race))
        assert logit[0] == pytest.approx(math.log(race[0]), abs=1e-12)


def test_race_and_logit_at_the_edges() -> None:
    """Weight 0 is infinitely late; utilities of the largest size allowed stay finite and ordered."""
    assert exponential_race(0.5, 0.0) == math.inf
    assert gumbel_key(0.5, -math.inf) == math.inf
    assert gumbel_key(2.0**-53, 700.0) < gumbel_key(1 - 2.0**-53, -700.0) + 1500
    assert math.isfinite(gumbel_key(1 - 2.0**-53, 700.0))


def test_subjects_are_the_documented_hash() -> None:
    """BLAKE2b-64 of the parts joined by 0x1f, little-endian; recomputed here from the words."""
    text = "\x1f".join(["arrived", "Trudy Müller", "2026-01-05", "12"])
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    found = subject_of("arrived", "Trudy Müller", "2026-01-05", 12)
    assert found % 2**64 == int.from_bytes(digest, "little")
    assert -(2**63) <= found < 2**63
    digest = hashlib.blake2b(b"site\x1fcart", digest_size=5).digest()
    assert site_of("cart") == int.from_bytes(digest, "little")
    digest = hashlib.blake2b(b"key\x1fnext\x1fweb_order", digest_size=8).digest()
    assert key_of("next", "web_order") == int.from_bytes(digest, "little", signed=True)


def test_names_are_compared_in_nfc() -> None:
    """A name typed with combining accents is the same customer."""
    for form in ("NFC", "NFD"):
        assert subject_of("arrived", unicodedata.normalize(form, "Zoë"), "2026-01-05", 0) == subject_of(
            "arrived", "Zoë", "2026-01-05", 0
        )
    assert site_of(unicodedata.normalize("NFD", "Café")) == site_of("Café")
    assert key_of("next", unicodedata.normalize("NFD", "Café")) == key_of("next", "Café")


def plain_numbered(family: int, k: int) -> int:
    """The documented name of a member, in Python integers."""
    x = (family + (k + 1) * 0x9E3779B97F4A7C15) & MASK
    x = (x ^ x >> 27) * 0x3C79AC492BA7B653 & MASK
    x = (x ^ x >> 33) * 0x1C69B3F74AC4AE35 & MASK
    x ^= x >> 27
    return x - (1 << 64) if x >> 63 else x


def test_members_of_a_family_are_named_as_documented() -> None:
    """A customer's number is the documented mix of family and k; no two of a family share one."""
    family = subject_of("arrived", "tim", "2026-01-05")
    members = [numbered(family, k) for k in range(20_000)]
    assert members[:500] == [plain_numbered(family, k) for k in range(500)]
    assert len(set(members)) == len(members)
    other = {numbered(subject_of("arrived", "tim", "2026-01-06"), k) for k in range(20_000)}
    assert not other & set(members)


def test_friends_have_families_of_their_own() -> None:
    """Who refers, where, and on which entry: each change is another family of friends."""
    families = {friends_of(who, site, entry) for who in (1, 2, -3) for site in (5, 6) for entry in (1, 2)}
    assert len(families) == 12
    assert not families & {1, 2, -3}


def test_parts_cannot_be_shifted_into_each_other() -> None:
    """No text moves between neighbouring parts without moving the number."""
    assert subject_of("arrived", "ab", "c", 0) != subject_of("arrived", "a", "bc", 0)
    names = ["", "a", "b", "ab", "next", "dwell"]
    assert len({key_of(p, n) for p in Purpose for n in names}) == len(names) * len(Purpose)
    assert len({site_of(n) for n in names}) == len(names)


@pytest.mark.parametrize(
    "parts",
    [
        (),
        ("customer", "tim"),
        (1, "tim"),
        ("arrived", ""),
        ("arrived", "a\x1fb"),
        ("arrived", "a\n"),
        ("arrived", "\x85é"),
        ("arrived", "\ud800"),
        ("arrived", 1 << 64),
        ("arrived", True),
    ],
)
def test_a_wrong_subject_is_refused(parts: tuple[str | int, ...]) -> None:
    """Only listed kinds, no empty part, no control character, no number beyond 64 bits."""
    with pytest.raises(ValueError, match=r"subject|control|integer"):
        subject_of(*parts)


def test_a_wrong_key_or_site_is_refused() -> None:
    """A purpose outside the closed list has no key, a control character no site."""
    with pytest.raises(ValueError, match="walk"):
        key_of("walk")
    with pytest.raises(ValueError, match="control"):
        site_of("ca\x1frt")


def test_the_uniforms_of_one_visit_are_independent() -> None:
    """One block serves every draw of a visit: pairs of keys are uncorrelated and fill the square evenly.

    Keys as they are used and keys that differ in a bit or two, 60,000 blocks, all pairs. Would catch a
    mixer with a round left out (its products correlate) and a block shared by two entries.
    """
    keys = [key_of("next", name) for name in ("left", "home", "cart", "rival")]
    keys += [key_of("dwell"), key_of("after", "home"), 0, 1, 2, 3, 1 << 62]
    draws = np.array(
        [[mixed(*words, key, 0) for key in keys] for words in (block(1, 0, k, 77, 1) for k in range(60_000))]
    )
    n = len(draws)
    pairs = [(a, b) for a in range(len(keys)) for b in range(a)]
    correlation = np.corrcoef(draws.T)
    scores = []
    for a, b in pairs:
        assert abs(correlation[a, b]) * math.sqrt(n) <= LIMIT
        cells = np.bincount((draws[:, a] * 8).astype(int) * 8 + (draws[:, b] * 8).astype(int), minlength=64)
        scores.append((((cells - n / 64) ** 2 / (n / 64)).sum() - 63) / math.sqrt(126))
    assert max(scores) <= LIMIT + 1.5  # chi-square is skewed to the right
    assert abs(np.mean(scores)) * math.sqrt(len(scores)) <= LIMIT


def test_the_lists_hold_no_name_twice() -> None:
    """Kinds and purposes are distinct, and distinct kinds are distinct subjects."""
    assert len(set(KINDS)) == len(KINDS)
    assert len({purpose.value for purpose in Purpose}) == len(Purpose)
    assert len({subject_of(kind, "x", 1) for kind in KINDS}) == len(KINDS)
