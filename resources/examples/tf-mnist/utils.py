"""Reads images and labels in the MNIST file format (gzip, big-endian header)."""
import glob
import gzip
import os
import struct

import numpy as np

# The workflow's file names, then the names the data sets are published under.
NAMES = {
    "train_images": ("train-images.gz", "train-images-idx3-ubyte.gz"),
    "train_labels": ("train-labels.gz", "train-labels-idx1-ubyte.gz"),
    "test_images": ("test-images.gz", "t10k-images-idx3-ubyte.gz"),
    "test_labels": ("test-labels.gz", "t10k-labels-idx1-ubyte.gz"),
}


def find(folder, part):
    """The file holding `part`, anywhere below `folder`."""
    for name in NAMES[part]:
        found = sorted(glob.glob(os.path.join(glob.escape(folder), "**", name), recursive=True))
        if found:
            return found[0]
    raise SystemExit("No %s in %r: put %s there." % (part.replace("_", " "), folder, " or ".join(NAMES[part])))


def load_images(path):
    """One row of 784 numbers from 0 to 1 per image."""
    with gzip.open(path) as stream:
        _, count, rows, columns = struct.unpack(">IIII", stream.read(16))
        pixels = np.frombuffer(stream.read(count * rows * columns), dtype=np.uint8)
    return (pixels.reshape(count, rows * columns) / np.float32(255)).astype(np.float32)


def load_labels(path):
    with gzip.open(path) as stream:
        _, count = struct.unpack(">II", stream.read(8))
        return np.frombuffer(stream.read(count), dtype=np.uint8).astype(np.int64)


def load_data(folder):
    """(train images, train labels), (test images, test labels)."""
    train = load_images(find(folder, "train_images")), load_labels(find(folder, "train_labels"))
    test = load_images(find(folder, "test_images")), load_labels(find(folder, "test_labels"))
    return train, test
