"""Keras 3 on TensorFlow: `model.fit` and `model.predict` as the guides have them.

CNNKIT_BENCH_VARIANT=xla compiles with XLA; else Keras decides (`jit_compile="auto"`).
"""
import os
import time

from protocol import read_task, serve, training_data

task = read_task()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers as L  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(task["threads"])
tf.config.threading.set_inter_op_parallelism_threads(task["threads"])


def relu(filters, size, padding="valid"):
    return L.Conv2D(filters, size, padding=padding, activation="relu")


def normalized(filters):
    conv = L.Conv2D(filters, 3, padding="same", use_bias=False)
    return [conv, L.BatchNormalization(), L.ReLU()]


def body(name):
    pool, flatten, dense = L.MaxPooling2D, L.Flatten, L.Dense
    if name == "A":
        return [relu(64, 3), relu(32, 3), flatten()]
    if name == "B":
        convs = [relu(32, 3), pool(), relu(64, 3), pool(), relu(64, 3)]
        return [*convs, flatten(), dense(64, "relu")]
    if name == "C":
        convs = [relu(64, 2, "same"), pool(), relu(32, 2, "same"), pool()]
        return [*convs, L.Dropout(0.3), flatten(), dense(256, "relu"), L.Dropout(0.5)]
    if name == "D":
        convs = [relu(16, 3), relu(32, 3), pool()]
        return [*convs, L.Dropout(0.25), flatten(), dense(128, "relu"), L.Dropout(0.5)]
    if name == "lenet":
        first = L.Conv2D(6, 5, padding="same", activation="sigmoid")
        second = L.Conv2D(16, 5, activation="sigmoid")
        convs = [first, L.AveragePooling2D(2), second, L.AveragePooling2D(2)]
        return [*convs, flatten(), dense(120, "sigmoid"), dense(84, "sigmoid")]
    if name == "convnet":
        return [relu(32, 3), pool(), relu(64, 3), pool(), flatten(), L.Dropout(0.5)]
    if name == "cifar":
        low = [*normalized(32), *normalized(32), pool()]
        middle = [*normalized(64), *normalized(64), pool()]
        return [*low, *middle, *normalized(128), L.GlobalAveragePooling2D()]
    raise ValueError(f"keras_engine: unknown model {name}")


batch, classes = task["batch"], 10
shape = (32, 32, 3) if task["model"] == "cifar" else (28, 28, 1)
model = keras.Sequential([keras.Input(shape), *body(task["model"]), L.Dense(classes, "softmax")])
variant = os.environ.get("CNNKIT_BENCH_VARIANT", "auto")
model.compile(
    optimizer="adam",
    loss="categorical_crossentropy",
    metrics=["accuracy"],
    jit_compile=True if variant == "xla" else "auto",
)
images = training_data(np, task, shape, classes)


def train(steps, first):
    x, labels = images(first, steps * batch)
    y = np.eye(classes, dtype="float32")[labels]
    start = time.perf_counter()
    history = model.fit(x, y, batch_size=batch, verbose=0)
    return time.perf_counter() - start, history.history["loss"][0]


def predict(count):
    x, _labels = images(0, count)
    start = time.perf_counter()
    model.predict(x, batch_size=task["predictBatch"], verbose=0)
    return time.perf_counter() - start


title = f"Keras {keras.__version__} fit on TensorFlow {tf.__version__}"
parameters = sum(np.prod(weight.shape) for weight in model.trainable_weights)
serve(title + (" with XLA" if variant == "xla" else ""), parameters, train, predict)
