"""What the window is measured with: `probe` prints and logs the time itself, `flood` prints 20 MB/s and logs 10,000 metrics/s."""
import json
import os
import sys
import threading
import time
import urllib.request

SECONDS = float(sys.argv[2])


def post(metrics):
    body = json.dumps({"run_id": os.environ["MLFLOW_RUN_ID"], "metrics": metrics}).encode()
    request = urllib.request.Request(os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-batch", body, {
        "Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=30).read()


def probe():
    end = time.time() + SECONDS
    step = 0
    while time.time() < end:
        print(f"stamp {time.time():.6f}", flush=True)
        if step % 5 == 0:
            post([{"key": "stamp", "value": time.time(), "timestamp": int(time.time() * 1000), "step": step}])
        step += 1
        time.sleep(0.02)


def log_metrics(end):
    step = 0
    while time.time() < end:
        start = time.time()
        post([{"key": f"m{i % 8}", "value": (step + i) % 997 / 997, "timestamp": int(start * 1000), "step": step + i} for i in range(1000)])
        step += 1000
        time.sleep(max(0.0, 0.1 - (time.time() - start)))


def flood():
    end = time.time() + SECONDS
    threading.Thread(target=log_metrics, args=(end,)).start()
    number = 0
    while time.time() < end:
        start = time.time()
        block = "".join(f"{number + i} epoch 3 step {i} - accuracy: 0.9121 - loss: 0.2403 - learning rate 0.01\n" for i in range(14000))
        os.write(1, block.encode())
        number += 14000
        time.sleep(max(0.0, 0.05 - (time.time() - start)))


{"probe": probe, "flood": flood}[sys.argv[1]]()
