"""The tile map holds every municipality of today once, in its province, and no other."""

from __future__ import annotations

from collections import Counter
from datetime import date

from sluis.kernel.territory import municipalities
from sluis.web.map import Tile, drawing_size, tiles

TODAY = date(2026, 3, 2)


def test_every_municipality_of_today_has_one_tile_and_nothing_else_has() -> None:
    assert sorted(tiles()) == sorted(one.nis for one in municipalities(TODAY))
    assert len(tiles()) == 285
    assert not any(nis.startswith("21") for nis in tiles()), "Brussels is not in the Flemish Region"


def test_no_two_tiles_overlap() -> None:
    places = Counter((tile.x, tile.y) for tile in tiles().values())
    assert max(places.values()) == 1
    ordered = sorted(places)
    # No two middles nearer than a hexagon's width, so no two hexagons touch more than at their gap.
    for index, (x, y) in enumerate(ordered):
        for other_x, other_y in ordered[index + 1 :]:
            if other_x - x > 40:
                break
            assert (other_x - x) ** 2 + (other_y - y) ** 2 >= 34**2


def pieces(wanted: set[str]) -> int:
    left: dict[tuple[int, int], Tile] = {(tiles()[nis].column, tiles()[nis].row): tiles()[nis] for nis in wanted}
    count = 0
    while left:
        count += 1
        edge = [left.popitem()[1]]
        while edge:
            edge += [left.pop(cell) for cell in edge.pop().beside() if cell in left]
    return count


def test_every_province_is_one_piece_and_so_is_the_whole() -> None:
    provinces: dict[str, set[str]] = {}
    for one in municipalities(TODAY):
        provinces.setdefault(one.province, set()).add(one.nis)
    assert {province: pieces(found) for province, found in provinces.items()} == dict.fromkeys(provinces, 1)
    assert pieces(set(tiles())) == 1


def test_west_is_left_and_north_is_up() -> None:
    at = {one.name: tiles()[one.nis] for one in municipalities(TODAY)}
    assert at["De Panne"].x < at["Gent"].x < at["Antwerpen"].x < at["Hasselt"].x < at["Maasmechelen"].x
    assert at["Hoogstraten"].y < at["Antwerpen"].y < at["Leuven"].y
    assert at["Brugge"].y < at["Kortrijk"].y
    width, height = drawing_size()
    assert all(0 < tile.x < width and 0 < tile.y < height for tile in tiles().values())
