"""Jobs by Celery with Redis as its broker: the command line and the line of JSON of the other peers. README.md says how it is
set up. Never here: the broker, which who measures starts."""

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

import celery
import redis

REDIS = os.environ.get("PEER_REDIS", "redis://127.0.0.1:6379/0")
QUEUE, WARM, UNACKED, BEGAN = "celery", "warm", "unacked", "began"
WARM_JOBS = 100
PATIENCE_S = 30
# So long nothing ends before something is wrong.
LONGEST_S = 600

app = celery.Celery("peer", broker=REDIS)
app.conf.update(
    # A message is taken off the broker when its job has ended, not when it begins: its nearest to durable.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    worker_prefetch_multiplier=int(os.environ.get("PEER_PREFETCH", "64")),
    worker_send_task_events=False,
    task_send_sent_event=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    # Whoever was killed gives its messages back after so long; not within a measurement.
    broker_transport_options={"visibility_timeout": 3600},
)


@app.task(name="nothing")
def nothing(number, fill):
    pass


@app.task(name="tell")
def tell(number, fill):
    began_ns = time.monotonic_ns()
    with redis.Redis.from_url(REDIS) as client:
        client.rpush(BEGAN, json.dumps([number, began_ns]))


def ask(begin, end, fill):
    """Asks for the jobs of these numbers over one connection; Celery has no call for many at once."""
    with app.producer_pool.acquire(block=True) as producer:
        for number in range(begin, end):
            nothing.apply_async((number, fill), producer=producer)


@contextmanager
def askers(many, fill):
    """A function that has so many processes ask for so many jobs; they are started and connected before it is called."""
    with ProcessPoolExecutor(many) as pool:
        list(pool.map(ask, [0] * many, [0] * many, [fill] * many))

        def ask_for(jobs):
            cuts = [jobs * part // many for part in range(many + 1)]
            list(pool.map(ask, cuts[:-1], cuts[1:], [fill] * many))

        yield ask_for


def work(options):
    """A worker that has begun to work, on another queue."""
    command = [sys.executable, "-m", "celery", "-A", "peer", "worker", "--pool", "prefork", "--queues", WARM]
    command += ["--concurrency", str(options.places), "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
    command += ["--without-heartbeat"]
    environment = os.environ | {"PEER_PREFETCH": str(options.prefetch), "PYTHONWARNINGS": "ignore"}
    here = os.path.dirname(os.path.abspath(__file__))
    worker = subprocess.Popen(command, env=environment, cwd=here, stdout=subprocess.DEVNULL)
    for number in range(WARM_JOBS):
        nothing.apply_async((number, ""), queue=WARM)
    return worker


def take(queue):
    """Has the worker take jobs of the queue, too."""
    told = app.control.add_consumer(queue, reply=True, timeout=PATIENCE_S, limit=1)
    assert told, "the worker does not answer"


def ended(client):
    """When every message had been taken off the broker. A message is in neither place while it changes: twice counts."""
    limit, first = time.monotonic() + LONGEST_S, None
    while time.monotonic() < limit:
        left = client.llen(QUEUE) + client.llen(WARM) + client.hlen(UNACKED)
        if left == 0:
            if first is not None and time.monotonic() - first > 0.05:
                return first
            first = first or time.monotonic()
        else:
            first = None
        time.sleep(0.005)
    raise SystemExit(f"{left} jobs do not end")


def one_at_a_time(client, many, fill):
    waits = []
    for number in range(many):
        asked_ns = time.monotonic_ns()
        tell.apply_async((number, fill))
        _, told = client.blpop([BEGAN], timeout=LONGEST_S)
        which, began_ns = json.loads(told)
        assert which == number, "another one began"
        waits.append((began_ns - asked_ns) / 1e6)
        time.sleep(0.005)
    return sorted(waits)


def measure(options):
    client = redis.Redis.from_url(options.redis)
    client.flushall()
    jobs, waits, worker = options.jobs, [], None
    fill = "x" * max(0, options.payload - len('[12345,""]'))
    try:
        if options.mode != "enqueue":
            worker = work(options)
            ended(client)
        with askers(options.askers, fill) as ask_for:
            if options.mode == "drain":
                ask_for(jobs)
            elif worker is not None:
                take(QUEUE)
            begun = time.monotonic()
            if options.mode == "latency":
                waits = one_at_a_time(client, jobs, fill)
            elif options.mode == "drain":
                take(QUEUE)
            else:
                ask_for(jobs)
            end = time.monotonic() if options.mode in ("enqueue", "latency") else ended(client)
            took = end - begun
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait()
    at = lambda part: waits[len(waits) * part // 100] if waits else None
    return {
        "peer": "celery",
        "version": celery.__version__,
        "mode": options.mode,
        "jobs": jobs,
        "places": options.places,
        "seconds": took,
        "per_s": jobs / took,
        "wal_bytes_per_job": None,
        "p50_ms": at(50),
        "p99_ms": at(99),
    }


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--redis", default=REDIS)
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--payload", type=int, default=200)
    parser.add_argument("--mode", choices=["enqueue", "drain", "through", "latency"], default="through")
    parser.add_argument("--places", type=int, default=2)
    parser.add_argument("--prefetch", type=int, default=64)
    parser.add_argument("--askers", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    options = arguments()
    # Those that ask and those that work are processes of their own.
    os.environ["PEER_REDIS"] = REDIS = options.redis
    app.conf.broker_url = options.redis
    print(json.dumps(measure(options)))
