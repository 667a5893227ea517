"""The training of tf_mnist.py, logging through MLflow."""
import mlflow

from tf_mnist import parse, train

if __name__ == "__main__":
    train(parse(), mlflow.log_metric)
