"""`python -m bench.scoring [NAME ...]`: ours beside the peers on the same rows, one JSON object a line."""

import csv
import json
import sys
import time
from pathlib import Path

import numpy as np

from bench import peers, predict, records
from bench.grading import Tested, compare
from bench.tracks import Track, write

OUT=Path("bench-out")

def ours(track: Track):
    folder, out = OUT / "tracks" / track.name, OUT / "predictions" / track.name
    write(track, folder)
    t0=time.time()
    if predict.main([str(folder), str(out)]): raise SystemExit(1)
    print(track.name, "ours", f"{time.time()-t0:.1f}s", file=sys.stderr,flush=True)
    with (out / "predictions.csv").open() as f: rows=list(csv.DictReader(f))
    return peers.Foreseen(np.array([float(r["mean"]) for r in rows]), np.array([float(r["p_good"]) for r in rows]) if track.levels else np.empty(0))

def main(names):
    for source, build in records.RECORDS.items():
        if names and source not in names: continue
        groups={}
        for track in build(): groups.setdefault(track.name.rsplit('_',1)[0] if track.name[-1].isdigit() else track.name,[]).append(track)
        for name,tracks in groups.items():
            got={}
            for t in tracks:
                got.setdefault('ours',[]).append(ours(t)); t0=time.time()
                for n,f in peers.foresee(t): got.setdefault(n,[]).append(f)
                print(t.name,'peers',f"{time.time()-t0:.1f}s",file=sys.stderr,flush=True)
            seen={n:peers.Foreseen(np.concatenate([f.mean for f in fs]),np.concatenate([f.good for f in fs])) for n,fs in got.items()}
            T=Tested.of(tracks)
            ms={'rmse':T.rmse}
            if tracks[0].levels: ms['log-loss']=T.log_loss
            if T.rater is not None: ms['within-rater']=T.concordance
            if 'c_person_country' in tracks[0].test: ms['home bias']=T.home_bias
            for m,fn in ms.items():
                g={n:fn(s) for n,s in seen.items()}
                o=g.pop('ours'); c=compare(o,g,T.people,high=m=='within-rater')
                print(json.dumps(dict(track=name,metric=m,ours=round(c.ours,5),best_peer=round(c.best,5),peer=c.peer,ci=[round(x,5) for x in c.interval])),flush=True)
                if '-v' in sys.argv: print({n:round(float(x.redrawn(np.ones((1,T.people)))[0]),4) for n,x in g.items()})
main([a for a in sys.argv[1:] if a[0]!='-'])
