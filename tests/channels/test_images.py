"""Images of the workspace are made fit to go out, or refused with what to do."""

from __future__ import annotations

import random
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from channels.images import Picture, load
from channels.pictures import read_images
from state.channels import OutgoingImage, Rejected
from tests.support.conformance import post_for

SECRET = "52.5200 N, 13.4050 E"


async def loaded(workspace: Path, name: str, *, max_bytes: int = 1_000_000, max_side: int = 2_000) -> Picture:
    return await load(workspace, OutgoingImage(path=name, alt=""), max_bytes=max_bytes, max_side=max_side)


def opened(picture: Picture) -> Image.Image:
    image = Image.open(BytesIO(picture.data))
    assert image.size == (picture.width, picture.height)
    assert picture.mime == f"image/{(image.format or '').lower()}"
    return image


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    bands = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, (width, height), random.Random(1).randbytes(width * height * bands))


async def test_a_fitting_image_keeps_its_pixels(tmp_path: Path) -> None:
    """A small PNG goes out pixel for pixel, the same bytes each time."""
    made = noise(50, 40)
    made.save(tmp_path / "a.png")
    first, second = [await loaded(tmp_path, "a.png") for _ in range(2)]
    assert first.data == second.data
    assert (opened(first).format, opened(first).tobytes()) == ("PNG", made.tobytes())


async def test_only_the_picture_that_was_approved_goes_out(tmp_path: Path) -> None:
    """Another file that was put in its place after the approval is refused, and said to be another."""
    noise(50, 40).save(tmp_path / "a.png")
    approved = OutgoingImage(path="a.png", alt="", sha256=sha256((tmp_path / "a.png").read_bytes()).hexdigest())
    assert opened(await load(tmp_path, approved, max_bytes=1_000_000, max_side=2_000)).size == (50, 40)
    noise(40, 50).save(tmp_path / "a.png")
    with pytest.raises(Rejected, match="isn't the one that you approved"):
        await load(tmp_path, approved, max_bytes=1_000_000, max_side=2_000)


def remarks(kind: str) -> dict[str, Any]:
    """What a format holds beside EXIF."""
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", SECRET)
    held: dict[str, dict[str, Any]] = {
        "JPEG": {"comment": SECRET, "xmp": SECRET.encode()},
        "PNG": {"pnginfo": about},
    }
    return held.get(kind, {})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
async def test_nothing_private_goes_out(tmp_path: Path, kind: str) -> None:
    """Where and when a picture was taken, comments and other remarks stay at home."""
    exif = Image.Exif()
    exif[0x010E] = SECRET
    noise(50, 40).save(tmp_path / "a", kind, exif=exif, **remarks(kind))
    assert SECRET.encode() in (tmp_path / "a").read_bytes()
    assert SECRET.encode() not in (await loaded(tmp_path, "a")).data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_page_shows_the_file_without_what_the_camera_wrote(tmp_path: Path, kind: str) -> None:
    """A site's file keeps its format, its size and its way up; where and when it was taken stay at home. One without remarks is as it was."""
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = SECRET, 6
    name = f"a.{kind.lower()}"
    noise(50, 40).save(tmp_path / name, kind, exif=exif, **remarks(kind))
    assert SECRET.encode() in (tmp_path / name).read_bytes()
    post = post_for("site", images=(OutgoingImage(path=name, alt=""),))
    first, second = [read_images(post, tmp_path) for _ in range(2)]
    assert first == second
    (data,) = first.values()
    assert SECRET.encode() not in data
    page = Image.open(BytesIO(data))
    assert (page.format, page.size, dict(page.getexif())) == (kind, (50, 40), {0x0112: 6})
    noise(50, 40).save(tmp_path / name, kind)
    plain = (tmp_path / name).read_bytes()
    assert list(read_images(post, tmp_path).values()) == [plain]


async def test_it_stands_upright(tmp_path: Path) -> None:
    """A picture that the camera held sideways is turned, since the remark that says so is taken out."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 20), "red").save(tmp_path / "a.jpg", exif=exif)
    picture = await loaded(tmp_path, "a.jpg")
    assert (picture.width, picture.height) == (20, 60)


@pytest.mark.parametrize("most", [200_000, 20_000, 2_000])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
async def test_it_is_made_small_enough(tmp_path: Path, mode: str, most: int) -> None:
    """However little the far side takes, and whatever shines through, the image fits and keeps its shape."""
    noise(800, 400, mode).save(tmp_path / "a.png")
    picture = await loaded(tmp_path, "a.png", max_bytes=most, max_side=500)
    assert len(picture.data) <= most
    assert picture.width <= 500
    assert opened(picture).width / picture.height == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "I;16"])
async def test_every_kind_of_pixel_is_shown_as_it_is(tmp_path: Path, mode: str) -> None:
    """A mid grey stays one, in whatever way it is stored."""
    if mode == "I;16":
        grey = Image.frombytes(mode, (20, 20), b"\x00\x80" * 400)
    else:
        grey = Image.new("RGB", (20, 20), (128, 128, 128)).convert(mode)
    grey.save(tmp_path / "a.tiff")
    shown = opened(await loaded(tmp_path, "a.tiff")).convert("L")
    assert shown.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) == pytest.approx(128, abs=2)


async def test_colours_keep_their_profile(tmp_path: Path) -> None:
    """The profile that says what the numbers of a colour mean goes along."""
    noise(20, 20).save(tmp_path / "a.png", icc_profile=b"a profile")
    assert opened(await loaded(tmp_path, "a.png")).info["icc_profile"] == b"a profile"


@pytest.mark.parametrize("path", ["../outside.png", "/etc/hostname", "link.png"])
async def test_a_path_stays_in_the_workspace(tmp_path: Path, path: str) -> None:
    """What lies outside of the workspace isn't read, by whatever way the path leads there."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    noise(5, 5).save(tmp_path / "outside.png")
    (workspace / "link.png").symlink_to(tmp_path / "outside.png")
    with pytest.raises(Rejected, match="isn't inside the workspace"):
        await loaded(workspace, path)


async def test_what_cannot_be_used_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, another format, broken bytes, and a limit that nothing can meet: each says what to do."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.png").write_text("no image")
    (tmp_path / "vector.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    noise(50, 40).save(tmp_path / "a.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "a.png").read_bytes()[:900])
    for name, said in {
        "none.png": "No such file",
        "folder": "Is a directory",
        "text.png": "can't be read",
        "vector.eps": "can't be read",
        "cut.png": "can't be read",
    }.items():
        with pytest.raises(Rejected, match=said):
            await loaded(tmp_path, name)
    with pytest.raises(Rejected, match="can't be made smaller than 10 bytes"):
        await loaded(tmp_path, "a.png", max_bytes=10)


async def test_an_image_of_countless_pixels_is_refused(tmp_path: Path) -> None:
    """A small file that would fill the memory is refused before it does."""
    Image.new("1", (10_000, 9_500)).save(tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size < 100_000
    with pytest.raises(Rejected, match="more than 89,478,485 pixels"):
        await loaded(tmp_path, "a.png")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]), st.integers(0, 3000), st.binary(min_size=1, max_size=40))
async def test_broken_bytes_do_no_more_than_be_refused(tmp_path: Path, kind: str, at: int, junk: bytes) -> None:
    """Bytes that got lost or changed on the way give an image or a refusal, and nothing else."""
    out = BytesIO()
    noise(30, 30).save(out, kind)
    data = bytearray(out.getvalue())
    data[at % len(data) : at % len(data) + len(junk)] = junk
    (tmp_path / "a").write_bytes(data)
    try:
        opened(await loaded(tmp_path, "a"))
    except Rejected as refused:
        assert refused.fix
