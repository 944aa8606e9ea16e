import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from floodmark.tweets.pixels import MAX_BYTES, STATUSES, Photo, decode

SIZE = 32
RED, GREEN, BLUE, WHITE = (200, 30, 40), (20, 180, 60), (30, 60, 200), (255, 255, 255)


def seen(path, megapixels=1):
    """Decoded by itself: there are no faces here."""
    return decode(path, SIZE, megapixels, lambda photo: (photo, 0))


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
    photo = seen(save(tmp_path / f"a.{suffix}", image))
    assert (photo.status, photo.width, photo.height) == ("usable", 50, 40)
    assert photo.pixels.shape == (3, SIZE, SIZE)
    assert photo.pixels.dtype == np.uint8
    if mode != "1":
        assert np.abs(photo.pixels.astype(int) - 128).max() <= 6


def test_deep_greys_keep_black_and_white(tmp_path):
    ramp = np.repeat(np.array([0, 65535], np.uint16), 20)[None].repeat(40, axis=0)
    pixels = seen(save(tmp_path / "a.png", Image.fromarray(ramp))).pixels
    assert near(pixels, (16, 2), (0, 0, 0), 2)
    assert near(pixels, (16, 29), WHITE, 2)


def test_what_is_transparent_lies_on_white(tmp_path):
    image = Image.new("RGBA", (40, 40), (*RED, 0))
    assert near(seen(save(tmp_path / "a.png", image)).pixels, (5, 5), WHITE, 0)
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([*RED, *BLUE])
    assert near(seen(save(tmp_path / "b.png", palette, transparency=0)).pixels, (5, 5), WHITE, 0)
    keyed = save(tmp_path / "c.png", halves(), transparency=RED)
    assert near(seen(keyed).pixels, (5, 2), WHITE, 0)
    assert near(seen(keyed).pixels, (5, 29), BLUE, 0)


def test_the_first_frame_of_an_animation_is_taken(tmp_path):
    frames = [Image.new("RGB", (40, 40), colour) for colour in (GREEN, RED)]
    path = save(tmp_path / "a.gif", frames[0], save_all=True, append_images=frames[1:])
    assert near(seen(path).pixels, (9, 9), GREEN)


def test_a_photo_stands_upright_and_takes_no_metadata_along(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    exif[0x013B] = "Emrys Dapplefell"
    path = save(tmp_path / "a.jpg", halves(80, 40), exif=exif, quality=95)
    photo = seen(path)
    assert (photo.status, photo.width, photo.height) == ("usable", 40, 80)
    assert near(photo.pixels, (2, 16), RED)
    assert near(photo.pixels, (29, 16), BLUE)
    assert type(photo.pixels) is np.ndarray


def test_faces_are_sought_upright_at_the_photo_s_own_size(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    shown = []

    def hide(photo):
        shown.append(photo)
        return Image.new("RGB", photo.size, GREEN), 3

    photo = decode(save(tmp_path / "a.jpg", halves(80, 40), exif=exif, quality=95), SIZE, 1, hide)
    assert [(one.size, one.mode) for one in shown] == [((40, 80), "RGB")]
    assert photo.faces == 3
    assert near(photo.pixels, (slice(None), slice(None)), np.reshape(GREEN, (3, 1, 1)), 0)


@pytest.mark.parametrize(("size", "searched"), [((400, 90), (180, 90)), ((90, 401), (90, 181)), ((100, 90), (100, 90))])
def test_of_a_strip_its_middle_is_searched(tmp_path, size, searched):
    image = Image.new("RGB", size, RED)
    half = min(size) // 2
    x, y = size[0] // 2, size[1] // 2
    image.paste(GREEN, (x - half, y - half, x + half, y + half))
    shown = []
    photo = decode(save(tmp_path / "a.png", image), SIZE, 1, lambda photo: shown.append(photo.size) or (photo, 0))
    assert shown == [searched]
    assert (photo.width, photo.height) == size
    assert near(photo.pixels[:, 1:-1, 1:-1], (slice(None), slice(None)), np.reshape(GREEN, (3, 1, 1)), 60)


def test_a_mistake_in_hiding_faces_is_no_damaged_photo(tmp_path):
    def hide(photo):
        raise ValueError("a defect")

    path = save(tmp_path / "a.png", halves())
    with pytest.raises(ValueError, match="a defect"):
        decode(path, SIZE, 1, hide)


def test_the_centre_is_cut_out_of_the_longer_side(tmp_path):
    image = Image.new("RGB", (120, 40), RED)
    image.paste(GREEN, (40, 0, 80, 40))
    pixels = seen(save(tmp_path / "a.png", image)).pixels
    assert all(near(pixels, (row, column), GREEN, 40) for row in (0, 31) for column in (1, 30))
    thin = seen(save(tmp_path / "b.png", Image.new("RGB", (4000, 1), BLUE)))
    assert thin.status == "usable"
    assert near(thin.pixels, (16, 16), BLUE)


def photo_bytes(format_="JPEG"):
    rng = np.random.default_rng(1)
    buffer = io.BytesIO()
    Image.fromarray(rng.integers(0, 255, (64, 64, 3), np.uint8)).save(buffer, format_)
    return buffer.getvalue()


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_photo_cut_short_is_corrupt(tmp_path, format_):
    whole = photo_bytes(format_)
    (tmp_path / "a.jpg").write_bytes(whole[: len(whole) // 2])
    assert seen(tmp_path / "a.jpg") == Photo("corrupt")


@pytest.mark.parametrize("body", [b"", b"<html>404</html>", b"%PDF-1.7", b"GIF8", b"BM" + bytes(60)])
def test_what_is_no_photo_is_called_so(tmp_path, body):
    (tmp_path / "a.jpg").write_bytes(body)
    assert seen(tmp_path / "a.jpg") == Photo("not a photo")


def test_a_photo_too_large_is_refused_by_its_header(tmp_path):
    path = save(tmp_path / "a.png", Image.new("L", (2000, 1000)))
    assert seen(path, 1.9) == Photo("too large")
    vast = bytearray(photo_bytes("GIF"))
    vast[6:10] = struct.pack("<HH", 65535, 65535)
    (tmp_path / "b.gif").write_bytes(vast)
    assert seen(tmp_path / "b.gif", 178) == Photo("too large")
    assert seen(path, 2.0).status == "usable"


def test_a_file_too_large_is_not_even_read(tmp_path):
    with (tmp_path / "a.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert seen(tmp_path / "a.jpg") == Photo("too large")


def test_what_the_system_does_not_give_is_unreadable(tmp_path):
    assert seen(tmp_path / "gone.jpg") == Photo("unreadable")
    assert seen(tmp_path) == Photo("unreadable")


@settings(max_examples=150)
@given(st.integers(0, 3000), st.binary(min_size=1, max_size=8), st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_damaged_bytes_never_break_the_stage(tmp_path_factory, at, damage, format_):
    body = bytearray(photo_bytes(format_))
    at %= len(body)
    body[at : at + len(damage)] = damage
    path = tmp_path_factory.getbasetemp() / "damaged.jpg"
    path.write_bytes(body)
    photo = seen(path)
    assert photo.status in STATUSES
    assert (photo.pixels is not None) == (photo.status == "usable") == (photo.width * photo.height > 0)
