"""Keeps so many Celery workers alive, each a fork of this one process that has loaded everything already.

A worker that dies is followed by another under a new name, which it tells the post as its host name: so it is known
which worker held which line. `python -m tests.chaos.nursery 2 1 8123`: two workers, one beat, and the pages at that
port (0: none); ends with its stdin.
"""

import itertools
import os
import select
import socket
import sys
from collections.abc import Callable
from functools import partial

from celery.signals import worker_ready
from django.core.mail.utils import DNS_NAME

from config import house
from config.children import Children


def main(workers: int, beats: int, port: int) -> None:
    house.set_up()
    children, lives = Children(), itertools.count(1)
    posts = {f"worker{number}": house.work for number in range(workers)}
    posts |= {f"beat{number}": house.beat for number in range(beats)}
    if port:
        listener = socket.create_server(("127.0.0.1", port), backlog=512)
        posts["web"] = partial(house.serve_pages, listener)
    try:
        for name, task in posts.items():
            _begin(children, f"{name}-{next(lives)}", task)
        while not select.select([sys.stdin], [], [], 0.05)[0]:
            while (ended := children.ended()) is not None:
                name = ended.name.partition("-")[0]
                _begin(children, f"{name}-{next(lives)}", posts[name])
    finally:
        children.stop()


def _begin(children: Children, name: str, task: Callable[[], None]) -> None:
    child = children.fork(name, partial(_live, name, task))
    print("begun", name, child.pid, flush=True)


def _live(name: str, task: Callable[[], None]) -> None:
    told = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)  # names go out on stdout, and nothing else
    worker_ready.connect(lambda **_: print("ready", name, os.getpid(), file=told, flush=True), weak=False)
    DNS_NAME._fqdn = f"{name}.chaos.example"
    task()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
