"""Tiles end up where they belong, in the right numbers, or are refused in words."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
import rasterio
from affine import Affine

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.terrain import tiles
from floodmark.terrain.heightmap import read_heightmap
from floodmark.terrain.tiles import find_tiles

GRID = Grid("EPSG:27700", 380000.0, 422000.0, 50.0, 40, 40)


def write_tif(path, values, west, north, size=50.0, crs="EPSG:27700", nodata=None):
    profile = {
        "driver": "GTiff", "dtype": values.dtype, "count": 1, "height": values.shape[0], "width": values.shape[1],
        "crs": crs, "transform": Affine(size, 0, west, 0, -size, north), "nodata": nodata,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)


def ascii_grid(values, west, south, size=50, nodata=None):
    head = f"ncols {values.shape[1]}\r\nnrows {values.shape[0]}\r\nxllcorner {west}\r\nyllcorner {south}\r\n"
    head += f"cellsize {size}\r\n" + (f"NODATA_value {nodata}\r\n" if nodata is not None else "")
    return head + "\r\n".join(" ".join(f"{value:g}" for value in row) for row in values) + "\r\n"


def write_zip(path, values, west, south, **options):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{path.stem.upper()}.asc", ascii_grid(values, west, south, **options))
        archive.writestr("readme.txt", "metadata of the tile")


def read(folder, grid=GRID, lowest=-450, highest=9000):
    return read_heightmap(find_tiles(folder), grid, lowest, highest)


def test_four_zipped_tiles_lie_in_their_corners_the_right_way_up(tmp_path):
    for name, west, south, value in (
        ("nw", 380000, 421000, 100),
        ("ne", 381000, 421000, 200),
        ("sw", 380000, 420000, 300),
        ("se", 381000, 420000, 400),
    ):
        tile = np.full((20, 20), float(value))
        tile[0, 0] += 1
        tile[19, 18] += 2
        write_zip(tmp_path / f"{name}.zip", tile, west, south)
    merged = read(tmp_path)
    for row, column, value in ((0, 0, 100), (0, 20, 200), (20, 0, 300), (20, 20, 400)):
        part = merged[row : row + 20, column : column + 20]
        assert part[0, 0] == value + 1
        assert part[19, 18] == value + 2
        assert np.sum(part == value) == 398


def test_an_ascii_grid_without_prj_is_british_and_one_with_prj_is_what_it_says(tmp_path):
    (tmp_path / "a.asc").write_text(ascii_grid(np.zeros((4, 4)), 380000, 420000))
    assert find_tiles(tmp_path)[0].crs == "EPSG:27700"
    (tmp_path / "a.prj").write_text(rasterio.crs.CRS.from_epsg(32630).to_wkt(morph_to_esri_dialect=True))
    assert find_tiles(tmp_path)[0].crs == "EPSG:32630"


def test_nodata_is_missing_and_never_an_elevation(tmp_path):
    tile = np.full((40, 40), 7.0)
    tile[3, 4] = -9999
    (tmp_path / "a.asc").write_text(ascii_grid(tile, 380000, 420000, nodata=-9999))
    merged = read(tmp_path)
    assert np.isnan(merged[3, 4])
    assert np.isnan(merged).sum() == 1


def test_where_tiles_overlap_the_first_by_name_holds_and_the_next_fills_its_holes(tmp_path):
    first, second = np.full((40, 40), 5, np.float32), np.full((40, 40), 6, np.float32)
    first[10, 10] = -1
    write_tif(tmp_path / "a.tif", first, 380000, 422000, nodata=-1)
    write_tif(tmp_path / "b.tif", second, 380000, 422000)
    merged = read(tmp_path)
    assert merged[10, 10] == 6
    assert (merged == 5).sum() == 1599


def test_coarser_cells_are_the_means_of_the_finer(tmp_path):
    values = np.random.default_rng(0).normal(200, 30, (40, 40)).astype(np.float32)
    write_tif(tmp_path / "a.tif", values, 380000, 422000)
    merged = read(tmp_path, GRID.coarser(4))
    np.testing.assert_allclose(merged, values.reshape(10, 4, 10, 4).mean(axis=(1, 3)), rtol=1e-5)


def test_finer_cells_lie_on_the_same_slope(tmp_path):
    x = 380000 + 50 * (np.arange(40) + 0.5)
    write_tif(tmp_path / "a.tif", np.tile(0.1 * (x - 380000), (40, 1)).astype(np.float32), 380000, 422000)
    fine = Grid("EPSG:27700", 380500.0, 421500.0, 10.0, 100, 100)
    merged = read(tmp_path, fine)
    np.testing.assert_allclose(merged, np.tile(0.1 * (fine.x - 380000), (100, 1)), atol=0.01)


def test_another_crs_is_warped_to_the_right_place(tmp_path):
    write_tif(tmp_path / "a.tif", np.zeros((200, 200), np.float32), -2.3, 53.7, size=0.001, crs="EPSG:4326")
    with rasterio.open(tmp_path / "a.tif", "r+") as target:
        values = target.read(1)
        values[80:90, 100:110] = 500
        target.write(values, 1)
    (east,), (north,) = rasterio.warp.transform("EPSG:4326", "EPSG:27700", [-2.195], [53.615])
    merged = read(tmp_path, Grid("EPSG:27700", 384000.0, 416000.0, 100.0, 60, 60))
    row, column = (416000 - north) / 100, (east - 384000) / 100
    assert merged[int(row), int(column)] == 500
    peak = np.argwhere(merged > 250).mean(axis=0)
    np.testing.assert_allclose(peak + 0.5, [row, column], atol=0.6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"crs": "EPSG:32630"}, "one CRS"),
        ({"size": 25.0}, "one cell size"),
        ({"west": 381010.0}, "one lattice"),
        ({"fill": -9999.0}, "nodata"),
    ],
)
def test_tiles_that_do_not_fit_are_refused_by_name(tmp_path, change, message):
    write_tif(tmp_path / "a.tif", np.zeros((20, 20), np.float32), 380000, 422000)
    values = {"west": 381000.0, "size": 50.0, "crs": "EPSG:27700", "fill": 0.0} | change
    tile = np.full((20, 20), values["fill"], np.float32)
    write_tif(tmp_path / "b.tif", tile, values["west"], 422000, size=values["size"], crs=values["crs"])
    with pytest.raises(UserError, match=message) as error:
        read(tmp_path)
    assert "b.tif" in str(error.value)


def test_files_that_are_no_tiles_are_refused_by_name(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(UserError, match=r"x\.zip"):
        find_tiles(tmp_path)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.txt", "nothing")
    with pytest.raises(UserError, match=r"x\.zip.*no \.asc"):
        find_tiles(tmp_path)
    (tmp_path / "x.zip").unlink()
    (tmp_path / "y.tif").write_bytes(b"no tiff")
    with pytest.raises(UserError, match=r"y\.tif"):
        find_tiles(tmp_path)


def test_a_grid_off_the_tiles_is_refused(tmp_path):
    write_tif(tmp_path / "a.tif", np.zeros((20, 20), np.float32), 380000, 422000)
    with pytest.raises(UserError, match="no heightmap tile touches"):
        read(tmp_path, Grid("EPSG:27700", 500000.0, 200000.0, 50.0, 4, 4))


def test_an_absent_or_empty_folder_has_no_tiles(tmp_path):
    assert find_tiles(tmp_path / "nowhere") == []
    (tmp_path / ".keep").touch()
    assert find_tiles(tmp_path) == []


def test_tiles_are_found_in_folders_and_an_assumed_crs_is_said_once(tmp_path, capsys):
    tiles._say_assumed.cache_clear()
    for name in ("b", "a/c"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "x.asc").write_text(ascii_grid(np.zeros((4, 4)), 380000, 420000))
    assert [tile.name for tile in find_tiles(tmp_path)] == ["a/c/x.asc", "b/x.asc"]
    find_tiles(tmp_path)
    assert capsys.readouterr().err.count("EPSG:27700") == 1


def cut(path, share=0.6):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def test_a_tile_that_is_cut_short_is_refused_by_name(tmp_path):
    values = np.random.default_rng(0).normal(200, 30, (80, 80)).astype(np.float32)
    for name in ("a.tif", "b.asc"):
        folder = tmp_path / name[0]
        folder.mkdir()
        if name.endswith("tif"):
            write_tif(folder / name, values, 380000, 422000)
        else:
            (folder / name).write_text(ascii_grid(values, 380000, 420000))
        cut(folder / name)
        (tile,) = find_tiles(folder)
        with pytest.raises(UserError, match=rf"{name}: .*cut short.*download it again"):
            tile.elevation()


def test_a_zip_that_is_cut_short_or_damaged_is_refused_by_name(tmp_path):
    """GDAL never returns from a damaged member, so this must be found before it opens one."""
    values = np.random.default_rng(0).normal(200, 30, (80, 80))
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("X.asc", ascii_grid(values, 380000, 420000))
    assert find_tiles(tmp_path)[0].elevation().shape == (80, 80)
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes(200) + whole[middle + 200 :])
    with pytest.raises(UserError, match=r"x\.zip: X\.asc in it is damaged.*download it again"):
        find_tiles(tmp_path)
    path.write_bytes(whole[:middle])
    with pytest.raises(UserError, match=r"x\.zip: no readable zip.*download it again"):
        find_tiles(tmp_path)
