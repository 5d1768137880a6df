"""The engine's side of the protocol in Python; `serve.mjs` describes it."""
import json
import os
import sys


def read_task():
    return json.loads(sys.argv[1])


def serve(description, parameters, train, predict):
    """`train(steps, first_image)` gives seconds and loss, `predict(count)` gives seconds."""
    send("ready", {"description": description, "parameters": int(parameters)})
    for line in sys.stdin:
        command, *argument = line.split()
        if command == "train":
            seconds, loss = train(*map(int, argument))
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


def training_data(np, task, shape, classes):
    """A function of a first row and a count: images in [0, 1] and class indices, of the digits in the folder that
    the task names, or random ones without it."""
    folder = task.get("digits")
    if folder is None:
        different, labels = random_images(np, task["images"], shape, classes)
    else:
        read = lambda name: np.fromfile(os.path.join(folder, name), np.uint8)
        different, labels = read("images").reshape(-1, *shape), read("labels").astype("int64")

    def images(first, count):
        rows = np.arange(first, first + count)
        chosen = different[rows % len(different)]
        return chosen if folder is None else chosen.astype("float32") / 255, labels[rows % len(labels)]

    return images


def random_images(np, count, shape, classes):
    """At most 1,024 different images, and a label for each of `count` repetitions (see src/data.mjs)."""
    rng = np.random.default_rng(1)
    return rng.random((min(count, 1024), *shape), dtype=np.float32), rng.integers(0, classes, count)
