"""A repeated request is answered again, by one statement for each noun in its answer."""

from harness import Api


async def test_the_parts_of_a_repeated_split_are_read_at_once(api: Api) -> None:
    job = (await api.do("createSpace", "job { id }", name="Parts"))["job"]["id"]
    lease = (await api.do("ackJob", "lease", id=job, holder="one"))["lease"]
    asked = {"id": job, "lease": lease, "parts": 20, "idempotencyKey": "split"}
    first = await api.do("splitJob", "job { id } parts { id }", **asked)
    assert 20 == len(first["parts"])

    before = api.gateway.database.statements
    again = await api.do("splitJob", "job { id } parts { id }", **asked)
    assert first == again
    assert 1 == api.gateway.database.statements - before
