"""Two spellings of one CRS are one; two CRSs are two."""

from __future__ import annotations

import pytest
from rasterio.crs import CRS

from floodmark.radar.crs import canonical_crs, wkt

ROUNDED = (
    'PROJCS["British_National_Grid",GEOGCS["GCS_OSGB_1936",DATUM["D_OSGB_1936",SPHEROID["Airy_1830",6377563.396,'
    '299.3249646]],PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",49],PARAMETER["central_meridian",-2],PARAMETER["scale_factor",0.999601272],'
    'PARAMETER["false_easting",400000],PARAMETER["false_northing",-100000],UNIT["Meter",1]]'
)


@pytest.mark.parametrize("code", [27700, 32616, 4326, 3035, 28992])
def test_codes_wkt_and_esris_wkt_agree(code):
    crs = CRS.from_epsg(code)
    for spelling in (f"EPSG:{code}", f"epsg:{code}", crs.to_wkt(), crs):
        assert canonical_crs(spelling) == f"EPSG:{code}"


def test_a_prj_that_rounds_the_british_scale_factor_is_still_british():
    assert canonical_crs(ROUNDED) == "EPSG:27700"


def test_other_parameters_are_another_crs():
    shifted = ROUNDED.replace('"false_easting",400000', '"false_easting",400001')
    assert canonical_crs(shifted) != "EPSG:27700"
    assert canonical_crs(ROUNDED.replace("0.999601272", "0.9996")) != "EPSG:27700"


@pytest.mark.parametrize("crs", ["EPSG:27700", ROUNDED.replace("400000", "400001"), "+proj=laea +lat_0=53 +lon_0=-2"])
def test_the_canonical_spelling_stays_what_it_is(crs):
    once = canonical_crs(crs)
    assert canonical_crs(once) == once
    assert canonical_crs(wkt(once)) == once
