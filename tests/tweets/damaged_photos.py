"""Files as they come from the web and from its enemies: damaged, hostile, or merely unusual."""

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
SIGNATURES = {
    "JPEG": b"\xff\xd8\xff\xe0",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "GIF": b"GIF89a",
    "WEBP": b"RIFF\0\0\0\0WEBPVP8 ",
}
COLOUR = (90, 140, 60)
BAD = ("corrupt", "not a photo", "too large")
ANY = ("usable", *BAD)


@dataclass(frozen=True)
class File:
    """One file: its bytes, what may become of it, and whether all of it is of `COLOUR`."""

    body: bytes
    may_be: tuple[str, ...]
    plain: bool = False


def picture(rng, mode="RGB"):
    """Noise, which no format can store in a few bytes."""
    return Image.fromarray(rng.integers(0, 256, (48, 64, 3), np.uint8)).convert(mode)


def flat(mode="RGB"):
    return Image.new("RGB", (64, 48), COLOUR).convert(mode)


def saved(image, format_, **options):
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, *between, depth=8, colour=2, rows=48):
    """A PNG that says what it likes of its sides, with the data of a picture 64 wide."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress((b"\0" + bytes(COLOUR) * 64) * rows))
    return SIGNATURES["PNG"] + header + b"".join(between) + data + chunk(b"IEND", b"")


def jpeg_of_sides(rng, width, height):
    """A JPEG whose frame header names other sides than its data has."""
    body = bytearray(saved(picture(rng), "JPEG"))
    at = body.index(b"\xff\xc0")
    body[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(body)


def cut(rng):
    format_ = rng.choice(FORMATS)
    body = saved(picture(rng), str(format_))
    return File(body[: rng.integers(0, int(0.8 * len(body)))], BAD)


def flipped(rng):
    body = bytearray(saved(picture(rng), str(rng.choice(FORMATS))))
    for _ in range(rng.integers(1, 65)):
        body[rng.integers(len(body))] ^= 1 << rng.integers(8)
    return File(bytes(body), ANY)


def overwritten(rng):
    """A run of zeros or chance, as a disk leaves it."""
    body = bytearray(saved(picture(rng), str(rng.choice(FORMATS))))
    start, length = rng.integers(len(body)), rng.integers(1, 600)
    body[start : start + length] = rng.bytes(length) if rng.random() < 0.5 else bytes(length)
    return File(bytes(body), ANY)


def wrong_header(rng):
    body = saved(picture(rng), "JPEG")
    other = [SIGNATURES[name] for name in ("PNG", "GIF", "WEBP")]
    start = [*other, b"BM", b"II*\0", b"%PDF-1.7\n", b"<html>", b"\0" * 16, rng.bytes(12)][rng.integers(9)]
    return File(start + body[len(start) :], BAD)


def garbage(rng):
    start = [b"", *SIGNATURES.values()][rng.integers(5)]
    return File(start + rng.bytes(rng.integers(0, 4000)), BAD)


def bomb(rng):
    side = int(rng.choice([20_000, 60_000, 2**31 - 1]))
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000), 9)) if rng.random() < 0.05 else b""
    gif = b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(3) + b"," + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0)
    webp = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\xff\xff" * 2
    bodies = [
        png(side, side, text),
        png(4_000_000, 20, depth=16),
        jpeg_of_sides(rng, 65_500, 65_500),
        gif,
        b"RIFF" + struct.pack("<I", len(webp) + 4) + b"WEBP" + webp,
    ]
    return File(bodies[rng.integers(len(bodies))], BAD)


def without_sides(rng):
    gif = saved(picture(rng), "GIF")
    at = gif.index(b"," + struct.pack("<HHHH", 0, 0, 64, 48))
    bodies = [
        png(0, 48), png(64, 0), png(0, 0), jpeg_of_sides(rng, 0, 48), jpeg_of_sides(rng, 64, 0),
        gif[:6] + bytes(4) + gif[10 : at + 5] + bytes(4) + gif[at + 9 :],
    ]  # fmt: skip
    return File(bodies[rng.integers(len(bodies))], BAD)


def odd_exif(rng):
    """Every orientation there is not, tags without end, chance for EXIF, and an album of it before the photo."""
    exif = Image.Exif()
    exif[0x0112] = int(rng.choice([0, 9, 255, 65535]))
    exif[0x010E] = "x" * int(rng.integers(0, 60_000))
    junk = b"Exif\0\0" + (b"II*\0\x08\0\0\0" if rng.random() < 0.5 else b"") + rng.bytes(rng.integers(1, 60_000))
    given = exif.tobytes() if rng.random() < 0.5 else junk
    body = saved(flat(), "JPEG", exif=given, quality=95)
    segment = b"\xff\xe1" + struct.pack(">H", 65_535) + b"Exif\0\0" + bytes(65_527)
    many = body[:2] + segment * int(rng.integers(0, 40)) + body[2:]
    endless = chunk(b"eXIf", b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x8769, 4, 1, 8) + b"\x08\0\0\0")
    return File(
        [body, many, png(64, 48, endless), png(64, 48, chunk(b"eXIf", junk))][rng.integers(4)], ("usable",), True
    )


def animated(rng):
    """The first frame counts, whatever becomes of those behind it."""
    format_ = str(rng.choice(["GIF", "WEBP", "PNG"]))
    frames = [flat(), *(picture(rng) for _ in range(rng.integers(1, 6)))]
    body = saved(frames[0], format_, save_all=True, append_images=frames[1:])
    if format_ == "GIF" and rng.random() < 0.5:
        return File(body[: len(body) - rng.integers(1, 2000)], ("usable",), True)
    return File(body, ("usable",), True)


def unusual(rng):
    """Whole photos of unusual kinds."""
    profile = rng.bytes(rng.integers(1, 3000))
    deep = np.full((48, 64), 100 * 257, np.uint16)
    clear = flat("RGBA")
    clear.putalpha(255)
    bodies = [
        (saved(flat("CMYK"), "JPEG", quality=95), True),
        (saved(flat().quantize(4), "PNG", transparency=3), True),
        (saved(flat(), "JPEG", icc_profile=profile, quality=95), True),
        (saved(flat(), "PNG", icc_profile=profile), True),
        (png(64, 48, chunk(b"iCCP", b"a\0\0" + profile)), True),
        (saved(flat(), "WEBP", icc_profile=profile, quality=95), True),
        (saved(clear, "WEBP", lossless=True), True),
        (saved(flat(), "JPEG", progressive=True, quality=95) + rng.bytes(500), True),
        (saved(Image.fromarray(deep), "PNG"), False),
        (saved(flat("1"), "PNG"), False),
        (saved(flat("LA"), "PNG"), False),
    ]
    body, plain = bodies[rng.integers(len(bodies))]
    return File(body, ("usable",), plain)


KINDS = (
    cut, flipped, overwritten, wrong_header, garbage, bomb, without_sides, odd_exif, animated, unusual,
)  # fmt: skip


def damaged(count, seed=0):
    """So many files, of every kind in turn."""
    return [KINDS[number % len(KINDS)](np.random.default_rng((seed, number))) for number in range(count)]
