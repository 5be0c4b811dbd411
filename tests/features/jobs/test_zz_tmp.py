import features.jobs.test_machine as t
from hypothesis import Phase
import pytest
from features.jobs.test_machine import world, run_machine
def test_count(world):
    import time; a=time.time()
    run_machine(world, 600)
    print("STEPS", world.taken, time.time()-a)
@pytest.mark.parametrize("bug",[t.WithoutLeaseCheck,t.WithoutCompareAndSwap])
def test_bugs(world, bug):
    world.steps=bug()
    for _ in range(8):
        world.taken=0
        try: run_machine(world, 200, phases=[Phase.generate])
        except AssertionError as e: print("FOUND", bug.__name__, world.taken, str(e)[:200].replace("\n"," "))
        else: print("NOT FOUND", world.taken)
