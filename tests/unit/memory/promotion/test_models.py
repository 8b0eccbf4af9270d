import io
import itertools
import json
import zipfile

import numpy as np
import pytest

from engine.memory.promotion.models.base import PromotionModelError, area_under_curve, log_loss, sigmoid
from engine.memory.promotion.models.files import FITTERS, FORMAT, from_bytes, to_bytes
from engine.memory.promotion.models.logistic import fit_logistic
from engine.memory.promotion.models.network import fit_network, gradients
from engine.memory.promotion.models.trees import fit_trees

KINDS = tuple(FITTERS)


def examples(count: int = 400, width: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count, width))
    return rows, (rows[:, 0] - rows[:, 1] ** 2 + random.normal(size=count) > -0.5).astype(float)


def test_logistic_regression_without_penalty_gives_the_log_odds() -> None:
    rows = np.repeat([[0.0], [1.0]], [40, 60], axis=0)
    outcome = np.r_[np.ones(10), np.zeros(30), np.ones(45), np.zeros(15)]
    model = fit_logistic(rows, outcome, penalty=1e-9)
    assert sigmoid(model.logits(np.array([[0.0], [1.0]]))) == pytest.approx([10 / 40, 45 / 60], abs=1e-6)


def test_logistic_regression_agrees_with_scikit_learn() -> None:
    random = np.random.default_rng(42)
    rows = random.normal(size=(200, 4))
    rows[:, 1] *= 10
    weight = random.uniform(0.2, 3, 200)
    outcome = (rows[:, 0] - 0.1 * rows[:, 1] + random.normal(size=200) > 0.3).astype(float)
    model = fit_logistic(rows, outcome, weight, penalty=2.0)
    # scikit-learn 1.9.1: LogisticRegression(C=0.5, solver="newton-cholesky", tol=1e-12) on the standardised rows
    assert model.base == pytest.approx(-0.62348285, abs=1e-7)
    assert model.weights == pytest.approx([1.41315347, -1.09308104, -0.14639273, 0.10917512], abs=1e-7)
    assert log_loss(model.logits(rows), outcome, weight) == pytest.approx(0.438615136081648)
    scores = random.normal(size=200).round(1)  # many ties
    assert area_under_curve(scores, outcome, weight) == pytest.approx(0.5679982681204846)


def test_a_separable_set_stays_finite() -> None:
    rows = np.array([[-1.0], [-0.9], [0.9], [1.0]])
    model = fit_logistic(rows, np.array([0.0, 0, 1, 1]), penalty=1e-3)
    assert np.isfinite(model.weights).all()
    assert (sigmoid(model.logits(rows)) > 0.5).tolist() == [False, False, True, True]


def test_one_tree_cuts_where_the_gain_is_highest() -> None:
    rows = np.array([[value] for value in (1.0, 2, 3, 4, 5, 6, 7, 8)] * 10)
    outcome = (rows[:, 0] > 5).astype(float)
    model = fit_trees(rows, outcome, trees=1, depth=1, rate=1.0, penalty=1.0, least=1)
    share = outcome.mean()
    assert model.feature[0].tolist() == [0]
    assert 5 <= model.cut[0, 0] < 6
    # leaf = -G / (H + l): below the cut all 50 are unused, above it all 30 used
    low = -(50 * share) / (50 * share * (1 - share) + 1)
    high = 30 * (1 - share) / (30 * share * (1 - share) + 1)
    assert model.value[0, 1:3] == pytest.approx([low, high])
    assert model.value[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert model.logits(np.array([[1.0], [8.0]])) == pytest.approx(np.log(share / (1 - share)) + np.array([low, high]))


def test_trees_find_what_a_line_cannot() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(2000, 3))
    outcome = (rows[:, 0] * rows[:, 1] > 0).astype(float)
    tree, line = fit_trees(rows, outcome), fit_logistic(rows, outcome)
    assert area_under_curve(tree.logits(rows), outcome) > 0.9
    assert area_under_curve(line.logits(rows), outcome) < 0.6


def test_the_networks_gradients_are_those_of_finite_differences() -> None:
    random = np.random.default_rng(3)
    sizes = (4, 5, 3, 1)
    layers = [(random.normal(size=(a, b)), random.normal(size=b)) for a, b in itertools.pairwise(sizes)]
    z, slope = random.normal(size=(6, 4)), random.normal(size=6)

    def total() -> float:
        out = z
        for number, (weights, biases) in enumerate(layers):
            out = out @ weights + biases
            out = np.tanh(out) if number < 2 else out
        return float((slope * out[:, 0]).sum())

    by_parameter, by_input = gradients(tuple(layers), z, slope)
    given = [array for pair in layers for array in pair]
    for array, found in zip([*given, z], [*by_parameter, by_input], strict=True):
        for place in list(np.ndindex(array.shape))[::3]:
            kept = array[place]
            array[place] = kept + 1e-6
            above = total()
            array[place] = kept - 1e-6
            below = total()
            array[place] = kept
            assert found[place] == pytest.approx((above - below) / 2e-6, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_sum_to_the_logit(kind: str) -> None:
    rows, outcome = examples()
    model = FITTERS[kind](rows, outcome)
    base, shares = model.contributions(rows)
    assert shares.shape == rows.shape
    assert base + shares.sum(axis=1) == pytest.approx(model.logits(rows), abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_what_decides_gets_the_largest_contribution(kind: str) -> None:
    random = np.random.default_rng(2)
    rows = random.normal(size=(600, 4))
    model = FITTERS[kind](rows, (rows[:, 2] > 0).astype(float))
    _, shares = model.contributions(rows)
    assert np.abs(shares).mean(axis=0).argmax() == 2
    assert (np.sign(shares[:, 2]) == np.sign(rows[:, 2])).mean() > 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_examples_make_the_same_model_and_the_same_bytes(kind: str) -> None:
    rows, outcome = examples()
    one, other = FITTERS[kind](rows, outcome), FITTERS[kind](rows, outcome)
    data = to_bytes(one, features="f")
    assert data == to_bytes(other, features="f")
    read = from_bytes(data, features="f", width=5)
    assert read.kind == kind
    assert read.width == 5
    assert np.array_equal(read.logits(rows), one.logits(rows))


@pytest.mark.parametrize("kind", KINDS)
def test_weights_count_as_often_as_they_say(kind: str) -> None:
    rows, outcome = examples(300)
    twice = np.where(outcome > 0.5, 3.0, 1.0)
    plain = FITTERS[kind](rows, outcome)
    heavy = FITTERS[kind](rows, outcome, twice)
    assert heavy.logits(rows).mean() > plain.logits(rows).mean() + 0.3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("rows", "outcome", "weight", "word"),
    [
        (np.zeros((0, 3)), np.zeros(0), None, "nothing to learn"),
        (np.zeros((4, 3)), np.ones(4), None, "one kind \\(used\\)"),
        (np.zeros((4, 3)), np.zeros(4), None, "one kind \\(not used\\)"),
        (np.full((4, 3), np.nan), np.array([0.0, 1, 0, 1]), None, "NaN"),
        (np.ones((4, 3)), np.array([0.0, 1, 0, np.inf]), None, "NaN"),
        (np.ones((4, 3)), np.array([0.0, 1, 0, 1]), np.zeros(4), "no weight"),
        (np.ones((4, 3)), np.array([0.0, 1, 0, 1]), np.array([1.0, 0, 1, 0]), "one kind"),
        (np.ones((4, 3)), np.array([0.0, 1]), None, "differ in number"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_politely(
    kind: str, rows: np.ndarray, outcome: np.ndarray, weight: np.ndarray | None, word: str
) -> None:
    with pytest.raises(PromotionModelError, match=word):
        FITTERS[kind](rows, outcome, weight)


def test_constant_features_do_no_harm() -> None:
    rows, outcome = examples()
    rows[:, 3] = 7.0
    for kind in KINDS:
        model = FITTERS[kind](rows, outcome)
        assert np.isfinite(model.logits(rows)).all()


def rewritten(data: bytes, **changed: object) -> bytes:
    """The same archive with another header or other arrays."""
    with np.load(io.BytesIO(data)) as file:
        arrays = {name: file[name] for name in file.files}
    header = json.loads(bytes(arrays["header"]))
    for name, value in changed.items():
        if name in header:
            header[name] = value
        elif value is None:
            del arrays[name]
        else:
            arrays[name] = np.asarray(value)
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"format": FORMAT + 1}, "another version"),
        ({"kind": "oracle"}, "another version"),
        ({"features": "others"}, "other features"),
        ({"width": 9}, "other features"),
        ({"weights": None}, "lacks weights"),
        ({"weights": np.ones(3)}, "shape"),
        ({"weights": np.full(5, np.nan)}, "none"),
        ({"weights": np.array(["a"] * 5)}, "another form"),
    ],
)
def test_a_foreign_model_file_is_refused_with_a_clear_word(changed: dict[str, object], word: str) -> None:
    rows, outcome = examples()
    data = to_bytes(fit_logistic(rows, outcome), features="f")
    with pytest.raises(PromotionModelError, match=word):
        from_bytes(rewritten(data, **changed), features="f", width=5)


def test_trees_and_networks_of_another_form_are_refused() -> None:
    rows, outcome = examples()
    trees = to_bytes(fit_trees(rows, outcome, trees=2), features="f")
    for feature in (np.full((2, 7), 99), np.zeros((2, 6))):
        with pytest.raises(PromotionModelError, match="another form"):
            from_bytes(rewritten(trees, feature=feature), features="f", width=5)
    network = to_bytes(fit_network(rows, outcome, epochs=1), features="f")
    with pytest.raises(PromotionModelError, match="more than one output"):
        from_bytes(rewritten(network, weights3=np.ones((8, 2)), biases3=np.ones(2)), features="f", width=5)


def test_what_is_no_model_file_is_refused() -> None:
    rows, outcome = examples()
    data = to_bytes(fit_logistic(rows, outcome), features="f")
    pickled = io.BytesIO()
    np.savez(pickled, allow_pickle=True, header=np.array([{"a": 1}], dtype=object))
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.npy", b"\0" * (9 * 2**20))
    headless = io.BytesIO()
    np.savez(headless, weights=np.ones(3))
    for wrong in (b"", b"PK", data[: len(data) // 2], pickled.getvalue(), bomb.getvalue(), headless.getvalue()):
        with pytest.raises(PromotionModelError):
            from_bytes(wrong, features="f", width=5)


def test_the_area_under_the_curve_by_hand() -> None:
    outcome = np.array([1.0, 0, 1, 0])
    assert area_under_curve(np.array([4.0, 3, 2, 1]), outcome) == 0.75
    assert area_under_curve(np.array([1.0, 1, 1, 1]), outcome) == 0.5
    assert area_under_curve(np.array([4.0, 3, 2, 1]), outcome, np.array([1.0, 3, 1, 1])) == pytest.approx(5 / 8)
    assert np.isnan(area_under_curve(np.array([1.0, 2]), np.ones(2)))
