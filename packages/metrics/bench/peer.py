"""The other side of bench.mjs: scores the same arrays with scikit-learn.

Reads one JSON request a line: {"case", "n", "dir", "budget_ms", "cpu"}; answers one JSON line with the value and
the median milliseconds, or the mean of processor time if cpu.
"""
import json
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn import metrics as M
from sklearn.calibration import calibration_curve
from sklearn.utils.class_weight import compute_class_weight

warnings.simplefilter("ignore")
NAMES = np.array(["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"])


def load(d, n):
    read = lambda name, dtype: np.fromfile(f"{d}/{name}", dtype=dtype)
    t, g = read("yTrue", "<i4"), read("yPred", "<i4")
    return {"x": np.arange(n) / n, "bp": (g == 0).astype(np.int32), "t": t, "g": g, "ts": NAMES[t], "gs": NAMES[g], "w": read("weight", "<f8"), "b": (t == 0).astype(np.int32),
            "s": read("score", "<f8"), "sure": read("sure", "<f8"), "p": read("proba", "<f8").reshape(n, 10)}


CASES = {
    "accuracyScore": lambda d: M.accuracy_score(d["t"], d["g"]),
    "confusionMatrix": lambda d: M.confusion_matrix(d["t"], d["g"]).trace(),
    "classificationReport": lambda d: len(M.classification_report(d["t"], d["g"])),
    "classificationReport, weights": lambda d: len(M.classification_report(d["t"], d["g"], sample_weight=d["w"])),
    "classificationReport, names": lambda d: len(M.classification_report(d["ts"], d["gs"])),
    "f1Score, macro": lambda d: M.f1_score(d["t"], d["g"], average="macro"),
    "fbetaScore, micro": lambda d: M.fbeta_score(d["t"], d["g"], beta=2, average="micro"),
    "precisionScore, weighted": lambda d: M.precision_score(d["t"], d["g"], average="weighted"),
    "recallScore, binary": lambda d: M.recall_score(d["b"], d["bp"]),
    "precisionRecallFscoreSupport": lambda d: M.precision_recall_fscore_support(d["t"], d["g"])[3][0],
    "jaccardScore, macro": lambda d: M.jaccard_score(d["t"], d["g"], average="macro"),
    "multilabelConfusionMatrix": lambda d: M.multilabel_confusion_matrix(d["t"], d["g"])[0][0][0],
    "hammingLoss": lambda d: M.hamming_loss(d["t"], d["g"]),
    "zeroOneLoss": lambda d: M.zero_one_loss(d["t"], d["g"]),
    "computeClassWeight": lambda d: compute_class_weight("balanced", classes=np.unique(d["t"]), y=d["t"])[0],
    "balancedAccuracyScore": lambda d: M.balanced_accuracy_score(d["t"], d["g"]),
    "matthewsCorrcoef": lambda d: M.matthews_corrcoef(d["t"], d["g"]),
    "cohenKappaScore": lambda d: M.cohen_kappa_score(d["t"], d["g"]),
    "logLoss": lambda d: M.log_loss(d["t"], d["p"]),
    "logLoss, binary": lambda d: M.log_loss(d["b"], d["s"]),
    "brierScoreLoss, binary": lambda d: M.brier_score_loss(d["b"], d["s"]),
    "brierScoreLoss": lambda d: M.brier_score_loss(d["t"], d["p"]),
    "topKAccuracyScore, k 3": lambda d: M.top_k_accuracy_score(d["t"], d["p"], k=3),
    "rocAucScore, binary": lambda d: M.roc_auc_score(d["b"], d["s"]),
    "rocAucScore, ovr": lambda d: M.roc_auc_score(d["t"], d["p"], multi_class="ovr"),
    "rocAucScore, ovo": lambda d: M.roc_auc_score(d["t"], d["p"], multi_class="ovo"),
    "rocAucScore, weights": lambda d: M.roc_auc_score(d["b"], d["s"], sample_weight=d["w"]),
    "averagePrecisionScore": lambda d: M.average_precision_score(d["b"], d["s"]),
    "rocCurve": lambda d: len(M.roc_curve(d["b"], d["s"])[0]),
    "precisionRecallCurve": lambda d: len(M.precision_recall_curve(d["b"], d["s"])[1]),
    "detCurve": lambda d: len(M.det_curve(d["b"], d["s"])[0]),
    "precisionRecallCurve, weights": lambda d: len(M.precision_recall_curve(d["b"], d["s"], sample_weight=d["w"])[1]),
    "rocCurve, plain": lambda d: len(M.roc_curve(d["b"], d["s"])[0]),
    "precisionRecallCurve, plain": lambda d: len(M.precision_recall_curve(d["b"], d["s"])[1]),
    "detCurve, plain": lambda d: len(M.det_curve(d["b"], d["s"])[0]),
    "rocAucScore, sure": lambda d: M.roc_auc_score(d["b"], d["sure"]),
    "averagePrecisionScore, sure": lambda d: M.average_precision_score(d["b"], d["sure"]),
    "rocCurve, sure": lambda d: len(M.roc_curve(d["b"], d["sure"])[0]),
    "precisionRecallCurve, sure": lambda d: len(M.precision_recall_curve(d["b"], d["sure"])[1]),
    "detCurve, sure": lambda d: len(M.det_curve(d["b"], d["sure"])[0]),
    "auc": lambda d: M.auc(d["x"], d["s"]),
    "calibrationCurve": lambda d: calibration_curve(d["b"], d["s"], n_bins=10)[0][0],
}


def main():
    print(json.dumps({"sklearn": sklearn.__version__, "numpy": np.__version__, "python": sys.version.split()[0]}), flush=True)
    loaded = {}
    for line in sys.stdin:
        q = json.loads(line)
        if q["n"] not in loaded:
            loaded.clear()
            loaded[q["n"]] = load(q["dir"], q["n"])
        run, data = CASES[q["case"]], loaded[q["n"]]
        value = run(data)
        used = time.process_time()
        times, end = [], time.perf_counter() + q["budget_ms"] / 1000
        while not times or time.perf_counter() < end:
            start = time.perf_counter()
            run(data)
            times.append((time.perf_counter() - start) * 1000)
        used = (time.process_time() - used) * 1000
        print(json.dumps({"value": float(value), "times": times, "cpuMs": used}), flush=True)


main()
