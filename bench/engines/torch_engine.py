"""PyTorch: the usual training loop, without a DataLoader's cost, loss and accuracy read once an epoch.

CNNKIT_BENCH_VARIANT: nchw, nhwc (channels last), or compile (channels last through torch.compile).
"""
import os
import time

from protocol import read_task, serve, training_data

task = read_task()
# The pools of OpenMP and OpenBLAS are sized when they are loaded.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(task["threads"])

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(task["threads"])
variant = os.environ.get("CNNKIT_BENCH_VARIANT", "nhwc")


def relu(inputs, filters, size, padding=0):
    return [nn.Conv2d(inputs, filters, size, padding=padding), nn.ReLU()]


def normalized(inputs, filters):
    conv = nn.Conv2d(inputs, filters, 3, padding="same", bias=False)
    return [conv, nn.BatchNorm2d(filters), nn.ReLU()]


def layers(name):
    """The model without its softmax: CrossEntropyLoss takes logits."""
    pool, flatten = nn.MaxPool2d(2), nn.Flatten()
    if name == "A":
        return [*relu(1, 64, 3), *relu(64, 32, 3), flatten, nn.Linear(24 * 24 * 32, 10)]
    if name == "B":
        convs = [*relu(1, 32, 3), pool, *relu(32, 64, 3), pool, *relu(64, 64, 3)]
        return [*convs, flatten, nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10)]
    if name == "C":
        convs = [*relu(1, 64, 2, "same"), pool, *relu(64, 32, 2, "same"), pool]
        dense = [nn.Dropout(0.3), flatten, nn.Linear(7 * 7 * 32, 256), nn.ReLU()]
        return [*convs, *dense, nn.Dropout(0.5), nn.Linear(256, 10)]
    if name == "D":
        convs = [*relu(1, 16, 3), *relu(16, 32, 3), pool]
        dense = [nn.Dropout(0.25), flatten, nn.Linear(12 * 12 * 32, 128), nn.ReLU()]
        return [*convs, *dense, nn.Dropout(0.5), nn.Linear(128, 10)]
    if name == "lenet":
        first = [nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2)]
        second = [nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2)]
        dense = [nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid()]
        return [*first, *second, flatten, *dense, nn.Linear(84, 10)]
    if name == "convnet":
        convs = [*relu(1, 32, 3), pool, *relu(32, 64, 3), pool]
        return [*convs, flatten, nn.Dropout(0.5), nn.Linear(1600, 10)]
    if name == "cifar":
        low = [*normalized(3, 32), *normalized(32, 32), pool]
        middle = [*normalized(32, 64), *normalized(64, 64), pool]
        top = [*normalized(64, 128), nn.AdaptiveAvgPool2d(1), flatten, nn.Linear(128, 10)]
        return [*low, *middle, *top]
    raise ValueError(f"torch_engine: unknown model {name}")


batch, classes = task["batch"], 10
shape = (32, 32, 3) if task["model"] == "cifar" else (28, 28, 1)
layout = torch.contiguous_format if variant == "nchw" else torch.channels_last
network = nn.Sequential(*layers(task["model"])).to(memory_format=layout)
model = torch.compile(network) if variant == "compile" else network
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(network.parameters(), fused=True)
data = training_data(np, task, shape, classes)


def tensors(first, count):
    images, labels = data(first, count)
    xs = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(memory_format=layout)
    return xs, torch.from_numpy(labels)


def train(steps, first):
    xs, ys = tensors(first, steps * batch)
    start = time.perf_counter()
    model.train()
    total, correct = torch.zeros(()), torch.zeros((), dtype=torch.long)
    for rows in torch.randperm(steps * batch).split(batch):
        x, y = xs[rows].contiguous(memory_format=layout), ys[rows]
        optimizer.zero_grad()
        logits = model(x)
        loss = criterion(logits, y)
        loss.backward()
        optimizer.step()
        total += loss.detach()
        correct += (logits.detach().argmax(1) == y).sum()
    mean, _accuracy = total.item() / steps, correct.item() / (steps * batch)
    return time.perf_counter() - start, mean


def predict(count):
    xs, _labels = tensors(0, count)
    start = time.perf_counter()
    model.eval()
    with torch.inference_mode():
        parts = [model(part).softmax(1) for part in xs.split(task["predictBatch"])]
        torch.cat(parts).numpy()
    return time.perf_counter() - start


names = {"nchw": "NCHW", "nhwc": "channels last", "compile": "channels last, torch.compile"}
parameters = sum(weight.numel() for weight in network.parameters())
serve(f"PyTorch {torch.__version__}, {names[variant]}", parameters, train, predict)
