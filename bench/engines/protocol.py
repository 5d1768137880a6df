"""The engine's side of the protocol in Python; `serve.mjs` describes it."""
import json
import sys


def read_task():
    return json.loads(sys.argv[1])


def serve(description, parameters, train, predict):
    """`train(steps)` gives seconds and loss, `predict(count)` gives seconds."""
    send("ready", {"description": description, "parameters": int(parameters)})
    for line in sys.stdin:
        command, *argument = line.split()
        if command == "train":
            seconds, loss = train(int(argument[0]))
            send("ok", {"ms": seconds * 1e3, "loss": float(loss)})
        elif command == "predict":
            send("ok", {"ms": predict(int(argument[0])) * 1e3})
        else:
            break
    send("bye", {"peakBytes": peak_bytes()})


def send(word, fields):
    print("@bench", word, json.dumps(fields), flush=True)


def peak_bytes():
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def random_images(np, count, shape, classes):
    """At most 1,024 different images, each repetition with a label of its own (see src/data.mjs)."""
    rng = np.random.default_rng(1)
    fresh = rng.random((min(count, 1024), *shape), dtype=np.float32)
    images = np.resize(fresh, (count, *shape))
    return images, rng.integers(0, classes, count)
