"""Celery on the same Redis: its own client and its own prefork worker (one child a core), measured by the same rules.

Prints one line of JSON. The tasks run in other processes, so the end of a load is seen from outside: nothing waits and nothing is
unacknowledged any more, or every result is stored.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time

import celery
import redis

URL = os.environ["BENCH_REDIS_URL"]
SIZE = json.loads(os.environ["BENCH_SIZE"])
RESULT = {"sent": True, "provider": "smtp", "bytes": 18432}

app = celery.Celery("celery_bench", broker=URL, backend=URL)
app.conf.update(task_serializer="json", result_serializer="json", worker_hijack_root_logger=False)
store = redis.Redis.from_url(URL)


@app.task(name="bench.work", ignore_result=True)
def work(payload):
    return None


@app.task(name="bench.work_with_result")
def work_with_result(payload):
    return RESULT


@app.task(name="bench.arrive", ignore_result=True)
def arrive(began):
    store.rpush("bench:latency", time.monotonic_ns() - began)


def payload_of(n):
    return {"userId": n, "email": f"user{n}@example.com", "template": "welcome", "locale": "en-GB", "tags": ["new", "trial"], "attempt": 1}


def command_count():
    stats = store.info("commandstats")
    return sum(entry["calls"] for name, entry in stats.items() if not name.startswith(("cmdstat_info", "cmdstat_flushall")))


def start_worker():
    args = [sys.executable, "-m", "celery", "-A", "celery_bench", "worker", "--pool=prefork", "-c", str(os.cpu_count())]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=ERROR"]
    worker = subprocess.Popen(args + quiet, cwd=os.path.dirname(os.path.abspath(__file__)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return worker


def stop_worker(worker):
    worker.send_signal(signal.SIGTERM)
    worker.wait()


def wait_until(condition):
    while not condition():
        time.sleep(0.005)


def process_all(task, count, is_done):
    """From the first task taken to the last one done; beginning and end are polled every 5 ms."""
    store.flushall()
    for n in range(count):
        task.delay(payload_of(n))
    before = command_count()
    worker = start_worker()
    wait_until(lambda: store.llen("celery") < count)
    began = time.monotonic()
    polls = 0

    def done():
        nonlocal polls
        polls += 2
        return is_done(count)

    wait_until(done)
    rate = count / (time.monotonic() - began)
    calls = (command_count() - before - polls) / count
    stop_worker(worker)
    return rate, calls


def settled(_count):
    return store.llen("celery") == 0 and store.hlen("unacked") == 0


def all_stored(count):
    return store.dbsize() >= count and settled(count)


def add_one_by_one():
    store.flushall()
    began = time.monotonic()
    for n in range(SIZE["oneByOne"]):
        work.delay(payload_of(n))
    return SIZE["oneByOne"] / (time.monotonic() - began)


def bytes_per_message():
    store.flushall()
    work.delay(payload_of(0))
    before = store.info("memory")["used_memory"]
    for n in range(SIZE["waiting"]):
        work.delay(payload_of(n))
    return (store.info("memory")["used_memory"] - before) / SIZE["waiting"]


def idle():
    store.flushall()
    worker = start_worker()
    for n in range(SIZE["latencies"]):
        arrive.delay(time.monotonic_ns())
        wait_until(lambda: store.llen("bench:latency") > n)
    samples = sorted(int(value) / 1e6 for value in store.lrange("bench:latency", 1, -1))
    time.sleep(1)
    before = command_count()
    time.sleep(SIZE["idleSeconds"])
    calls = command_count() - before
    stop_worker(worker)
    return {
        "latencyP50": statistics.median(samples),
        "latencyP99": samples[min(len(samples) - 1, int(len(samples) * 0.99))],
        "idleCallsPerMinute": calls * 60 / SIZE["idleSeconds"],
    }


if __name__ == "__main__":
    one_by_one = add_one_by_one()
    plain, calls = process_all(work, SIZE["tasks"], settled)
    kept, _ = process_all(work_with_result, SIZE["tasks"], all_stored)
    figures = {"oneByOne": one_by_one, "together": None, "process": plain, "processWithResult": kept, "callsPerTask": calls}
    print(json.dumps({"version": celery.__version__, **figures, "bytesPerMessage": bytes_per_message(), **idle()}))
