"""The engine's side of the protocol in Python; `serve.mjs` describes it."""
import json
import os
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


def training_data(np, task, count, shape, classes):
    """The digits of the folder that the task names, or random images without one, in [0, 1], and class indices."""
    folder = task.get("digits")
    if folder is None:
        return random_images(np, count, shape, classes)
    read = lambda name: np.fromfile(os.path.join(folder, name), np.uint8)
    images = read("images").reshape(-1, *shape)
    rows = np.arange(count) % len(images)
    return images[rows].astype("float32") / 255, read("labels")[rows].astype("int64")


def random_images(np, count, shape, classes):
    """At most 1,024 different images, each repetition with a label of its own (see src/data.mjs)."""
    rng = np.random.default_rng(1)
    fresh = rng.random((min(count, 1024), *shape), dtype=np.float32)
    images = np.resize(fresh, (count, *shape))
    return images, rng.integers(0, classes, count)
