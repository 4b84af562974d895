"""python -m bench.api: the dossier, a list and a search as programs get them, beside peers in the same server.

Asked one after the other over one connection, in turns, so that what else the machine does meets all of them alike.
"""

import gzip
from http.client import HTTPConnection

from django.utils import timezone

import bench.ready  # noqa: F401 - before whatever reads a table
from bench.measure import quantiles, say, seconds, world_of
from bench.servers import web
from vetting.profiles.models import Profile
from vetting.scorecards.actions import compute
from vetting.search.actions import refresh

LISTED, TURNS, FEW_TURNS = 500, 300, 20


def main() -> None:
    with world_of(__doc__ or "") as consultants:
        people = list(Profile.objects.filter(status="listed").order_by("id")[:LISTED])
        keys = [profile.pk for profile in people]
        compute(keys, at=timezone.now())
        refresh(keys)
        slug = people[len(people) // 2].slug
        paths = {
            "bare view": "/bench/nothing",
            "one row by key": f"/bench/one/{slug}",
            "dossier": f"/api/v1/profiles/{slug}",
            "dossier page": f"/c/{slug}/",
            "list": "/api/v1/profiles",
            "list by page number": "/bench/rows",
            "search": "/api/v1/search",
        }
        turns = FEW_TURNS if consultants < LISTED else TURNS
        spent: dict[str, list[float]] = {name: [] for name in paths}
        with web() as site:
            for turn in range(turns + 3):  # the first three warm up
                for name, path in paths.items():
                    took = seconds(lambda path=path: _get(site, path))
                    if turn >= 3:
                        spent[name].append(took)
            sizes = {name: len(_get(site, path)) for name, path in paths.items()}
            packed = gzip.compress(page := _get(site, paths["dossier page"]), 6)
            pack_ms = 1000 * min(seconds(lambda: gzip.compress(page, 6)) for _ in range(5))
        peers = {"dossier": "one row by key", "list": "list by page number", "search": "list by page number"}
        for name, times in spent.items():
            known = quantiles(times) | {"consultants": consultants, "bytes": sizes[name]}
            if name in peers:
                peer = quantiles(spent[peers[name]])
                known |= {"peer": peers[name], "of_the_peers_p50": known["p50_ms"] / peer["p50_ms"]}
            say("api", name, **known)
        say("api", "dossier page by gzip 6", bytes=len(page), packed=len(packed), milliseconds=pack_ms)


def _get(site: HTTPConnection, path: str) -> bytes:
    site.request("GET", path)
    answer = site.getresponse()
    body = answer.read()
    if answer.status != 200:
        message = f"{path}: {answer.status} {body[:200]!r}"
        raise RuntimeError(message)
    return body


if __name__ == "__main__":
    main()
