import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from floodmark.tweets.pixels import decode

SIZE = 32
RED, GREEN, BLUE, WHITE = (200, 30, 40), (20, 180, 60), (30, 60, 200), (255, 255, 255)


def save(path, image, **options):
    image.save(path, **options)
    return path


def halves(width=80, height=40, left=RED, right=BLUE):
    image = Image.new("RGB", (width, height), left)
    image.paste(right, (width // 2, 0, width, height))
    return image


def near(pixels, where, colour, tolerance=25):
    return np.abs(pixels[(slice(None), *where)].astype(int) - colour).max() <= tolerance


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA", "CMYK", "1", "I;16"])
def test_every_kind_of_colour_becomes_rgb(tmp_path, mode):
    base = Image.new("RGB", (50, 40), (128, 128, 128))
    if mode == "I;16":
        image = Image.fromarray(np.full((40, 50), 128 * 257, np.uint16))
    elif mode == "P":
        image = base.convert("P", palette=Image.Palette.ADAPTIVE)
    else:
        image = base.convert(mode)
    suffix = "jpg" if mode == "CMYK" else "png"
    status, width, height, pixels = decode(save(tmp_path / f"a.{suffix}", image), SIZE, 1)
    assert (status, width, height) == ("usable", 50, 40)
    assert pixels.shape == (3, SIZE, SIZE)
    assert pixels.dtype == np.uint8
    if mode != "1":
        assert np.abs(pixels.astype(int) - 128).max() <= 6


def test_what_is_transparent_lies_on_white(tmp_path):
    image = Image.new("RGBA", (40, 40), (*RED, 0))
    assert near(decode(save(tmp_path / "a.png", image), SIZE, 1)[3], (5, 5), WHITE, 0)
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([*RED, *BLUE])
    assert near(decode(save(tmp_path / "b.png", palette, transparency=0), SIZE, 1)[3], (5, 5), WHITE, 0)


def test_the_first_frame_of_an_animation_is_taken(tmp_path):
    frames = [Image.new("RGB", (40, 40), colour) for colour in (GREEN, RED)]
    path = save(tmp_path / "a.gif", frames[0], save_all=True, append_images=frames[1:])
    assert near(decode(path, SIZE, 1)[3], (9, 9), GREEN)


def test_a_photo_stands_upright_and_takes_no_metadata_along(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    exif[0x013B] = "Emrys Dapplefell"
    path = save(tmp_path / "a.jpg", halves(80, 40), exif=exif, quality=95)
    status, width, height, pixels = decode(path, SIZE, 1)
    assert (status, width, height) == ("usable", 40, 80)
    assert near(pixels, (2, 16), RED)
    assert near(pixels, (29, 16), BLUE)
    assert type(pixels) is np.ndarray


def test_the_centre_is_cut_out_of_the_longer_side(tmp_path):
    image = Image.new("RGB", (120, 40), RED)
    image.paste(GREEN, (40, 0, 80, 40))
    pixels = decode(save(tmp_path / "a.png", image), SIZE, 1)[3]
    assert all(near(pixels, (row, column), GREEN, 40) for row in (0, 31) for column in (1, 30))
    thin = decode(save(tmp_path / "b.png", Image.new("RGB", (4000, 1), BLUE)), SIZE, 1)
    assert thin[0] == "usable"
    assert near(thin[3], (16, 16), BLUE)


def photo_bytes(format_="JPEG"):
    rng = np.random.default_rng(1)
    buffer = io.BytesIO()
    Image.fromarray(rng.integers(0, 255, (64, 64, 3), np.uint8)).save(buffer, format_)
    return buffer.getvalue()


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_photo_cut_short_is_corrupt(tmp_path, format_):
    whole = photo_bytes(format_)
    (tmp_path / "a.jpg").write_bytes(whole[: len(whole) // 2])
    assert decode(tmp_path / "a.jpg", SIZE, 1) == ("corrupt", 0, 0, None)


@pytest.mark.parametrize("body", [b"", b"<html>404</html>", b"%PDF-1.7", b"GIF8", b"BM" + bytes(60)])
def test_what_is_no_photo_is_called_so(tmp_path, body):
    (tmp_path / "a.jpg").write_bytes(body)
    assert decode(tmp_path / "a.jpg", SIZE, 1) == ("not a photo", 0, 0, None)


def test_a_photo_too_large_is_refused_by_its_header(tmp_path):
    path = save(tmp_path / "a.png", Image.new("L", (2000, 1000)))
    assert decode(path, SIZE, 1.9) == ("not a photo", 0, 0, None)
    assert decode(path, SIZE, 2.0)[0] == "usable"


@settings(max_examples=150)
@given(st.integers(0, 3000), st.binary(min_size=1, max_size=8), st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_damaged_bytes_never_break_the_stage(tmp_path_factory, at, damage, format_):
    body = bytearray(photo_bytes(format_))
    at %= len(body)
    body[at : at + len(damage)] = damage
    path = tmp_path_factory.getbasetemp() / "damaged.jpg"
    path.write_bytes(body)
    status, width, height, pixels = decode(path, SIZE, 1)
    assert status in ("usable", "corrupt", "not a photo")
    assert (pixels is not None) == (status == "usable") == (width * height > 0)
