"""The gallery of components, for those who build pages."""

import re


def test_the_gallery_shows_every_part_and_repeats_no_id(client):
    response = client.get("/dev/gallery/")
    assert response.status_code == 200
    page = response.content.decode()
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert " style=" not in page


def test_the_gallery_stays_out_of_production(client, settings):
    settings.PRODUCTION = True
    assert client.get("/dev/gallery/").status_code == 404


def test_the_gallery_is_only_read(client):
    assert client.post("/dev/gallery/").status_code == 405
