import features.jobs.test_machine as t
from features.jobs.machine import *
from hypothesis import Phase
from collections import Counter
from features.jobs.test_machine import world, run_machine
class Counting(Steps):
    def __init__(s): s.c=Counter()
    async def complete(s, tx, id, lease):
        job=await tx.find(Job,id)
        live=job.status=="executing" and job.lease_until>tx.now
        s.c["complete live ok" if live and lease==job.lease else "complete live WRONG" if live else "complete "+job.status]+=1
        return await super().complete(tx,id,lease)
    async def ack(s,tx,id,said):
        job=await tx.find(Job,id); s.c["ack "+job.status]+=1
        return await super().ack(tx,id,said)
def test_count(world):
    for i in range(4):
        world.steps=Counting(); world.taken=0
        run_machine(world, 60, phases=[Phase.generate])
        print("STEPS", world.taken, dict(world.steps.c))
