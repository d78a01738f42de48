"""Zones: as people name them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.zones import REGIONS, city, find_zone, zones_of


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Москва", "Europe/Moscow"),
        (" санкт-петербург ", "Europe/Moscow"),
        ("kazan", "Europe/Moscow"),
        ("Екатеринбург", "Asia/Yekaterinburg"),
        ("europe/moscow", "Europe/Moscow"),
        ("New York", "America/New_York"),
        ("Нью-Йорк", "America/New_York"),
        ("Калькутта", "Asia/Kolkata"),
        ("Kiev", "Europe/Kyiv"),
        ("UTC+3", "Etc/GMT-3"),
        ("gmt −4", "Etc/GMT+4"),
        ("+5:00", "Etc/GMT-5"),
        ("мск", "Europe/Moscow"),
        ("МСК+2", "Etc/GMT-5"),
    ],
)
def test_a_place_or_an_offset_names_its_zone(text: str, zone: str) -> None:
    assert find_zone(text) == zone


@pytest.mark.parametrize("text", ["", "Атлантида", "UTC+15", "+3:30", "../../etc/passwd", "\0", "UTC+"])
def test_what_names_no_zone_is_none(text: str) -> None:
    assert find_zone(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    find_zone(text)


def test_every_zone_offered_can_be_typed_and_has_a_name_in_both_languages() -> None:
    for region in REGIONS:
        assert zones_of(region)
        for zone in zones_of(region):
            assert find_zone(zone) == zone
            assert city(zone, "ru")
            assert city(zone, "en")
    assert (city("Europe/Moscow", "ru"), city("Etc/GMT-3", "ru")) == ("Москва", "UTC+3")
    assert zones_of("Atlantis") == ()
