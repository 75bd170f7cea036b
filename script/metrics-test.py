"""Checks rules, their tests and the metrics of a demo run with promtool, and lets Prometheus find its breach. Run it by
script/metrics-test."""

import argparse
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path("contrib/prometheus")
passed, failed = 0, 0


def check(good, what):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(("ok    " if good else "FAIL  ") + what, flush=True)


def promtool(what, *arguments, text=None):
    done = subprocess.run(["promtool", *arguments], input=text, capture_output=True, text=True)
    silent = text is None or not (done.stdout + done.stderr).strip()
    check(done.returncode == 0 and silent, what + ("" if done.returncode == 0 and silent else "\n" + done.stdout + done.stderr))


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def fetch(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def wait(what, seconds, test):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = test()
            if found:
                check(True, what)
                return found
        except OSError:
            pass
        time.sleep(0.25)
    check(False, what)
    return None


def files():
    rules = (HERE / "mt4-controller.rules.yaml").read_text()
    tests = (HERE / "mt4-controller.rules.test.yaml").read_text()
    promtool("the rules are valid", "check", "rules", str(HERE / "mt4-controller.rules.yaml"))
    promtool("the sample configuration is valid", "check", "config", str(HERE / "prometheus.yml"))
    promtool("the rules' tests pass", "test", "rules", str(HERE / "mt4-controller.rules.test.yaml"))
    alerts = re.findall(r"alert: (\w+)", rules)
    untested = [alert for alert in alerts if f"alertname: {alert}\n" not in tests]
    check(not untested, f"each of the {len(alerts)} alerts has a test {untested or ''}")
    return rules


def names(rules, page):
    known = set(re.findall(r"^# TYPE (\S+)", page, re.M))
    known |= {f"{name}_{part}" for name in known for part in ("bucket", "sum", "count")}
    board = pathlib.Path("contrib/grafana/mt4-controller.json").read_text()
    asked = set(re.findall(r"\b((?:mt4|process)_[a-z_]+|gateway_health|agents_online|total_positions|trade_\w+)\b",
                           "\n".join(re.findall(r"expr: (.*)", rules)) + board))
    check(not asked - known, f"the alerts and the Grafana dashboard ask for metrics that there are {asked - known or ''}")


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--mt4ctl", required=True)
    given = words.parse_args()
    rules = files()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="metrics-test-"))
    port, scraper = free_port(), free_port()
    sample = (HERE / "prometheus.yml").read_text()
    (folder / "prometheus.yml").write_text(
        sample.replace("127.0.0.1:8090", f"127.0.0.1:{port}").replace("5s", "1s")
        .replace("mt4-controller.rules.yaml", str((HERE / "mt4-controller.rules.yaml").resolve())))
    log = open(folder / "prometheus.log", "w")
    running = []
    try:
        running.append(subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{scraper}"], stdout=log, stderr=log))
        running.append(subprocess.Popen(
            [given.mt4ctl, "demo", "--headless", "--duration", "90s", "--listen", f"127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(folder)}))
        wait("the demo serves /metrics", 60, lambda: fetch(f"http://127.0.0.1:{port}/metrics"))

        def firing():
            alerts = json.loads(fetch(f"http://127.0.0.1:{scraper}/api/v1/alerts"))["data"]["alerts"]
            return [a for a in alerts if a["labels"]["alertname"] == "Mt4Breach" and a["state"] == "firing"]

        found = wait("Prometheus fires Mt4Breach on the demo's breach", 60, firing)
        check(found and found[0]["labels"].get("agent") == "agent_1", "and names the agent")
        page = fetch(f"http://127.0.0.1:{port}/metrics")
        promtool("promtool has nothing to say about the metrics", "check", "metrics", text=page)
        names(rules, page)
        targets = json.loads(fetch(f"http://127.0.0.1:{scraper}/api/v1/targets"))["data"]["activeTargets"]
        check(targets and targets[0]["health"] == "up", "the controller is scraped without an error")
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        log.close()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
