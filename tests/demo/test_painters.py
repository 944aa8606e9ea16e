import numpy as np
import pytest

from demo.canvas import SIDE
from demo.chance import stream
from demo.painters import PAINTERS, picture
from demo.scenes import LIGHTS, NOUNS, Scene


def test_there_is_a_painter_for_everything_that_is_mentioned():
    assert set(PAINTERS) == set(NOUNS)


@pytest.mark.parametrize("thing", sorted(PAINTERS))
def test_pictures_show_the_state_and_the_light(thing):
    def mean(good, light, colour="red"):
        images = [picture(stream("test", thing, good, light, i), Scene(thing, good, colour, light)) for i in range(4)]
        assert all(image.size == (SIDE, SIDE) and image.mode == "RGB" for image in images)
        return np.mean([np.asarray(image, float) for image in images], 0)

    brightness = [mean(good=True, light=light).mean() for light in LIGHTS]
    assert brightness == sorted(brightness, reverse=True)
    # Well and badly off differ far more than two pictures of the same scene's average do.
    assert np.abs(mean(good=True, light="day") - mean(good=False, light="day")).mean() > 15
    assert np.abs(mean(good=True, light="day") - mean(good=True, light="day", colour="blue")).mean() > 2


def test_the_same_stream_paints_the_same_picture():
    scene = Scene("boat", True, "blue", "dusk")
    assert picture(stream("x"), scene).tobytes() == picture(stream("x"), scene).tobytes()
    assert picture(stream("x"), scene).tobytes() != picture(stream("y"), scene).tobytes()
