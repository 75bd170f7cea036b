"""Checks the dashboard as a person meets it: in a browser, beside a live demo fleet. Run it by script/dashboard-test."""

import argparse
import asyncio
import base64
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import axe_core_python
import websockets

AXE = (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
passed, failed = 0, 0


def check(good, what):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(("ok    " if good else "FAIL  ") + what, flush=True)
    return good


class Page:
    """One tab, by the browser's own protocol."""

    def __init__(self, socket):
        self.socket, self.next, self.answers, self.noise = socket, 0, {}, []
        self.reader = asyncio.create_task(self.read())

    async def read(self):
        async for text in self.socket:
            message = json.loads(text)
            if "id" in message:
                self.answers.pop(message["id"]).set_result(message)
            elif message["method"] == "Runtime.exceptionThrown":
                self.noise.append(json.dumps(message["params"]["exceptionDetails"])[:400])
            elif message["method"] == "Log.entryAdded":
                entry = message["params"]["entry"]
                # A controller that is stopped on purpose is no fault of the page.
                if entry["level"] == "error" and entry.get("source") != "network":
                    self.noise.append(entry["text"][:400])

    async def call(self, method, **params):
        self.next += 1
        future = self.answers[self.next] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps({"id": self.next, "method": method, "params": params}))
        message = await asyncio.wait_for(future, 60)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return message["result"]

    async def js(self, text):
        answer = await self.call("Runtime.evaluate", expression=text, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{text[:80]}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    async def until(self, text, seconds=15):
        """How long it took until `text` was true, or None."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if await self.js(f"Boolean({text})"):
                return time.monotonic() - began
            await asyncio.sleep(0.05)
        return None

    async def size(self, width, height, dark):
        await self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                        mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])
        await asyncio.sleep(0.6)

    async def picture(self, path, whole=False):
        extra = {}
        if whole:
            box = (await self.call("Page.getLayoutMetrics"))["cssContentSize"]
            extra = {"captureBeyondViewport": True,
                     "clip": {"x": 0, "y": 0, "width": box["width"], "height": min(box["height"], 4000), "scale": 1}}
        answer = await self.call("Page.captureScreenshot", format="png", **extra)
        path.write_bytes(base64.b64decode(answer["data"]))

    async def key(self, key):
        codes = {"Tab": 9, "Enter": 13}
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=codes.get(key, 0),
                            **(text if kind == "keyDown" else {}))


class Demo:
    """The demo fleet, and when it said that it breached."""

    def __init__(self, program, seconds):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.breached = None
        self.lines = []
        self.folder = tempfile.mkdtemp(prefix="dashboard-demo-")
        self.process = subprocess.Popen(
            [program, "demo", "--headless", "--duration", f"{seconds}s", "--listen", f"127.0.0.1:{self.port}"],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": self.folder})
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if self.breached is None and re.search(r"\bbreach agent_1", line):
                self.breached = time.monotonic()

    async def ready(self):
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/livez", timeout=1).read()
                return
            except OSError:
                await asyncio.sleep(0.05)
        raise RuntimeError("the demo did not get ready: " + "\n".join(self.lines))

    def fetch(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return answer.headers, answer.read()


async def audit(page, name):
    """axe-core, with every rule of WCAG 2 A and AA."""
    await page.js(AXE + "; true")
    found = json.loads(await page.js(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})"
        ".then(r => JSON.stringify(r.violations.map(v => [v.id, v.impact, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + "
        "' ' + (n.any[0]?.message ?? ''))])))"))
    check(not found, f"axe finds nothing ({name})" + "".join(f"\n        {v}" for v in found))


async def story(page, demo, pictures):
    base = f"http://127.0.0.1:{demo.port}"
    await page.size(1440, 1000, False)
    await page.call("Page.navigate", url=base + "/")
    took = await page.until("document.querySelectorAll('.card').length === 3", 20)
    check(took is not None, "three cards appear")
    early = demo.breached is None
    while demo.breached is None and demo.process.poll() is None:
        await asyncio.sleep(0.02)
    await page.until("[...document.querySelectorAll('.chip')].some(c => c.textContent === 'Breached')", 15)
    delay = time.monotonic() - (demo.breached or 0)
    check(delay < 2 or not early, f"a breach shows within 2 s ({delay:.2f} s{'' if early else ', the page came late'})")
    check(await page.until("document.body.textContent.includes('Decided') || document.querySelectorAll('.record').length > 5", 5)
          is not None, "the log has records")
    shown = await page.js("[...document.querySelectorAll('.record .head')].some(h => h.textContent.includes('Breach'))")
    check(shown, "the breach is in the log")
    names = await page.js("[...document.querySelectorAll('.card h3')].map(h => h.textContent).join(' ')")
    check(names == "Atlas Orion Nova", f"the cards are Atlas, Orion and Nova ({names})")
    await page.until("document.querySelectorAll('.positions tbody tr').length > 0", 30)
    check(await page.js("/^[0-9,]+\\.[0-9]{2}$/.test(document.querySelector('.figures dd').textContent)"),
          "equity is a number with its currency")
    check(await page.js("[...document.querySelectorAll('.mark.floor')].filter(m => /floor [0-9]/.test(m.textContent)).length === 3"),
          "each chart has its floor")
    line = await page.js("document.querySelectorAll('.chart .line')[2].getAttribute('d')")
    moved = await page.until(f"document.querySelectorAll('.chart .line')[2].getAttribute('d') !== {json.dumps(line)}", 6)
    check(moved is not None, "a chart moves")
    check(await page.js("document.querySelectorAll('#tiles dd').length === 12 && !document.querySelector('#tiles').textContent.includes('undefined')"),
          "the fleet's figures are filled")
    check(await page.until("document.querySelectorAll('#revisions li').length > 0", 5) is not None, "the revisions are listed")
    target = await page.until("[...document.querySelectorAll('.lines .word')].some(w => w.textContent === 'Held')", 30)
    check(target is not None, "the target that is held shows")

    # By keyboard.
    await page.js("document.activeElement.blur()")
    await page.key("Tab")
    check(await page.js("document.activeElement.className === 'skip'"), "Tab begins at the skip link")
    await page.key("/")
    check(await page.js("document.activeElement.id === 'search'"), "/ goes to the search field")
    for letter in "nova":
        await page.key(letter)
    check(await page.until("document.querySelectorAll('.card').length === 1", 3) is not None, "the search narrows the cards")
    await page.js("const s = document.getElementById('search'); s.value = ''; s.dispatchEvent(new Event('input')); s.blur()")
    await page.until("document.querySelectorAll('.card').length === 3", 3)

    for width, height in ((1440, 1000), (390, 844)):
        for dark in (False, True):
            name = f"{width}-{'dark' if dark else 'light'}"
            await page.size(width, height, dark)
            wide = await page.js("document.documentElement.scrollWidth")
            check(wide <= width, f"nothing sticks out at {width} px ({wide})")
            await audit(page, name)
            if pictures:
                await page.picture(pictures / f"{name}.png", whole=width < 600)
    await page.size(1440, 1000, False)

    # A controller that hangs, and one that comes back.
    demo.process.send_signal(signal.SIGSTOP)
    took = await page.until("document.body.classList.contains('stale') && document.getElementById('alarms').textContent.includes('No answer since')", 8)
    check(took is not None and took <= 3.5, f"a controller that hangs is called silent ({took and round(took, 2)} s)")
    if pictures:
        await page.picture(pictures / "stale.png")
    demo.process.send_signal(signal.SIGCONT)
    took = await page.until("!document.body.classList.contains('stale')", 8)
    check(took is not None, f"and when it is back, so are its figures ({took and round(took, 2)} s)")

    # One that stops.
    demo.process.send_signal(signal.SIGTERM)
    demo.process.wait(30)
    took = await page.until("document.body.classList.contains('stale')", 8)
    check(took is not None and took <= 3.5, f"one that stops is called silent ({took and round(took, 2)} s)")
    check(not page.noise, "the page has no errors" + "".join(f"\n        {n}" for n in page.noise))


def headers(demo):
    answer, _ = demo.fetch("/")
    policy = answer["Content-Security-Policy"] or ""
    check("default-src 'none'" in policy and "unsafe" not in policy, "the content policy is strict")
    _, html = demo.fetch("/")
    check(not re.search(rb"https?://|<script>|style=", html), "the page has no outside asset, no inline script and no style")


async def main():
    words = argparse.ArgumentParser()
    words.add_argument("--mt4ctl", required=True)
    words.add_argument("--pictures", type=pathlib.Path)
    words.add_argument("--seconds", type=int, default=120)
    given = words.parse_args()
    if given.pictures:
        given.pictures.mkdir(parents=True, exist_ok=True)
    profile = tempfile.mkdtemp(prefix="dashboard-browser-")
    browser = subprocess.Popen(
        ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    demo = None
    try:
        port_file = pathlib.Path(profile, "DevToolsActivePort")
        for _ in range(600):
            if port_file.exists() and port_file.read_text().strip():
                break
            await asyncio.sleep(0.05)
        port = port_file.read_text().split()[0]
        tabs = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10))
        address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
        async with websockets.connect(address, max_size=64 << 20) as connection:
            page = Page(connection)
            for domain in ("Page", "Runtime", "Log"):
                await page.call(f"{domain}.enable")
            demo = Demo(given.mt4ctl, given.seconds)
            await demo.ready()
            headers(demo)
            await story(page, demo, given.pictures)
    finally:
        for process in filter(None, (demo and demo.process, browser)):
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


asyncio.run(main())
