"""The same work in Python and NumPy; prints JSON: medians by the names that datasets.mjs uses."""
import gzip, json, os, statistics, sys, time
import numpy as np

archive, rounds = sys.argv[1], int(sys.argv[2])


def median(work):
    times = []
    for i in range(rounds + 1):
        start = time.perf_counter()
        work()
        if i > 0:
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


out = {"version": np.__version__}
if os.path.exists(archive):
    def parse():
        with gzip.open(archive) as f:
            return np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 28, 28)
    out["MNIST train images from gzip, ms"] = median(parse)
# Not zeros: those are one page of memory, which never leaves the cache.
random = np.random.default_rng(1)
records = random.integers(0, 256, (10000, 3073), np.uint8)
out["10,000 CIFAR images planar to NHWC, ms"] = median(
    lambda: np.ascontiguousarray(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)))
images = random.integers(0, 256, (60000, 28, 28, 1), np.uint8)
batches = 60000 // 64


def batch_us(scale):
    times = []
    for epoch in range(rounds + 1):
        order = np.random.permutation(60000)
        for i in range(batches):
            start = time.perf_counter()
            scale(images[order[i * 64:(i + 1) * 64]].astype(np.float32))
            if epoch > 0 and i > 0:
                times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


out["shuffled, scaled batch of 64 MNIST images, µs"] = batch_us(lambda x: x / 255)
out["the same, normalised, µs"] = batch_us(lambda x: (x / 255 - 0.1307) / 0.3081)
print(json.dumps(out))
