"""Trains a 784-300-100-10 network on MNIST or Fashion-MNIST with TensorFlow 2.

Logs training_acc and validation_acc after every epoch and final_acc at the end, and saves the network as a
SavedModel in ./outputs/model (tf.saved_model.load reads it; its signature takes one row of 784 numbers per image).
"""
import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf

from utils import load_data


def metric_logger():
    """Where metrics go: the run of azureml.core if that can be imported, else the one MLflow points to."""
    try:
        from azureml.core import Run
        return Run.get_context().log
    except ImportError:
        import mlflow
        return mlflow.log_metric


def build(options):
    model = tf.keras.Sequential([
        tf.keras.Input((784,), name="image"),
        tf.keras.layers.Dense(options.first_layer_neurons, activation="relu", name="hidden1"),
        tf.keras.layers.Dense(options.second_layer_neurons, activation="relu", name="hidden2"),
        tf.keras.layers.Dense(10, name="digit"),
    ])
    model.compile(optimizer=tf.keras.optimizers.SGD(options.learning_rate, momentum=0.9),
                  loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


class Progress(tf.keras.callbacks.Callback):
    """Prints where training stands and logs both accuracies after every epoch."""

    def __init__(self, log, steps):
        super().__init__()
        self.log = log
        self.steps = steps
        self.accuracy = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self.begin = time.time()

    def on_train_batch_end(self, batch, logs=None):
        if (batch + 1) % max(1, self.steps // 4) == 0:
            print("epoch %d, step %d of %d, loss %.4f" % (self.epoch, batch + 1, self.steps, logs["loss"]), flush=True)

    def on_epoch_end(self, epoch, logs=None):
        self.accuracy = float(logs["val_accuracy"])
        print("%d -- Training accuracy: %.4f Validation accuracy: %.4f (%.1f s)"
              % (epoch, logs["accuracy"], self.accuracy, time.time() - self.begin), flush=True)
        self.log("training_acc", float(logs["accuracy"]))
        self.log("validation_acc", self.accuracy)


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-folder", type=str, required=True, help="folder holding the four gz files")
    parser.add_argument("--batch-size", type=int, default=50, help="images per training step")
    parser.add_argument("--first-layer-neurons", type=int, default=300, help="neurons of the first hidden layer")
    parser.add_argument("--second-layer-neurons", type=int, default=100, help="neurons of the second hidden layer")
    parser.add_argument("--learning-rate", type=float, default=0.01, help="step size of the optimizer")
    parser.add_argument("--epochs", type=int, default=5, help="passes over the training images")
    return parser.parse_args(arguments)


def train(options, log):
    tf.keras.utils.set_random_seed(42)
    (train_x, train_y), (test_x, test_y) = load_data(options.data_folder)
    print("TensorFlow %s, training images %s, test images %s" % (tf.__version__, train_x.shape, test_x.shape), flush=True)
    model = build(options)
    progress = Progress(log, (len(train_x) + options.batch_size - 1) // options.batch_size)
    model.fit(train_x, train_y, batch_size=options.batch_size, epochs=options.epochs,
              validation_data=(test_x, test_y), validation_batch_size=1000, verbose=0, callbacks=[progress])
    log("final_acc", progress.accuracy)
    print("Final accuracy: %.4f" % progress.accuracy, flush=True)
    model.export("./outputs/model", verbose=False)
    print("Saved to ./outputs/model", flush=True)


if __name__ == "__main__":
    train(parse(), metric_logger())
